"""A plan uses no more than so many instance types."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optimizer.formulation.problem import BlockIndex, Columns, Rows
from optimizer.formulation.rule import Relaxation, Rule


def max_instance_types(
    blocks: BlockIndex, types: Sequence[tuple[str, str]], limit: int, first_column: int
) -> tuple[Columns, Rows]:
    r"""Count the instance types in use.

    With one binary :math:`z_i` for each type,

    .. math:: \sum_{b : s, r, i} y_b \le m z_i \qquad \forall s, r, i, \qquad \sum_i z_i \le limit

    where m is how many blocks of a service may stand in a location.

    Parameters
    ----------
    types
        Provider and instance type of each block.
    """
    names = sorted(set(types))
    number = {name: first_column + index for index, name in enumerate(names)}
    groups: dict[tuple[int, int, tuple[str, str]], list[int]] = {}
    for block, kind in enumerate(types):
        groups.setdefault((int(blocks.service[block]), int(blocks.location[block]), kind), []).append(block)
    columns = [np.array([*members, number[kind]], dtype=np.int64) for (_, _, kind), members in groups.items()]
    values = [np.append(np.ones(len(members)), -float(blocks.pools_per_location)) for members in groups.values()]
    labels = [
        f"{blocks.service_names[service]},{blocks.location_names[place]},{kind[1]}" for service, place, kind in groups
    ]
    every = np.array(list(number.values()), dtype=np.int64)
    rows = Rows.from_lists(
        "max_instance_types",
        (*labels, "all types"),
        [*columns, every],
        [*values, np.ones(every.size)],
        np.full(len(groups) + 1, -np.inf),
        [0.0] * len(groups) + [float(limit)],
    )
    return Columns(np.zeros(every.size), np.ones(every.size), np.ones(every.size, dtype=bool)), rows


RULE = Rule(
    name="max_instance_types",
    place="rows",
    meaning="The plan uses no more instance types than allowed.",
    relaxation=Relaxation("allow more instance types", "types", 10.0),
    apply=max_instance_types,
)
