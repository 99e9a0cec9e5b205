"""Today's fleet, known only as a list of instances, as a plan that a re-plan can begin from.

The list says what runs where, for whom and until when it is signed. What it does not say is taken as `fleetopt cost`
takes it: each kind of instance at the batch size with which it carries most, every origin led to the place where it
fits best. Counts are the same in every hour.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from optimizer.domain.catalog import Catalog
from optimizer.domain.plan import Plan
from optimizer.domain.purchase import SPOT, TERM_MONTHS, RunningRow
from optimizer.domain.scenario import Scenario
from optimizer.errors import Fault, InputError
from optimizer.formulation.blocks import EIGHTHS, Configuration, Group, operating_point
from optimizer.formulation.candidates import Candidate, candidates_of
from optimizer.formulation.context import Context
from optimizer.formulation.groups import BlockSet
from optimizer.formulation.held import block_with
from optimizer.formulation.rules.latency import network_s
from optimizer.formulation.rules.service_time_margin import service_time_margin
from optimizer.formulation.rules.zones_sold import zones_for
from optimizer.performance import CapacityStore, OperatingPoint
from optimizer.planning.buying import KeyBuy
from optimizer.planning.chosen import Chosen
from optimizer.planning.document import write_plan
from optimizer.planning.layout import load_of
from optimizer.planning.replanning.commitments import owned_today
from optimizer.planning.replanning.stands import Stand
from optimizer.planning.today_holds import best_point, placement_of, today_target_s
from optimizer.solve import Outcome, Status

#: What the plan of a listed fleet says of the plans that were considered.
AS_IT_RUNS = "today's fleet as it runs"
#: Instances by zone, all of them and those on spot.
Counts = Mapping[str, tuple[int, int]]


def fleet_as_plan(scenario: Scenario, catalog: Catalog, store: CapacityStore) -> Plan:
    """Return today's fleet as a plan: what runs, for which origins, what is signed, and what it costs.

    It is no answer of a search and was not verified: it may carry less than what is asked.

    Parameters
    ----------
    scenario, catalog
        The question; its `running` rows are the fleet, its demand is the one that is carried now.
    store
        Simulated capacities.

    Raises
    ------
    InputError
        If a row does not say its service, its end, or runs on what scenario and catalog do not know.
    """
    rows = _told(scenario)
    asked = replace(scenario, running=rows, commitments=(*scenario.commitments, *owned_today(scenario)))
    context = Context(replace(asked, running=(), change=None, pins=()), catalog, store)
    stands = _Listing(context, rows, placement_of(asked, catalog, store)[0]).stands()
    blocks = tuple(
        block_with(context, stand.group, stand.configuration, (stand.instances, stand.spot), network_s=stand.network_s)
        for stand in stands
    )
    loads = tuple(load_of(block) for block in blocks)
    signed = {(item.location.split("/", maxsplit=1)[0], item.instance_type, item.location)
              for item in asked.commitments}  # fmt: skip
    keys = sorted({*(block.configuration.key for block in blocks), *signed})
    buys = [
        KeyBuy(context.supply(*key), tuple(block for block in blocks if block.configuration.key == key), {})
        for key in keys
    ]
    chosen = Chosen(blocks, loads, (0.0,) * len(blocks), tuple(buys), Outcome(Status.FEASIBLE, np.zeros(0), 0.0, None))
    places = tuple(sorted({*scenario.locations, *(stand.location for stand in stands)}))
    plan = write_plan(context, BlockSet(locations=places), chosen, seed=store.seed, gap=1.0)
    return plan.replace(plan_space=AS_IT_RUNS)


def _told(scenario: Scenario) -> tuple[RunningRow, ...]:
    """Rows that run, each with its service.

    Raises
    ------
    InputError
        If it is not known what a row serves, or when a commitment ends.
    """
    only = scenario.services[0].name if len(scenario.services) == 1 else ""
    rows = [replace(row, service=row.service or only) for row in scenario.running if row.count > 0]
    faults = [
        Fault(_place(row), "does not say which service runs on it", "Give every row its service.", "missing")
        for row in rows
        if not row.service
    ]
    for row in rows:
        if row.purchase_option in TERM_MONTHS and not row.committed_until:
            what = "does not say when it ends (found no committed_until)"
            faults.append(Fault(_place(row), what, "Give the last day for which it is signed.", "missing"))
    if faults:
        raise InputError(faults)
    return tuple(rows)


def _place(row: RunningRow) -> str:
    zone = f" zone {row.zone}" if row.zone else ""
    return f"today's fleet, {row.count} {row.instance_type} {row.purchase_option} in {row.location}{zone}"


@dataclass(frozen=True, slots=True)
class _Listing:
    """The rows of a fleet, and where each origin of each service goes."""

    context: Context
    rows: Sequence[RunningRow]
    placement: Mapping[tuple[str, str], str]

    def stands(self) -> list[Stand]:
        """Return what runs, by service, place and type.

        Raises
        ------
        InputError
            If something runs where scenario and catalog do not know it.
        """
        faults: list[Fault] = []
        found: list[Stand] = []
        for number, service in enumerate(self.context.scenario.services):
            for place in sorted({row.location for row in self.rows if row.service == service.name}):
                mine = [row for row in self.rows if (row.service, row.location) == (service.name, place)]
                kinds = list(self._kinds(number, place, mine, faults))
                found += self._stands(number, place, kinds)
        if faults:
            raise InputError(faults)
        return found

    def _kinds(
        self, number: int, place: str, rows: Sequence[RunningRow], faults: list[Fault]
    ) -> Iterator[tuple[Candidate, Counts]]:
        """Types of a service in a place with their instances by zone, spread evenly where no zone is given."""
        service = self.context.scenario.services[number]
        for kind in sorted({row.instance_type for row in rows}):
            mine = [row for row in rows if row.instance_type == kind]
            candidates = candidates_of(self.context.catalog, service, place)
            candidate = next((item for item in candidates if item.instance.name == kind and _fits(item)), None)
            where = f"today's fleet, {service.name} on {kind} in {place}"
            if candidate is None:
                what = "runs on what the scenario's profiles and the catalog do not have there"
                faults.append(Fault(where, what, "Give the service a profile measured on its accelerator."))
                continue
            zones = zones_for(candidate)
            wrong = sorted({row.zone for row in mine if row.zone and row.zone not in zones})
            if wrong:
                what = f"is not sold in zone {', '.join(wrong)} (the catalog knows {', '.join(zones) or 'none'})"
                faults.append(Fault(where, what, "Correct the zone, or the catalog's list of zones."))
                continue
            yield candidate, _by_zone(mine, zones)

    def _stands(self, number: int, place: str, kinds: Sequence[tuple[Candidate, Counts]]) -> Iterator[Stand]:
        """Where several types of a service run in a place, origins are divided by what each carries, in eighths."""
        scenario = self.context.scenario
        service, origins = scenario.services[number], scenario.origins
        led = [n for n, origin in enumerate(origins) if self.placement.get((service.name, origin.name)) == place]
        standby = tuple(self._standby(number, place)) if self.context.stands_by(service) else ()
        members = [origins[n] for n in (*led, *(n for n, _ in standby))]
        worst = (network_s(scenario, self.context.catalog, members, place) or 0.0) if members else 0.0
        points = [
            self._point(candidate, today_target_s(scenario, service, worst), counts) for candidate, counts in kinds
        ]
        carried = [
            point.full_rate_per_s * candidate.replicas_per_instance * sum(count for count, _ in counts.values())
            for point, (candidate, counts) in zip(points, kinds, strict=True)
        ]
        for point, (candidate, counts), part in zip(points, kinds, _eighths(carried), strict=True):
            mine = tuple(led) if part else ()
            eighths = tuple((n, part) for n in mine) if part < EIGHTHS else ()
            group = Group(number, place, mine, standby if part == max(_eighths(carried)) else (), eighths)
            zones = zones_for(candidate)
            shape = len(self.context.timeline.demands), len(scenario.periods), 1
            instances, spot = (np.tile([counts.get(zone, (0, 0))[n] for zone in zones], shape) for n in (0, 1))
            configuration = Configuration(candidate, zones, point, *self.context.instance_bounds(candidate))
            yield Stand(group, configuration, instances.astype(np.int64), spot.astype(np.int64), worst)

    def _standby(self, number: int, place: str) -> Iterator[tuple[int, str]]:
        """Origins that a place stands by for: the nearest other one of each."""
        scenario = self.context.scenario
        name = scenario.services[number].name
        places = sorted({row.location for row in self.rows if row.service == name})
        for n, origin in enumerate(scenario.origins):
            primary = self.placement.get((name, origin.name))
            trips = {
                other: network_s(scenario, self.context.catalog, [origin], other)
                for other in places
                if other != primary
            }
            near = sorted((trip, other) for other, trip in trips.items() if trip is not None)
            if primary is not None and near and near[0][1] == place:
                yield n, primary

    def _point(self, candidate: Candidate, target_s: float, counts: Counts) -> OperatingPoint:
        """The batch size with which a kind carries most; batches of 1 where no size meets the target."""
        most = max(count for count, _ in counts.values())
        found = best_point(self.context, candidate, target_s, most)
        if found is not None:
            return found
        service = candidate.service
        margin = service_time_margin(candidate.curve, self.context.scenario.plan_on) or 0.0
        times = self.context.service_seconds(candidate.curve, service.items_per_request, margin)
        return operating_point(service, times[:1], target_s, 0.0)


def _fits(candidate: Candidate) -> bool:
    return candidate.replicas_per_instance > 0


def _by_zone(rows: Sequence[RunningRow], zones: Sequence[str]) -> Counts:
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        for number, zone in enumerate([row.zone] if row.zone else zones):
            shared = 1 if row.zone else len(zones)
            here = row.count // shared + (number < row.count % shared)
            counts[zone][0] += here
            counts[zone][1] += here if row.purchase_option == SPOT else 0
    return {zone: (count, spot) for zone, (count, spot) in counts.items()}


def _eighths(carried: Sequence[float]) -> list[int]:
    """Eighths by largest remainder; 8 to the only one."""
    total = sum(carried)
    exact = [EIGHTHS * each / total if total > 0.0 else EIGHTHS / len(carried) for each in carried]
    parts = [int(each) for each in exact]
    order = sorted(range(len(parts)), key=lambda n: (parts[n] - exact[n], n))
    for n in order[: EIGHTHS - sum(parts)]:
        parts[n] += 1
    return parts
