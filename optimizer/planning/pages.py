"""What a plan says of pages: the split of each target over the stages, and what they promise together."""

from __future__ import annotations

from optimizer.domain.plan import PagePromise, StageBudget
from optimizer.domain.scenario import Floats
from optimizer.formulation.assemble import edge_seconds
from optimizer.formulation.context import Context
from optimizer.formulation.rules.latency import network_s
from optimizer.formulation.rules.pipelines import pages_from
from optimizer.planning.chosen import Chosen
from optimizer.units import milliseconds


def page_promises(context: Context, chosen: Chosen) -> tuple[PagePromise, ...]:
    """Return every page from every origin that asks for it.

    Where an origin is divided over two locations, or has a standby, a stage has a row for each; the longest counts.
    """
    found, edges = [], edge_seconds(context, chosen.blocks)
    for pipeline in context.scenario.pipelines:
        for origin in pages_from(pipeline):
            stages: list[StageBudget] = []
            total_ms = 0.0
            for stage in pipeline.stages:
                rows = _stage_rows(context, chosen, edges, stage.service, origin)
                share = pipeline.stage_percentile(stage)
                stages += [StageBudget(stage.service, place, stage.fan_out, share, *times) for place, *times in rows]
                total_ms += max((times[-1] for times in rows), default=0.0)
            name, target = context.scenario.origins[origin].name, milliseconds(pipeline.latency_s)
            found.append(PagePromise(pipeline.name, name, target, tuple(stages), total_ms))
    return tuple(found)


def _stage_rows(
    context: Context, chosen: Chosen, edges: Floats, service: str, origin: int
) -> list[tuple[str, float, float, float, float]]:
    """Location of each block that serves an origin or stands by for it; network, overhead, budget and promise, ms."""
    scenario, rows = context.scenario, []
    for number, (block, promise) in enumerate(zip(chosen.blocks, chosen.promises_s, strict=True)):
        reached = {*block.origins, *(brought for brought, _ in block.group.standby)}
        asked = scenario.services[block.service]
        if asked.name != service or origin not in reached:
            continue
        trip = network_s(scenario, context.catalog, [scenario.origins[origin]], block.location) or 0.0
        promised = trip + asked.overhead_s + promise
        network_ms, overhead_ms = milliseconds(trip), milliseconds(asked.overhead_s)
        budget_ms = milliseconds(float(edges[number, origin]))
        rows.append((block.location, network_ms, overhead_ms, budget_ms, milliseconds(promised)))
    return rows
