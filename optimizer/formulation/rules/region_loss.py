"""Losing any one region at the peak leaves the promise standing: its origins go to their standby location."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from optimizer.domain.scenario import Floats
from optimizer.formulation.problem import BlockIndex, Rows
from optimizer.formulation.rule import Relaxation, Rule


def need_with_standby(
    own_per_s: Floats, standby: Sequence[tuple[int, str]], need_of: Callable[[list[int]], Floats], share: float
) -> Floats:
    r"""Return what a location must carry at most, shape as `own_per_s`.

    .. math:: \max \{ need(D),\ \rho \max_f (need(D) + need(D'_f)) \}

    Parameters
    ----------
    own_per_s
        Need of the origins it serves.
    standby
        Origins (indices) it stands by for, each with the location whose loss brings them.
    need_of
        Need of a set of origins.
    share
        Protected share of the need.
    """
    hardest = own_per_s
    for lost in sorted({location for _, location in standby}):
        brought = need_of([origin for origin, location in standby if location == lost])
        hardest = np.maximum(hardest, share * (own_per_s + brought))
    return hardest


def one_standby(blocks: BlockIndex, services: Sequence[int]) -> Rows:
    r"""Give every origin of a service that must survive the loss of a region one standby location.

    .. math:: \sum_{b : (d, f) \in D'_b} y_b = 1, \qquad
        \sum_{b : (d, f) \in D'_b} y_b \le \sum_{b : r_b = f,\ d \in D_b} y_b \qquad \forall s, d, f

    Parameters
    ----------
    blocks
        Reads `standby`.
    services
        Those that are protected so.
    """
    labels: list[str] = []
    columns: list[np.ndarray] = []
    values: list[np.ndarray] = []
    lower: list[float] = []
    upper: list[float] = []
    for service, origin in (pair for pair in blocks.demand_pairs if pair[0] in services):
        mine = np.flatnonzero(blocks.service == service)
        covers = {
            place: np.array([b for b in mine.tolist() if (origin, name) in blocks.standby[b]], dtype=np.int64)
            for place, name in enumerate(blocks.location_names)
        }
        every = np.concatenate([np.zeros(0, np.int64), *covers.values()])
        labels.append(f"standby,{blocks.pair_label(service, origin)}")
        columns.append(every)
        values.append(np.ones(every.size))
        lower.append(1.0)
        upper.append(1.0)
        for place, name in enumerate(blocks.location_names):
            serving = mine[(blocks.location[mine] == place) & (blocks.serves[mine, origin] > 0)]
            if covers[place].size:
                labels.append(f"standby of {name},{blocks.pair_label(service, origin)}")
                columns.append(np.concatenate([covers[place], serving]))
                values.append(np.concatenate([np.ones(covers[place].size), -np.ones(serving.size)]))
                lower.append(-np.inf)
                upper.append(0.0)
    return Rows.from_lists("region_loss", tuple(labels), columns, values, lower, upper)


RULE = Rule(
    name="region_loss",
    place="rows",
    meaning="Losing any one region at the peak leaves the latency promise standing in the standby locations.",
    relaxation=Relaxation("accept that a lost region breaks the promise", "share", 35.0),
    apply=one_standby,
)
