"""All instances together emit no more than so much over the horizon."""

from __future__ import annotations

import numpy as np

from optimizer.domain.scenario import Floats
from optimizer.formulation.problem import Rows
from optimizer.formulation.rule import Relaxation, Rule


def carbon_limit(carbon_kg: Floats, limit_kg: float) -> Rows:
    r"""Limit what is emitted over the horizon.

    .. math:: \sum_b kg_b\, y_b \le G

    Parameters
    ----------
    carbon_kg
        Of each block, shape (blocks,).
    """
    columns = np.flatnonzero(carbon_kg)
    scale = max(limit_kg, 1e-9)
    values = carbon_kg[columns] / scale
    return Rows.from_lists("carbon_limit", ("horizon",), [columns], [values], [-np.inf], [limit_kg / scale])


RULE = Rule(
    name="carbon_limit",
    place="rows",
    meaning="All instances together emit no more carbon than allowed.",
    relaxation=Relaxation("allow more carbon", "kg", 16.0),
    apply=carbon_limit,
)
