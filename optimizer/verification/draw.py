"""What pools draw, worked out again: kW at the peak, kWh and kg over the horizon."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

from optimizer.domain.plan import Check, Pool
from optimizer.verification.demands import views
from optimizer.verification.view import Finding, Row, View, fact, judged

#: Figures of power and energy that are the same, as a share.
SAME = 1e-6


@dataclass(frozen=True, slots=True)
class Draw:
    """Watts of one instance without and with full work, and the PUE of where it stands."""

    idle_w: float
    max_w: float
    pue: float

    def kw(self, instances: float, busy: float) -> float:
        """Draw of instances of which so many are at work."""
        return self.pue * (self.idle_w * instances + (self.max_w - self.idle_w) * busy) / 1000.0


def draw_of(view: View, provider: str, kind: str, location: str) -> Draw | None:
    """Return the draw of a type in a location; None where its maximum or the PUE is not known."""
    row, energy = view.types[provider, kind], energy_of(view, location)
    if row["max_power_w"] is None or energy is None or energy["pue"] is None:
        return None
    most, share = float(row["max_power_w"]), float(view.plan.inputs["idle_power_share"])
    idle = share * most if row["idle_power_w"] is None else float(row["idle_power_w"])
    return Draw(min(idle, most), most, float(energy["pue"]))


def energy_of(view: View, location: str) -> Row | None:
    """PUE, grid and electricity price of a location, None where the plan has none."""
    row: Row | None = view.plan.inputs["location_energy"].get(location)
    return row


def _full_rate(view: View, pool: Pool) -> float:
    """Requests/s of an instance whose replicas always serve full batches."""
    return view.per_instance(pool) * pool.batch_size / pool.service_time.seconds[-1]


@lru_cache(maxsize=512)
def pool_kwh(view: View, index: int) -> float | None:
    """Energy of a pool over the horizon, expected over the demands; None where its draw is not known."""
    pool = view.plan.pools[index]
    draw = draw_of(view, pool.provider, pool.instance_type, pool.location)
    if draw is None:
        return None
    full, parts = _full_rate(view, pool), []
    arrivals = [
        math.fsum(
            route.share_by_period[period] * view.mean(route.service, route.origin, period)
            for route in view.routes_to(index)
        )
        for period in range(len(view.plan.periods))
    ]
    for name, other in views(view).items():
        weight = view.plan.inputs["cost_weights"].get(name, 0.0)
        for period, count in enumerate(other.instances(other.plan.pools[index])):
            busy = min(float(count), arrivals[period] / full)
            parts.append(weight * view.plan.periods[period].hours * draw.kw(count, busy))
    return math.fsum(parts)


def pool_kw(view: View, index: int) -> list[float] | None:
    """Draw of a pool at the peak of each period of the demand planned for."""
    pool = view.plan.pools[index]
    draw = draw_of(view, pool.provider, pool.instance_type, pool.location)
    if draw is None:
        return None
    full = _full_rate(view, pool)
    rows = zip(view.instances(pool), pool.arrival_rate_per_s_by_period, strict=True)
    return [draw.kw(count, min(float(count), rate / full)) for count, rate in rows]


def pool_kg(view: View, index: int) -> float | None:
    """Carbon of a pool over the horizon, kg; None where it is not known."""
    energy_row = energy_of(view, view.plan.pools[index].location)
    kwh = pool_kwh(view, index)
    if kwh is None or energy_row is None or energy_row["grid_gco2_per_kwh"] is None:
        return None
    return kwh * float(energy_row["grid_gco2_per_kwh"]) / 1000.0


def plan_kw(view: View) -> list[float]:
    """Draw of all pools in each period; what is not known counts nothing."""
    known = [found for found in (pool_kw(view, index) for index in range(len(view.plan.pools))) if found is not None]
    return [math.fsum(column) for column in zip(*known, strict=True)] or [0.0]


def energy(view: View) -> list[Check]:
    """Check power, energy and carbon of every pool, and of the plan."""
    findings: list[Finding] = []
    kwh, kg, complete = 0.0, 0.0, {"peak_kw": True, "energy_kwh": True, "carbon_kg": True}
    for index, pool in enumerate(view.plan.pools):
        draws, used, emitted = pool_kw(view, index), pool_kwh(view, index), pool_kg(view, index)
        label = f"{pool.service} in {pool.location} zone {pool.zone}"
        findings += _same(f"{label}: peak kW", pool.peak_kw, None if draws is None else max(draws))
        findings += _same(f"{label}: kWh", pool.energy_kwh, used)
        findings += _same(f"{label}: kg of CO2", pool.carbon_kg, emitted)
        kwh, kg = kwh + (used or 0), kg + (emitted or 0)
        complete["peak_kw"] &= draws is not None
        complete["energy_kwh"] &= used is not None
        complete["carbon_kg"] &= emitted is not None
    right = {"peak_kw": max(plan_kw(view)), "energy_kwh": kwh, "carbon_kg": kg}
    for name, value in right.items():
        findings += _same(f"plan: {name}", view.plan.energy.get(name), value if complete[name] else None)
    return judged("energy", findings)


def _same(subject: str, found: float | None, right: float | None) -> list[Finding]:
    if found is None or right is None:
        text = f"{subject}: {found} in the plan, should be {right}"
        return [fact(subject, found is None and right is None, text)]
    off = abs(found - right)
    text = f"{subject}: {found:.6g}, should be {right:.6g}"
    return [Finding(subject, right, found, SAME * max(1.0, right) - off, text)]
