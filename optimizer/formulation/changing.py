r"""What it costs to change what runs: instances that start and that stop, as columns and rows.

An instance is charged once when it starts and once when it stops; one that moves to another zone, type or service does
both. Counts are the most of any hour of the demand planned for: what a deployment must be able to hold. With
:math:`r_k` instances of a kind k in a zone now and :math:`p_{b,k}` of block b

.. math::

    s_k \ge \sum_b p_{b,k} y_b - r_k, \quad s_k \ge \sum_b (p_{b,k} - r_k)^+ y_b, \quad
    e_k \ge r_k - \sum_b \min(r_k, p_{b,k}) y_b

and starts :math:`s_k` and ends :math:`e_k` cost the charge each. Blocks of kinds that run nowhere now carry their
starts themselves. The second row follows from the first for whole blocks and makes the bound tighter.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from optimizer.domain.running import PlaceKey
from optimizer.formulation.blocks import Block, Configuration
from optimizer.formulation.context import Context
from optimizer.formulation.problem import Columns, Rows


def place_key(service: str, configuration: Configuration, zone: str) -> PlaceKey:
    """Return what instances of a configuration in a zone are."""
    candidate = configuration.candidate
    curve = candidate.curve
    name = candidate.location.name
    return service, name, zone, candidate.instance.name, curve.profile, curve.accelerators_per_replica


def most_by_place(context: Context, block: Block) -> dict[PlaceKey, int]:
    """Most instances of any hour of the demand planned for, by what they are; none of 0."""
    service = context.scenario.services[block.service].name
    most = block.staffing.instances[0].max(axis=0, initial=0).tolist()
    zones = block.configuration.zones
    return {
        place_key(service, block.configuration, zone): count for zone, count in zip(zones, most, strict=True) if count
    }


def _running_in(context: Context, service: str, configuration: Configuration) -> int:
    """Instances like those of a configuration that run in its location now."""
    return sum(context.running.get(place_key(service, configuration, zone), 0) for zone in configuration.zones)


def kept_at_most(context: Context, service: int, configuration: Configuration) -> float:
    """Return the most that a block of a configuration can save by what it keeps running, against ending all of it."""
    name = context.scenario.services[service].name
    return context.charge * _running_in(context, name, configuration)


def charged_at_most(context: Context, block: Block) -> float:
    """Return what choosing a block costs in changes at most, against ending all that runs now (may be below 0).

    Where quotas let two blocks of a service stand in a location, the other one may keep the same instances.
    """
    places = most_by_place(context, block)
    started = sum(places.values())
    if context.scenario.limits.quotas:
        return context.charge * started
    kept = sum(min(count, context.running.get(key, 0)) for key, count in places.items())
    return context.charge * (started - 2 * kept)


def changes_no_more(context: Context, first: Block, second: Block) -> bool:
    """Whether the first block never costs more changes than the second, both of one kind of instance.

    In each zone as many, or fewer of what has to be started in any case.
    """
    mine, theirs = most_by_place(context, first), most_by_place(context, second)
    pairs = ((mine.get(key, 0), theirs.get(key, 0), context.running.get(key, 0)) for key in mine.keys() | theirs.keys())
    return all(one == other or now <= one <= other for one, other, now in pairs)


def started_anew(context: Context, block: Block) -> float:
    """Charge of a block's instances of kinds that do not run now."""
    return context.charge * sum(
        count for key, count in most_by_place(context, block).items() if key not in context.running
    )


def changes_of(context: Context, blocks: Sequence[Block]) -> dict[PlaceKey, tuple[int, int]]:
    """Return how many instances chosen blocks start and stop, by what they are; nothing where nothing changes."""
    most: dict[PlaceKey, int] = {}
    for block in blocks:
        for key, count in most_by_place(context, block).items():
            most[key] = most.get(key, 0) + count
    found = {}
    for key in sorted(most.keys() | context.running.keys()):
        then, now = most.get(key, 0), context.running.get(key, 0)
        if then != now:
            found[key] = max(then - now, 0), max(now - then, 0)
    return found


def change_rows(context: Context, blocks: Sequence[Block], first: int) -> tuple[Columns, list[Rows]]:
    """Return columns of what starts and what stops of each kind that runs now, and the rows that tie them to blocks."""
    running = sorted(context.running.items())
    members: dict[PlaceKey, list[tuple[int, int]]] = {key: [] for key, _ in running}
    for number, block in enumerate(blocks):
        for key, count in most_by_place(context, block).items():
            if key in members:
                members[key].append((number, count))
    upper = [float(max(sum(count for _, count in members[key]), now)) for key, now in running]
    columns = Columns(
        np.full(2 * len(running), context.charge),
        np.repeat(np.array(upper, dtype=np.float64), 2),
        np.zeros(2 * len(running), dtype=bool),
    )
    if not running:
        return columns, []
    found = list(_rows(running, members, first))
    labels, indices, values, lower = zip(*found, strict=True)
    rows = Rows.from_lists("changes", labels, indices, values, lower, np.full(len(labels), np.inf))
    return columns, [rows]


def _rows(
    running: Sequence[tuple[PlaceKey, int]], members: dict[PlaceKey, list[tuple[int, int]]], first: int
) -> Iterator[tuple[str, np.ndarray, np.ndarray, float]]:
    """Label, columns, values and lower end of each row."""
    for place, (key, now) in enumerate(running):
        numbers = np.array([number for number, _ in members[key]], dtype=np.int64)
        counts = np.array([count for _, count in members[key]], dtype=np.float64)
        starts, stops = first + 2 * place, first + 2 * place + 1
        label = " ".join(str(part) for part in key)
        beyond, kept = np.maximum(counts - now, 0.0), np.minimum(counts, now)
        yield f"starts,{label}", np.append(numbers, starts), np.append(-counts, 1.0), -float(now)
        yield f"starts beyond,{label}", np.append(numbers, starts), np.append(-beyond, 1.0), 0.0
        yield f"stops,{label}", np.append(numbers, stops), np.append(kept, 1.0), float(now)
