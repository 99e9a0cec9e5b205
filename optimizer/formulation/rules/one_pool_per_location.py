"""A service has at most one configuration in a location."""

from __future__ import annotations

import numpy as np

from optimizer.formulation.problem import BlockIndex, Rows
from optimizer.formulation.rule import Relaxation, Rule


def one_pool_per_location(blocks: BlockIndex) -> Rows:
    r"""Choose at most one block of a service in a location, or two where quotas bind.

    .. math:: \sum_{b : s_b = s,\ r_b = r} y_b \le m \qquad \forall s, r

    The gain of pooling is then real: the requests of all origins meet in one pool.
    """
    pairs = sorted(set(zip(blocks.service.tolist(), blocks.location.tolist(), strict=True)))
    columns = [np.flatnonzero((blocks.service == service) & (blocks.location == place)) for service, place in pairs]
    return Rows.from_lists(
        rule="one_pool_per_location",
        labels=tuple(f"{blocks.service_names[service]},{blocks.location_names[place]}" for service, place in pairs),
        columns=columns,
        values=[np.ones(members.size) for members in columns],
        lower=np.full(len(pairs), -np.inf),
        upper=np.full(len(pairs), float(blocks.pools_per_location)),
    )


RULE = Rule(
    name="one_pool_per_location",
    place="rows",
    meaning="A service has at most one configuration in a location.",
    relaxation=Relaxation("run two configurations side by side", "configuration", 40.0),
    apply=one_pool_per_location,
)
