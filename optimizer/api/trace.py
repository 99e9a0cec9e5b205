"""A log of arrivals played against a plan."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from optimizer.api.reading import plan_of

if TYPE_CHECKING:
    from optimizer.api.progress import Progress
    from optimizer.domain.plan import Plan
    from optimizer.verification.replaying import WhatIf
    from optimizer.verification.replaying.trace import TraceReport


def replay_trace(
    plan: Plan | str | Path,
    log: str | Path,
    service: str | None = None,
    *,
    origin: str | None = None,
    day_type: str | None = None,
    time: str | None = None,
    counts: str | None = None,
    timezone: str = "UTC",
    what_if: WhatIf | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> TraceReport:
    """Play the requests of a log, at their own times, against the pools that a plan has for a service.

    Parameters
    ----------
    plan
        A plan, or the path of a plan file.
    log
        A CSV that `fit_traffic` reads.
    service
        Of the plan: the one that the requests go to, which must be named. Of a log with a column `service` its rows
        are played.
    origin
        Where they come from; None for those that the log names, or the only one of the plan.
    day_type
        The day type of the plan whose fleet serves; None to go by workdays and weekends as `fit_traffic` does.
    time, counts, timezone
        As of `fit_traffic`.
    what_if
        What is lost all the time, the demand whose fleet serves, and how many times the requests are played; None for
        the plan and the log as they are.
    seed
        Of what the log does not tell: which pool gets a request, when it came within a step, which are played again.
    progress
        Called with a stage and a detail.

    Returns
    -------
    TraceReport
        What share was late in each five minutes; `holds` if nowhere more than may be.

    Raises
    ------
    InputError
        If a file cannot be read, or the plan has not the service, origin or hours of the log, or not what is lost.
    """
    from optimizer.inputs.arrival_log import Asked, read_log
    from optimizer.inputs.forecast_asked import zone_asked
    from optimizer.traffic.played import UNSAID, PlanPlace, lay_out
    from optimizer.verification.replaying.trace import replay_log
    from optimizer.verification.replaying.trace_asked import asked_of

    read = plan_of(plan)
    asked = asked_of(read, service, origin, day_type, what_if)
    zone = zone_asked(timezone)
    given = Asked(zone, time, counts, asked.service, asked.origin or UNSAID, keep_times=True)
    place = PlanPlace(asked.service, asked.origins, asked.hours)
    laid = lay_out(read_log(Path(log), given), zone, place, origin, day_type)
    return replay_log(read, laid, asked.what_if, seed, progress)
