"""Small quadratic programs inside the training step: batched over groups, float64, a bounded number of pivots."""

from models.balancers.solvers.ball import best_worst_in_ball
from models.balancers.solvers.nonnegative import nonnegative_qp
from models.balancers.solvers.simplex import project_on_simplex, simplex_qp

__all__ = ["best_worst_in_ball", "nonnegative_qp", "project_on_simplex", "simplex_qp"]
