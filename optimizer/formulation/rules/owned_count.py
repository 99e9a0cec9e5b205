"""No more machines are bought than can be."""

from __future__ import annotations

from optimizer.domain.purchase import PurchaseOption
from optimizer.formulation.rule import Relaxation, Rule
from optimizer.formulation.supply import Supply


def most_of(supply: Supply, option: PurchaseOption, largest_use: float) -> float:
    r"""Return the most instances of a steady option.

    .. math:: C_j \le most_j

    More than the largest use is never worth it.
    """
    return min(largest_use, float(supply.most.get(option, largest_use)))


RULE = Rule(
    name="owned_count",
    place="rows",
    meaning="No more owned machines are bought than the catalog offers.",
    relaxation=Relaxation("buy more machines", "machines", 9.0),
    apply=most_of,
)
