"""The declared task graph: what is predicted, on which sample space, and what follows from it."""

from models.tasks.graph import LIST_COLUMN, Loss, Output, TaskGraph, known_column, label_column, weight_column
from models.tasks.task import Role, Task

__all__ = [
    "LIST_COLUMN",
    "Loss",
    "Output",
    "Role",
    "Task",
    "TaskGraph",
    "known_column",
    "label_column",
    "weight_column",
]
