"""From logits to what is served."""
