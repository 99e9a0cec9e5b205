"""What `fleetopt check` says of a scenario without faults."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from optimizer.report.page import Column, Facts, Page, Row, Table
from optimizer.report.report import Records, Report
from optimizer.report.words import counted, date_range, milliseconds_text, place_label, significant
from optimizer.units import milliseconds

if TYPE_CHECKING:  # these records bring numpy along
    from optimizer.domain.catalog import Catalog, Price
    from optimizer.domain.scenario import Demand, Pipeline, Scenario, Service, Stage


def scenario_report(scenario: Scenario, catalog: Catalog) -> Report:
    """Return a summary of a scenario and of what its catalog offers to it."""
    document = _document(scenario, catalog)
    return Report(
        page=lambda: _page(scenario, catalog),
        document=lambda: document,
        records=lambda: Records(
            tuple(document["services"][0]) if document["services"] else ("name",),
            [tuple(_flat(value) for value in service.values()) for service in document["services"]],
        ),
    )


def _flat(value: Any) -> Any:  # noqa: ANN401  any JSON value
    return " ".join(value) if isinstance(value, list) else value


def _document(scenario: Scenario, catalog: Catalog) -> dict[str, Any]:
    prices = _allowed_prices(scenario, catalog)
    status = Counter(price.status for price in prices)
    return {
        "scenario": scenario.name,
        "faults": 0,
        "catalog": {"name": catalog.name, "as_of": catalog.as_of, "currency": catalog.currency},
        "locations": list(scenario.locations),
        "origins": [origin.name for origin in scenario.origins],
        "periods": len(scenario.periods),
        "horizon_hours": scenario.horizon_hours,
        "prices": {name: status[name] for name in ("offered", "not_offered", "unknown")},
        "price_dates": date_range(price.source.as_of for price in prices if price.status == "offered"),
        "services": [_service(service, scenario) for service in scenario.services],
        "pipelines": [_pipeline(pipeline) for pipeline in scenario.pipelines],
    }


def _service(service: Service, scenario: Scenario) -> dict[str, Any]:
    return {
        "name": service.name,
        "profiles": list(service.profiles),
        "latency_ms": milliseconds(service.latency_s),
        "percentile": service.percentile,
        "items_per_request": service.items_per_request,
        "redundancy": service.redundancy,
        "peak_per_s": _peak_per_s(service.demand),
        "stage_of": [pipeline.name for pipeline in _pages_of(service, scenario)],
    }


def _pipeline(pipeline: Pipeline) -> dict[str, Any]:
    return {
        "name": pipeline.name,
        "latency_ms": milliseconds(pipeline.latency_s),
        "percentile": pipeline.percentile,
        "stages": [{"service": stage.service, "fan_out": stage.fan_out} for stage in pipeline.stages],
        "peak_per_s": _peak_per_s(pipeline.demand),
    }


def _peak_per_s(demand: Demand) -> float:
    """Return what all origins together ask for in the busiest hour."""
    return float(demand.peak_per_s.sum(axis=0).max(initial=0.0))


def _pages_of(service: Service, scenario: Scenario) -> list[Pipeline]:
    """Return the pages that pass a service."""
    return [pages for pages in scenario.pipelines if any(stage.service == service.name for stage in pages.stages)]


def _allowed_prices(scenario: Scenario, catalog: Catalog) -> list[Price]:
    allowed = set(scenario.locations)
    return [price for price in catalog.prices.values() if price.location in allowed]


def _page(scenario: Scenario, catalog: Catalog) -> Page:
    document = _document(scenario, catalog)
    prices = document["prices"]
    found = Facts(
        "Found",
        (
            (
                counted(len(scenario.services), "service"),
                *([counted(len(scenario.pipelines), "page")] if scenario.pipelines else []),
                counted(len(scenario.origins), "origin"),
                counted(len(scenario.locations), "location"),
                f"{counted(len(scenario.periods), 'period')} of {scenario.horizon_hours:,.0f} hours",
            ),
        ),
    )
    options = Facts(
        "Prices",
        (
            (
                f"{counted(prices['offered'], 'option')} priced in these locations",
                f"{prices['not_offered']:,} not offered there",
                f"{prices['unknown']:,} unknown",
                f"as of {document['price_dates']}",
            ),
        ),
    )
    where = Facts("Locations", (tuple(place_label(name) for name in scenario.locations),))
    tables = (_services(scenario), *([_pages(scenario)] if scenario.pipelines else []))
    return Page((scenario.name, "no faults", f"catalog {catalog.name}"), (found, where, options, *tables))


def _services(scenario: Scenario) -> Table:
    columns = (
        Column("service", untitled=True),
        Column("profile", untitled=True, drop=2),
        Column("promise", least=20),
        Column("items", right=True, drop=3, as_note="{} items a request"),
        Column("protected", drop=1, as_note="redundancy {}"),
        Column("peak /s", right=True),
    )
    rows = []
    for service in scenario.services:
        cells = (
            service.name,
            ", ".join(service.profiles),
            _promise(service, scenario),
            f"{service.items_per_request:,}",
            service.redundancy,
            _rate(service.demand),
        )
        rows.append(Row(cells))
    return Table("Services", columns, tuple(rows))


def _promise(service: Service, scenario: Scenario) -> str:
    """What a service is held to; a stage has only a share of the target of each page that passes it."""
    percentile, own = f"p{service.percentile * 100:g}", _target(service.latency_s)
    pages = _pages_of(service, scenario)
    if not pages:
        return f"{percentile} {own}"
    shared = " and ".join(f"{_target(page.latency_s)} of {page.name}" for page in pages)
    limit = f", {own} at most" if service.latency_s < min(page.latency_s for page in pages) else ""
    return f"{percentile}, shares the {shared}{limit}"


def _pages(scenario: Scenario) -> Table:
    columns = (
        Column("page", untitled=True),
        Column("promise"),
        Column("stages, one after another", least=20),
        Column("peak /s", right=True),
    )
    rows = []
    for page in scenario.pipelines:
        promise = f"p{page.percentile * 100:g} {_target(page.latency_s)}"
        rows.append(Row((page.name, promise, " + ".join(map(_stage, page.stages)), _rate(page.demand))))
    legend = "the stages of a page share its target: a plan says what each may take"
    if any(stage.fan_out > 1 for page in scenario.pipelines for stage in page.stages):
        legend += " · a number before a stage: requests that a page sends it at once"
    return Table("Pages", columns, tuple(rows), remarks=(legend,))


def _stage(stage: Stage) -> str:
    return f"{stage.fan_out} x {stage.service}" if stage.fan_out > 1 else stage.service


def _target(latency_s: float) -> str:
    return f"{milliseconds_text(milliseconds(latency_s))} ms"


def _rate(demand: Demand) -> str:
    peak = _peak_per_s(demand)
    return f"{peak:,.0f}" if peak >= 100.0 else significant(peak)
