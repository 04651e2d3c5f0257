"""Trains one network a task, of the multi-task model's size, to tell what sharing does."""
