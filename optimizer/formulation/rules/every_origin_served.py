"""Every origin of every service is served, by one block or (where quotas bind) by parts of two."""

from __future__ import annotations

import numpy as np

from optimizer.formulation.problem import BlockIndex, Rows
from optimizer.formulation.rule import Relaxation, Rule


def every_origin_served(blocks: BlockIndex) -> Rows:
    r"""Serve every origin of every service once.

    .. math:: \sum_{b : s_b = s} share_{b,d}\, y_b = 1 \qquad \forall s, d

    Returns
    -------
    Rows
        One for each (service, origin) with demand. A pair without a block gives ``0 = 1``: infeasible under its own
        name, never skipped.
    """
    serves = [
        np.flatnonzero((blocks.service == service) & (blocks.serves[:, origin] > 0))
        for service, origin in blocks.demand_pairs
    ]
    ones = np.ones(len(blocks.demand_pairs))
    return Rows.from_lists(
        rule="every_origin_served",
        labels=tuple(blocks.pair_label(service, origin) for service, origin in blocks.demand_pairs),
        columns=serves,
        values=[
            blocks.serves[columns, origin].astype(np.float64)
            for columns, (_, origin) in zip(serves, blocks.demand_pairs, strict=True)
        ],
        lower=ones,
        upper=ones,
    )


RULE = Rule(
    name="every_origin_served",
    place="rows",
    meaning="Every origin of every service is served, by one location.",
    relaxation=Relaxation("leave an origin unserved", "origin", 100.0),
    apply=every_origin_served,
)
