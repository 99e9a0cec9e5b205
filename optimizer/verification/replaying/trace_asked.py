"""What a log is played against: a service of the plan, the origin its requests come from, and the day type."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from optimizer.domain.plan import Plan
from optimizer.errors import Fault, InputError
from optimizer.verification.replaying.run import refuse_unreadable
from optimizer.verification.replaying.what_if import WhatIf, resolved
from optimizer.verification.view import View


@dataclass(frozen=True, slots=True)
class TraceAsked:
    """A question that the plan can answer.

    Parameters
    ----------
    origins
        Those the plan serves of the service.
    origin
        The one that is meant: as asked, or the only one there is; None where the log must tell.
    hours
        Day type and hour of the plan's periods.
    what_if
        What is lost, whose fleet is played and how many times, by the full names of the plan.
    """

    service: str
    origins: tuple[str, ...]
    origin: str | None
    hours: tuple[tuple[str, int], ...]
    what_if: WhatIf


def asked_of(
    plan: Plan,
    service: str | None,
    origin: str | None = None,
    day_type: str | None = None,
    what_if: WhatIf | None = None,
) -> TraceAsked:
    """Return the question by the names of the plan.

    Raises
    ------
    InputError
        If the plan cannot be read, or does not know a name.
    """
    refuse_unreadable(plan)
    view = View(plan)
    named = resolved(what_if or WhatIf(), view)
    services = sorted({pool.service for pool in plan.pools})
    if service is None:
        what = "must name the service that the requests of the log go to"
        raise InputError([Fault("--service", what, f"Name one of {', '.join(services)}.", "no-service")])
    faults = _unless_known("--service", service, services, "serves no such service")
    origins = tuple(sorted({route.origin for route in plan.routing if route.service == service}))
    if origin is not None and not faults:
        faults += _unless_known("--origin", origin, origins, f"serves no {service} from there")
    hours = tuple((row.day_type, row.hour) for row in plan.periods)
    if day_type is not None:
        faults += _unless_known(
            "--day-type", day_type, dict.fromkeys(name for name, _ in hours), "has no such day type"
        )
    if faults:
        raise InputError(faults)
    only = origins[0] if len(origins) == 1 else None
    return TraceAsked(service, origins, origin or only, hours, named)


def _unless_known(option: str, name: str, known: Iterable[str], what: str) -> list[Fault]:
    names = list(known)
    if name in names:
        return []
    close = get_close_matches(name, names, n=1)
    mend = f"Did you mean {close[0]}?" if close else f"It has {', '.join(names)}."
    return [Fault(option, f'the plan {what} (found "{name}")', mend, "unknown-name")]
