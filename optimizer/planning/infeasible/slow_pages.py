"""Pages that no split of their target can serve in time."""

from __future__ import annotations

from collections.abc import Iterator

from optimizer.formulation.budgets import LeastTimes, least_times
from optimizer.formulation.context import Context
from optimizer.planning.infeasible.why import Finding
from optimizer.units import milliseconds


def too_slow(context: Context) -> Iterator[LeastTimes]:
    """Yield pages whose stages take longer than the target even one after another, each with a lone request."""
    if context.is_on("pipelines") and context.is_on("latency"):
        yield from (times for times in least_times(context) if times.pipeline.latency_s < times.total_s < float("inf"))


def slow_pages(context: Context) -> list[Finding]:
    """Find pages whose target is below the sum of the shortest times of their stages."""
    found = []
    for times in too_slow(context):
        page, origin = times.pipeline, context.scenario.origins[times.origin].name
        target, least = milliseconds(page.latency_s), milliseconds(times.total_s)
        parts = ", ".join(
            f"{stage.service} {milliseconds(seconds):.1f}"
            for stage, seconds in zip(page.stages, times.by_stage_s, strict=True)
        )
        text = (
            f"page {page.name} from origin {origin} takes at least {least:.1f} ms ({parts}; round trips and overheads "
            f"included): p99 {target:g} ms is {least - target:.1f} ms too little. "
            f"Set pipelines.{page.name}.latency.p99_ms above {least:.1f}, or allow nearer locations."
        )
        found.append(Finding("pipelines", (f"pipelines.{page.name}.latency.p99_ms",), text))
    return found


def no_split(context: Context) -> str | None:
    """Say which pages leave no split, None without pages; for where blocks are there and nothing fits together."""
    pages = [
        f"page {times.pipeline.name} from origin {context.scenario.origins[times.origin].name} "
        f"(p99 {milliseconds(times.pipeline.latency_s):g} ms, at least {milliseconds(times.total_s):.1f})"
        for times in least_times(context)
    ]
    if not pages or not context.is_on("pipelines"):
        return None
    return f"no split of the target over the stages fits: {'; '.join(pages)}. Raise the target of the page."
