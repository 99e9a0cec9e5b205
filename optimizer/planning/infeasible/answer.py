"""The answer where no plan is found: reasons, proof, and ways out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from optimizer.errors import Infeasible, NoPlanFound
from optimizer.formulation.optimistic import outlook_of
from optimizer.planning.infeasible.changes import Case
from optimizer.planning.infeasible.checks import instant_findings
from optimizer.planning.infeasible.proof import no_plan_exists
from optimizer.planning.infeasible.room import Room
from optimizer.planning.infeasible.ways_out import WayOut, ways_out
from optimizer.units import HOURS_PER_MONTH

Progress = Callable[[str, str], None]


def explained(
    refusal: Infeasible | NoPlanFound, case: Case, room: Room, progress: Progress | None = None
) -> Infeasible | NoPlanFound:
    """Return the refusal with its reasons, what would help, and as proved only where it is.

    Proved means that a relaxation which contains every plan has no solution; else the answer is that no plan of the
    kinds considered was found.
    """
    context = room.context(case)
    outlook = outlook_of(context)
    reasons = [finding.text for finding in instant_findings(context, outlook)]
    ways, shortages = ways_out(case, room, _telling(progress))
    reasons = reasons or shortages or _short_in(ways) or str(refusal).splitlines()
    told = [_sentence(case, way, reasons) for way in ways]
    relaxation = tuple(change.as_dict() for change in ways[0].changes) if ways else ()
    if no_plan_exists(context, outlook):
        return Infeasible(reasons, relaxation, told)
    return NoPlanFound("\n".join(reasons), relaxation, told)


def _telling(progress: Progress | None) -> Callable[[str], None]:
    def told(keys: str) -> None:
        if progress is not None:
            progress("ways out", f"trying {keys}")

    return told


def _short_in(ways: Sequence[WayOut]) -> list[str]:
    """Return what is short in the least way out, empty where that is not known of all of it."""
    short = [change.shortage for change in ways[0].changes] if ways else []
    return list(dict.fromkeys(short)) if all(short) else []


def _sentence(case: Case, way: WayOut, reasons: Sequence[str]) -> str:
    """Write one way out: what is short, what to do, and what a plan then costs."""
    short = [change.shortage for change in way.changes if change.shortage and change.shortage not in reasons]
    advice = "; ".join(change.advice if at == 0 else _lowered(change.advice) for at, change in enumerate(way.changes))
    months = case.scenario.horizon_hours / HOURS_PER_MONTH
    cost = f"{way.plan.objective.currency} {way.plan.objective.total / months:,.0f} a month"
    then = "a plan then costs" if way.cheapest else "a plan then costs at most"
    return " ".join([*short, f"{advice} ({then} {cost})."])


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]
