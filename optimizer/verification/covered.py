"""What is bought covers what runs, under options that are allowed, at prices that are offered."""

from __future__ import annotations

from optimizer.domain.plan import Check, FleetRow
from optimizer.verification.buying import STEADY, KeyReading, readings
from optimizer.verification.prices import months_left_over, owning, paid, server_of
from optimizer.verification.view import View, stated

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
    listed = view.prices.get((row.provider, row.instance_type, row.location, row.purchase_option))
    dated = listed is None or (listed["as_of"], listed["basis"]) == (row.price_as_of, row.price_basis)
    if not dated and row.price_basis != "quote":
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
    _, kind, location = reading.key
    pools, faults = reading.pools(view), []
    least = min(steady for _, steady in reading.parts)
    for period in range(len(view.plan.periods)):
        place = f"{kind} in {location}, {view.period_label(period)}"
        use = sum(view.instances(pool)[period] for pool in pools)
        bought = {
            option: sum(row.count_by_period[period] for row in _rows(reading, option))
            for option in ("on_demand", "spot")
        }
        held = least + bought["on_demand"] + bought["spot"]
        if held < use:
            faults.append(f"{place}: {held} bought of {use} instances that run")
        most = max((slot_of(reading, view, period, steady) for _, steady in reading.parts), key=sum)
        if bought["on_demand"] + bought["spot"] > sum(most):
            faults.append(f"{place}: {held} bought, {use} run")
        for zone in {row.zone for row in reading.rows if row.zone}:
            there = [pool for pool in pools if pool.zone == zone]
            running = sum(view.instances(pool)[period] for pool in there)
            room = sum(view.spot_instances(pool)[period] for pool in there)
            here = [row for row in reading.rows if row.zone == zone]
            spot = sum(row.count_by_period[period] for row in here if row.purchase_option == "spot")
            on_demand = sum(row.count_by_period[period] for row in here if row.purchase_option == "on_demand")
            if spot > room or spot + on_demand > running:
                faults.append(f"{place} zone {zone}: {spot} spot and {on_demand} on demand, {running} run there")
    if bool(_rows(reading, "spot")) and not reading.spot_pays:
        faults.append(f"{kind} in {location}: spot is dearer than on demand")
    return faults


def slot_of(reading: KeyReading, view: View, period: int, steady: int) -> tuple[int, int]:
    """Spot and on demand of a period beyond what is steady."""
    return reading.slot(view, period).mix(steady)


def _rows(reading: KeyReading, option: str) -> list[FleetRow]:
    return [row for row in reading.rows if row.purchase_option == option and not row.until]
