"""One amount of the bill that is written again, and the measures it is written in."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

HOURS_OF_A_MONTH = Fraction(730)
HOURS_OF_A_YEAR = Fraction(8760)
SECONDS_OF_AN_HOUR = 3600
#: A GiB is 1.073741824 GB.
GB_OF_A_GIB = Fraction(2**30, 10**9)
KB_OF_A_GB = 10**6
#: Categories whose amounts the support plan takes its share of.
CLOUD_SPEND = ("compute", "overhead", "network", "storage", "obligation")


@dataclass(frozen=True, slots=True)
class Entry:
    """One amount: a quantity at a price. `pair` names the border that data crosses, `option` how it is bought."""

    category: str
    service: str
    location: str
    instance_type: str
    quantity: Fraction
    unit_price: Fraction
    pair: tuple[str, str] = ("", "")
    option: str = ""
    provider: str = ""
    unit: str = ""

    @property
    def amount(self) -> Fraction:
        """Money, in the plan's currency."""
        return self.quantity * self.unit_price
