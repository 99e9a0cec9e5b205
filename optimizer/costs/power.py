"""What instances draw, and what that emits: kW, kWh and kg of CO2 equivalent, PUE included."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.domain.catalog import Catalog, InstanceType
from optimizer.domain.scenario import Floats
from optimizer.units import GRAMS_PER_KG, WATTS_PER_KW


@dataclass(frozen=True, slots=True)
class PowerDraw:
    """Draw of one instance without and with full work (W at the plug), and the PUE of where it stands."""

    idle_w: float
    max_w: float
    pue: float

    @property
    def idle_kw(self) -> float:
        """Draw without work, kW, PUE included."""
        return self.idle_w * self.pue / WATTS_PER_KW

    def kw(self, instances: Floats, busy: Floats) -> Floats:
        r"""Return the draw of running instances of which `busy` are fully at work, kW.

        .. math:: kW = PUE (idle \cdot x + (max - idle) \cdot busy) / 1000
        """
        watts: Floats = self.idle_w * instances + (self.max_w - self.idle_w) * busy
        return watts * self.pue / WATTS_PER_KW


def power_draw(catalog: Catalog, kind: InstanceType, location: str) -> PowerDraw | None:
    """Return the draw of an instance type in a location; None where its power or the PUE is not known.

    Where only the idle power is unknown the catalog's `idle_power_share` of the maximum stands in.
    """
    pue = catalog.locations[location].pue
    if kind.max_power_w is None or pue is None:
        return None
    idle = kind.idle_power_w if kind.idle_power_w is not None else catalog.idle_power_share * kind.max_power_w
    return PowerDraw(min(idle, kind.max_power_w), kind.max_power_w, pue)


def busy_instances(rate_per_s: Floats, instances: Floats, full_rate_per_s: float) -> Floats:
    """Return how many of the instances are at work on average: the rate over a full instance's, at most all of them."""
    busy: Floats = np.minimum(instances, rate_per_s / full_rate_per_s)
    return busy


def carbon_kg(kwh: float, grid_gco2_per_kwh: float | None) -> float | None:
    """Return what so much energy emits; None where the grid is not known."""
    return None if grid_gco2_per_kwh is None else kwh * grid_gco2_per_kwh / GRAMS_PER_KG
