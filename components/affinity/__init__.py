"""How much what one task teaches the shared parameters helps another."""
