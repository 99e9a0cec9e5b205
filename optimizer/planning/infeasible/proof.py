"""Whether it is proved that no plan of any kind exists."""

from __future__ import annotations

from optimizer.formulation.context import Context
from optimizer.formulation.optimistic import Outlook
from optimizer.formulation.relaxed import relaxed_problem
from optimizer.solve import Status, solve_problem

#: A limit broken by less than this share may be the solver's rounding.
SURE = 1e-6


def no_plan_exists(context: Context, outlook: Outlook) -> bool:
    """Whether even the relaxation that contains every plan breaks a limit, or leaves an origin without any offer."""
    return bool(outlook.hopeless) or least_breach(context, outlook) > SURE


def least_breach(context: Context, outlook: Outlook) -> float:
    """Return by how much, as a share, the worst limit is broken in every plan: a bound that is proved, 0 for none."""
    if not outlook.pairs:
        return 0.0
    problem = relaxed_problem(context, outlook)
    if not any((rows.column == 0).any() for rows in problem.rows):
        return 0.0
    outcome = solve_problem(problem, seed=context.store.seed, gap=0.0, time_limit_s=None)
    return outcome.lower_bound if outcome.status is Status.OPTIMAL else 0.0
