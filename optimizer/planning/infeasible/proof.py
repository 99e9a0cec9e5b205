"""Whether it is proved that no plan of any kind exists."""

from __future__ import annotations

from optimizer.errors import Infeasible, NoPlanFound
from optimizer.formulation.context import Context
from optimizer.formulation.optimistic import Outlook, outlook_of
from optimizer.formulation.relaxed import relaxed_problem
from optimizer.planning.infeasible.checks import instant_findings
from optimizer.planning.infeasible.slow_pages import too_slow
from optimizer.solve import Status, solve_problem

#: A limit broken by less than this share may be the solver's rounding.
SURE = 1e-6
TOGETHER = "the limits cannot be kept together, however the demand is divided."


def instant_refusal(context: Context) -> Infeasible | NoPlanFound | None:
    """Return an answer where tables, or the relaxation, say that no plan fits; None where neither does.

    With a rule switched off nothing is said: both rest on all of them.
    """
    if context.rules_off:
        return None
    outlook = outlook_of(context)
    found = [finding.text for finding in instant_findings(context, outlook)]
    if no_plan_exists(context, outlook):
        return Infeasible(found or [TOGETHER])
    return NoPlanFound("\n".join(found)) if found else None


def no_plan_exists(context: Context, outlook: Outlook) -> bool:
    """Whether no plan exists at all.

    A page has no time for its stages, an origin has no offer, or even the relaxation that contains every plan breaks a
    limit.
    """
    return bool(outlook.hopeless) or any(too_slow(context)) or least_breach(context, outlook) > SURE


def least_breach(context: Context, outlook: Outlook) -> float:
    """Return by how much, as a share, the worst limit is broken in every plan: a bound that is proved, 0 for none."""
    if not outlook.pairs:
        return 0.0
    problem = relaxed_problem(context, outlook)
    if not any((rows.column == 0).any() for rows in problem.rows):
        return 0.0
    outcome = solve_problem(problem, seed=context.store.seed, gap=0.0, time_limit_s=None)
    return outcome.lower_bound if outcome.status is Status.OPTIMAL else 0.0
