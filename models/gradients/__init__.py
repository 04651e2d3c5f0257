"""Gradients of each loss by itself: how they are taken, compared and put together again."""
