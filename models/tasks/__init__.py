"""The declared task graph: what is predicted, on which sample space, and what follows from it."""

from models.tasks.graph import Loss, Output, TaskGraph, known_column, label_column, weight_column
from models.tasks.task import Kind, Relation, Role, Task

__all__ = [
    "Kind",
    "Loss",
    "Output",
    "Relation",
    "Role",
    "Task",
    "TaskGraph",
    "known_column",
    "label_column",
    "weight_column",
]
