"""What a planner should know about a log that was played."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from optimizer.verification.replaying.trace_arrivals import APART_S, by_step
from optimizer.verification.replaying.trace_pools import Pools
from optimizer.verification.replaying.trace_result import NOWHERE, TraceRow

#: Coarser steps show nothing of the bursts that a pool feels.
FELT_S = 10.0
#: Notices of a log that say it has nothing there.
GAPS = ("gap", "empty", "silence")


def notes_of(pools: Pools, rows: Sequence[TraceRow], windows: int) -> Iterator[str]:
    """Say what the log cannot show, what was played besides it, and what was left out."""
    log, view = pools.log, pools.fleet.view
    target_ms = min((row.target_ms for row in rows), default=0.0)
    if log.step_s * 1e3 > target_ms:
        yield _unseen(log.step_s, log.kind, target_ms)
    others = [
        name
        for name in pools.origins
        if name not in log.by_origin and any(pools.planned(name, window) > 0.0 for window in log.windows)
    ]
    if others:
        yield f"the log is of {_named(list(log.by_origin))}: {_named(others)} come besides, at random, as planned"
    if log.service in view.stages:
        yield f"{log.service} is a stage of a page: each location is held to its part of the page's target"
    yield from pools.notes
    if pools.fleet.scale != 1.0:
        yield _scaled(pools.fleet.scale, by_step=all(by_step(arrivals) for arrivals in log.by_origin.values()))
    share = float(view.services[log.service]["protected_share"])
    if pools.what_if.losses and share < 1.0:
        yield f"after a loss {log.service} need carry {100.0 * share:g} % of its requests: others are not played"
    lost = sum(row.requests for row in rows if row.location == NOWHERE)
    if lost:
        hours = dict.fromkeys(f"{row.day_type} {row.hour:02d} h" for row in rows if row.location == NOWHERE)
        shown = ", ".join(list(hours)[:4]) + (f" and {len(hours) - 4} more" if len(hours) > 4 else "")
        why = (
            "find nobody left" if pools.what_if.losses else "come in hours for which the plan has none of their origin"
        )
        yield f"{lost:,} requests {why}, and are late: {shown}"
    gaps = sum(notice.kind in GAPS for notice in log.notices)
    if gaps:
        yield f"holes of the log: {gaps:,}, in which nothing is played; `fleetopt traffic fit` tells them"
    if windows < len(log.windows):
        yield f"a part: the {windows:,} of {len(log.windows):,} five minutes that bring most for what is planned then"


def _unseen(step_s: float, kind: str, target_ms: float) -> str:
    """Say that bursts within a step are not played."""
    told = f"counts of {step_s:g} s" if kind == "counts" else f"times no finer than {step_s:g} s"
    spread = f"{told}: requests are spread at random within them, and bursts shorter than that are not played"
    if step_s > FELT_S:
        return f"{spread}. These show no burst that queues feel: a promise that stands here may break all the same"
    return f"{spread}, which a target of {target_ms:g} ms may feel"


def _scaled(scale: float, *, by_step: bool) -> str:
    """Say how a log is made to bring more, or less."""
    if by_step:
        return f"each count is taken {scale:g} times, what is beyond a whole number by chance"
    if scale < 1.0:
        return f"{100.0 * scale:g} % of the log's requests are played, chosen at random"
    return f"each request is played {scale:g} times, again within {APART_S:g} s: bursts shorter than that do not grow"


def _named(names: Sequence[str]) -> str:
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
