"""What a screening says, in the keys of a comparison's document."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Screened:
    """About how far all prices of an unused instance type would have to move for it to enter the cheapest plan.

    Parameters
    ----------
    factor
        At this factor on its prices the plan costs the same with the type in place of `replaces` (services and where
        they run): it enters there or above, so that this is a lower bound of the exact break-even factor.
    location, purchase_option, price, break_even
        Where it would stand; its price there on demand, else to buy or of the first term that is known, and that price
        times the factor. None where no price is known.
    """

    provider: str
    instance_type: str
    factor: float
    replaces: str
    location: str
    purchase_option: str
    price: float
    break_even: float


@dataclass(frozen=True, slots=True)
class Screening:
    """Every unused type that can serve something, nearest to its price first; `cannot` are those that cannot."""

    types: tuple[Screened, ...]
    cannot: tuple[str, ...]
