"""Where a model is solved, and what the outcome means."""

from optimizer.solve.outcome import Outcome, Status
from optimizer.solve.run import solve_problem, solved_before

__all__ = ["Outcome", "Status", "solve_problem", "solved_before"]
