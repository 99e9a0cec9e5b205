"""A replay from question to answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from optimizer.domain.plan import Check, Plan
from optimizer.errors import Fault, InputError
from optimizer.verification.demands import views
from optimizer.verification.replaying.chosen import sample_of
from optimizer.verification.replaying.classes import HARDEST, classes_of
from optimizer.verification.replaying.engine import Engine, load_engine
from optimizer.verification.replaying.fleet import Fleet, Served
from optimizer.verification.replaying.hours import Case, measure_all, model_of
from optimizer.verification.replaying.losses import happening
from optimizer.verification.replaying.minutes import Minutes, Stream, play_minutes
from optimizer.verification.replaying.result import ReplayReport, ReplayRow, hardest
from optimizer.verification.replaying.rows import Edges, Rows, stages_note
from optimizer.verification.replaying.what_if import WhatIf, resolved
from optimizer.verification.structure import structure
from optimizer.verification.view import Site, View

Progress = Callable[[str, str], None]
STAGE = "replay"


def replay(
    plan: Plan,
    what_if: WhatIf | None = None,
    seed: int = 0,
    progress: Progress | None = None,
    engine: Engine | None = None,
) -> ReplayReport:
    """Play the traffic of every hour against every pool, and say what each origin gets.

    Parameters
    ----------
    plan
        The plan; its `inputs` hold all that is needed.
    what_if
        The question; None for the plan as it is.
    seed
        Of the traffic, which planning never sees whatever its own was.
    progress
        Called with a stage and a detail.
    engine
        What simulates; None for the quickest there is.

    Returns
    -------
    ReplayReport
        The same for the same plan, question, seed and engine.

    Raises
    ------
    InputError
        If the plan cannot be read, or cannot answer the question.
    """
    refuse_unreadable(plan)
    asked = resolved(what_if or WhatIf(), View(plan))
    if progress is not None:
        progress(STAGE, asked.text)
    fleet = Fleet(views(View(plan))[str(asked.demand)], asked.scale)
    return _Replay(fleet, asked, seed, engine or load_engine(), progress).report()


def refuse_unreadable(plan: Plan) -> None:
    """Refuse a plan whose structure cannot be followed."""
    faults = [check for check in structure(View(plan)) if not check.holds]
    if faults:
        raise InputError([_fault(check) for check in faults])


def _fault(check: Check) -> Fault:
    return Fault("plan", check.detail or check.subject, "Plan again, or repair the file.", "unreadable-plan")


@dataclass(frozen=True, eq=False)
class _Replay:
    fleet: Fleet
    what_if: WhatIf
    seed: int
    engine: Engine
    progress: Progress | None

    def report(self) -> ReplayReport:
        """Simulate and write down."""
        edges = Edges(self.fleet.view)
        classes = {service: classes_of(self.fleet, service) for service in self.fleet.view.services}
        happened = happening(self.fleet, self.what_if)
        all_cases = self._cases(edges, happened.served)
        chosen = sample_of(self.fleet, happened.served, classes) if self.engine.effort.is_sample else happened.served
        cases = self._cases(edges, chosen)
        measured = measure_all(cases, self.seed, self.engine, self._counting(len(cases)))
        rows = Rows(self.fleet, edges, classes)
        hours = _with_hardest(rows.of_hours(happened.served, measured))
        minutes = self._minutes(rows, _hardest_of_sites(hours, happened.served, self.fleet))
        return ReplayReport(
            what_if=self.what_if,
            seed=self.seed,
            rows=(*hours, *minutes),
            cases=len(cases),
            cases_in_all=len(all_cases),
            pools=len(self.fleet.pools),
            periods=len(self.fleet.periods),
            requests=sum(item.requests for item in measured.values()) + sum(row.requests for row in minutes),
            engine=self.engine.name,
            notes=(*happened.notes, *stages_note(self.fleet.view)),
        )

    def _cases(self, edges: Edges, served: Sequence[Served]) -> list[Case]:
        return list(dict.fromkeys(edges.case(item) for item in served if item.replicas > 0))

    def _counting(self, cases: int) -> Callable[[int], None]:
        """Tell how far the hours are, requests by requests of a case that is done."""
        done = requests = 0

        def told(more: int) -> None:
            nonlocal done, requests
            done, requests = done + 1, requests + more
            if self.progress is not None:
                self.progress(STAGE, f"{done:,} of {cases:,} cases, {requests / 1e6:,.0f} million requests")

        return told

    def _minutes(self, rows: Rows, sites: Mapping[Site, list[Served]]) -> list[ReplayRow]:
        """Play the worst five minutes of every service in every location."""
        found: list[ReplayRow] = []
        with ThreadPoolExecutor(1 if self.engine.effort.is_sample else 2) as pool:
            played = pool.map(lambda group: self._play(rows.edges, group), sites.values())
            for (site, group), minutes in zip(sites.items(), played, strict=True):
                if self.progress is not None:
                    self.progress(STAGE, f"worst five minutes of {site[0]} in {site[1]}")
                found += rows.of_minutes(group, minutes)
        return found

    def _play(self, edges: Edges, group: Sequence[Served]) -> dict[str, Minutes]:
        pools = self.fleet.pools
        streams = [Stream(item.pool_index, model_of(pools[item.pool_index], item), item.rates) for item in group]
        if self.engine.effort.is_sample:  # like pools are alike: one stands for all
            streams = list({stream.model: stream for stream in reversed(streams)}.values())
        service, location = pools[group[0].pool_index].service, pools[group[0].pool_index].location
        origins = dict.fromkeys(origin for item in group for origin, _ in item.rates)
        limits = {origin: edges.limit_s(service, origin, location) for origin in origins}
        percentile = float(self.fleet.view.services[service]["percentile"])
        return play_minutes(streams, limits, percentile, self.seed, self.engine)


def _with_hardest(rows: list[ReplayRow]) -> list[ReplayRow]:
    """The same rows; the hardest of each service says so."""
    for service in dict.fromkeys(row.service for row in rows):
        own = [(row, number) for number, row in enumerate(rows) if row.service == service and row.replicas > 0]
        if own:
            worst = hardest([row for row, _ in own])
            number = next(number for row, number in own if row is worst)
            rows[number] = replace(rows[number], classes=(*rows[number].classes, HARDEST))
    return rows


def _hardest_of_sites(rows: Sequence[ReplayRow], served: Sequence[Served], fleet: Fleet) -> dict[Site, list[Served]]:
    """What the pools of every service and location serve in their hardest period."""
    by_site: dict[Site, list[ReplayRow]] = {}
    for row in rows:
        if row.replicas > 0:
            by_site.setdefault((row.service, row.location), []).append(row)
    found: dict[Site, list[Served]] = {}
    for site, own in by_site.items():
        worst = hardest(own)
        assert worst is not None
        found[site] = [
            item
            for item in served
            if item.period == worst.period
            and item.replicas > 0
            and (fleet.pools[item.pool_index].service, fleet.pools[item.pool_index].location) == site
        ]
    return found
