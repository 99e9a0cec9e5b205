"""What is bought covers what runs, under options that are allowed, at prices that are offered."""

from __future__ import annotations

import math
from collections.abc import Iterator

from optimizer.domain.plan import Check, FleetRow
from optimizer.verification.buying import STEADY, KeyReading, readings
from optimizer.verification.demands import views
from optimizer.verification.prices import dated, months_left_over, owning, paid, server_of
from optimizer.verification.view import ROUNDING, View, stated

#: Prices of an hour that are the same, as a share.
SAME_PRICE = 1e-9


def options_allowed(view: View) -> list[Check]:
    """Check that only allowed options are bought, and no term outlasts the horizon where that is refused."""
    terms = view.plan.inputs["purchase"]
    faults = []
    for row in (row for row in view.plan.fleet if not row.until):
        name = f"{row.instance_type} in {row.location}"
        if row.purchase_option not in terms["options"]:
            faults.append(f"{name} is bought {row.purchase_option}, which is not allowed")
        elif terms["after_horizon"] == "refuse" and months_left_over(view, row.purchase_option):
            faults.append(f"{name}: {row.purchase_option} outlasts the horizon")
    return stated("options_allowed", list(dict.fromkeys(faults)), "only allowed options are bought")


def offered(view: View) -> list[Check]:
    """Check that everything bought is sold, or owned, or signed, at the price the plan pays."""
    faults = [fault for row in view.plan.fleet for fault in _price_faults(view, row)]
    for key, reading in readings(view).items():
        rows = [row for row in reading.rows if row.until]
        right = sorted((i["purchase_option"], i["count"], i["until"], i["price_per_hour"]) for i in reading.signed)
        found = sorted((r.purchase_option, r.count_by_period[0], r.until, r.price_per_hour) for r in rows)
        if right != found:
            faults.append(f"{key[1]} in {key[2]}: what is signed is {right}, the fleet says {found}")
    return stated("offered", list(dict.fromkeys(faults)), "every instance is sold at the price used")


def _price_faults(view: View, row: FleetRow) -> list[str]:
    name = f"{row.instance_type} in {row.location}"
    if row.until:
        return []
    if row.purchase_option == "owned":
        server = server_of(view, row.instance_type, row.location)
        right = None if server is None else owning(view, server)
    else:
        right = paid(view, row.instance_type, row.location, row.purchase_option)
    if right is None:
        return [f"{name} is not offered {row.purchase_option.replace('_', ' ')}"]
    if abs(float(right) - row.price_per_hour) > SAME_PRICE * max(1.0, float(right)):
        return [f"{name}: priced at {row.price_per_hour}, it costs {float(right)}"]
    if dated(view, row.instance_type, row.location, row.purchase_option) != (row.price_as_of, row.price_basis):
        return [f"{name}: date or basis of its price are not those of the inputs"]
    return []


def purchases_cover_use(view: View) -> list[Check]:
    """Check the fleet against what runs: instance by instance, zone by zone, option by option."""
    faults = [fault for reading in readings(view).values() for fault in _reading(view, reading)]
    for row in view.plan.fleet:
        steady = row.purchase_option in STEADY or bool(row.until)
        if (row.zone == "") != steady:
            faults.append(f"{row.instance_type} in {row.location}: {row.purchase_option} in zone {row.zone!r}")
        if steady and len(set(row.count_by_period)) > 1:
            faults.append(f"{row.instance_type} in {row.location}: {row.purchase_option} changes by the hour")
        if row.zone and row.zone not in view.plan.inputs["zones"][row.location]:
            faults.append(f"{row.instance_type} in {row.location}: {row.zone!r} is not a zone of it")
    return stated("purchases_cover_use", faults, "what is bought covers what runs")


def _reading(view: View, reading: KeyReading) -> list[str]:
    """Faults of one instance type in one location."""
    _, kind, location = reading.key
    faults = list(_not_held(view, reading))
    for period in range(len(view.plan.periods)):
        place = f"{kind} in {location}, {view.period_label(period)}"
        for option, right, expected in zip(
            ("spot", "on_demand"), reading.most(period), reading.expected(period), strict=True
        ):
            rows = _rows(reading, option)
            found = sum(row.count_by_period[period] for row in rows)
            if found != right:
                faults.append(f"{place}: {found} bought {option.replace('_', ' ')}, {right} are needed")
            paid_for = math.fsum(row.expected_count_by_period[period] for row in rows)
            if abs(paid_for - float(expected)) > ROUNDING * max(1.0, float(expected)):
                words = option.replace("_", " ")
                faults.append(f"{place}: {paid_for:g} expected {words}, {float(expected):g} are needed")
        faults += _zone_by_zone(view, reading, period)
    if bool(_rows(reading, "spot")) and not reading.spot_pays:
        faults.append(f"{kind} in {location}: spot is dearer than on demand")
    return faults


def _not_held(view: View, reading: KeyReading) -> Iterator[str]:
    """Instances that run beyond what is held for the whole time, where nothing can be bought by the hour."""
    held = min(steady for _, steady in reading.parts)
    for name, other in views(view).items() if not reading.sells_on_demand else ():
        for period in range(len(view.plan.periods)):
            use = reading.slot(other, period).use
            if use > held:
                place = f"{reading.key[1]} in {reading.key[2]}, {view.period_label(period)}, demand {name}"
                yield f"{place}: {held} are held of {use} instances that run"


def _zone_by_zone(view: View, reading: KeyReading, period: int) -> Iterator[str]:
    """What is bought in a zone runs there, and spot stands only where pools have room for it."""
    _, kind, location = reading.key
    for zone in sorted({row.zone for row in reading.rows if row.zone}):
        there = [pool for pool in reading.pools(view) if pool.zone == zone]
        running = sum(view.instances(pool)[period] for pool in there)
        room = sum(view.spot_instances(pool)[period] for pool in there)
        spot, on_demand = (
            sum(row.count_by_period[period] for row in _rows(reading, option) if row.zone == zone)
            for option in ("spot", "on_demand")
        )
        if spot > room or spot + on_demand > running:
            place = f"{kind} in {location}, {view.period_label(period)} zone {zone}"
            yield f"{place}: {spot} spot (room for {room}) and {on_demand} on demand, {running} run there"


def _rows(reading: KeyReading, option: str) -> list[FleetRow]:
    return [row for row in reading.rows if row.purchase_option == option and not row.until]
