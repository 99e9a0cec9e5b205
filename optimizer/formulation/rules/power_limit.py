"""All instances together draw no more than so much power, in any hour."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optimizer.domain.scenario import Floats
from optimizer.formulation.problem import Rows
from optimizer.formulation.rule import Relaxation, Rule


def power_limit(kw: Floats, labels: Sequence[str], limit_kw: float) -> Rows:
    r"""Limit the draw in every period, PUE included.

    .. math:: \sum_b kW_{b,t}\, y_b \le P \qquad \forall t

    Parameters
    ----------
    kw
        Draw of each block, shape (blocks, periods), kW.
    labels
        Names of the periods.
    """
    different = np.unique(kw, axis=1, return_index=True)[1]
    columns = [np.flatnonzero(kw[:, period]) for period in different]
    # Shares of the limit keep coefficients near 1.
    scale = max(limit_kw, 1e-9)
    return Rows.from_lists(
        "power_limit",
        tuple(labels[period] for period in different),
        columns,
        [kw[members, period] / scale for members, period in zip(columns, different, strict=True)],
        np.full(different.size, -np.inf),
        np.full(different.size, limit_kw / scale),
    )


RULE = Rule(
    name="power_limit",
    place="rows",
    meaning="All instances together draw no more power than allowed, in any hour.",
    relaxation=Relaxation("allow more power", "kW", 14.0),
    apply=power_limit,
)
