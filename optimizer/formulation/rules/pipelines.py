"""Every page is answered within its target: what its stages may take sums to no more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from optimizer.domain.scenario import Floats, Pipeline
from optimizer.formulation.problem import BlockIndex, Columns, Rows
from optimizer.formulation.rule import Relaxation, Rule
from optimizer.units import milliseconds

#: Kept off every target, so that the rounding of a solver's zeros and ones cannot break it, seconds.
ROUNDING_S = 1e-6


def pages_from(pipeline: Pipeline) -> list[int]:
    """Return the origins (indices) that ask for pages at any demand."""
    peaks = [pipeline.demand.peak_per_s, *pipeline.demand.peaks_per_s.values()]
    return np.flatnonzero(np.any([peak.max(axis=1, initial=0.0) > 0.0 for peak in peaks], axis=0)).tolist()


def pipelines(
    blocks: BlockIndex, edge_s: Floats, chains: Sequence[Pipeline], first_column: int
) -> tuple[Columns | None, Rows]:
    r"""Let the stages of a page from an origin take no more than its target, in milliseconds.

    .. math:: \sum_j \sum_{b : s_b = j,\ d \in D_b} (B_b + overhead_j + factor \cdot RTT_{d, r_b})\, y_b \le T
        \qquad \forall page, d

    Where an origin may go to more than one location (in parts, or to a standby), its stage takes the longest of them,
    :math:`t_{j,d}`, a column of its own.

    Parameters
    ----------
    blocks
        Which block is what.
    edge_s
        What a block may take as seen at each origin that it serves or stands by for, shape (blocks, origins), seconds.
    chains
        The pipelines.
    first_column
        Index of the first column that is added.
    """
    longest: dict[tuple[int, int], int] = {}
    labels: list[str] = []
    columns: list[np.ndarray] = []
    values: list[Floats] = []
    upper: list[float] = []

    def row(label: str, members: Sequence[np.ndarray], weights: Sequence[Floats], limit: float) -> None:
        labels.append(label)
        columns.append(np.concatenate(members))
        values.append(np.concatenate(weights))
        upper.append(limit)

    for chain in chains:
        for origin in pages_from(chain):
            members, weights = [], []
            for stage in chain.stages:
                service = blocks.service_names.index(stage.service)
                ways = _ways(blocks, service, origin)
                if len(ways) <= 1:
                    for way in ways.values():
                        members.append(way)
                        weights.append(milliseconds_of(edge_s[way, origin]))
                    continue
                if (service, origin) not in longest:
                    longest[service, origin] = first_column + len(longest)
                    for name, way in ways.items():
                        own = np.array([longest[service, origin]])
                        label = f"{blocks.pair_label(service, origin)},{name}"
                        row(label, [way, own], [milliseconds_of(edge_s[way, origin]), np.array([-1.0])], 0.0)
                members.append(np.array([longest[service, origin]]))
                weights.append(np.ones(1))
            label = f"{chain.name},{blocks.origin_names[origin]}"
            row(label, [np.zeros(0, np.int64), *members], [np.zeros(0), *weights],
                milliseconds(chain.latency_s - ROUNDING_S))  # fmt: skip
    rows = Rows.from_lists("pipelines", tuple(labels), columns, values, np.full(len(labels), -np.inf), upper)
    if not longest:
        return None, rows
    most = milliseconds(max(chain.latency_s for chain in chains))
    count = len(longest)
    return Columns(np.zeros(count), np.full(count, most), np.zeros(count, dtype=bool)), rows


def milliseconds_of(values_s: Floats) -> Floats:
    """Return seconds as milliseconds: rows have values about 1 to 1000."""
    result: Floats = values_s * 1000.0
    return result


def _ways(blocks: BlockIndex, service: int, origin: int) -> Mapping[str, np.ndarray]:
    """Blocks that an origin's requests may go to at the same time, by how: one of each may be chosen.

    A single way where every origin has one location for all of its requests.
    """
    mine = blocks.service == service
    serving = np.flatnonzero(mine & (blocks.serves[:, origin] > 0.0))
    ways: dict[str, np.ndarray] = {}
    if bool((blocks.serves[serving, origin] < 1.0).any()):
        for place, name in enumerate(blocks.location_names):
            there = serving[blocks.location[serving] == place]
            if there.size:
                ways[name] = there
    elif serving.size:
        ways["serving"] = serving
    standing_by = [
        block
        for block in np.flatnonzero(mine).tolist()
        if blocks.standby and any(number == origin for number, _ in blocks.standby[block])
    ]
    if standing_by:
        ways["standby"] = np.array(standing_by, dtype=np.int64)
    return ways


RULE = Rule(
    name="pipelines",
    place="rows",
    meaning="Every page is answered within its target: what its stages may take sums to no more.",
    relaxation=Relaxation("raise the target of the page", "ms", 1.0),
    apply=pipelines,
)
