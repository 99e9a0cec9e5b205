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
    from optimizer.domain.scenario import Scenario, Service


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
        "services": [_service(service) for service in scenario.services],
    }


def _service(service: Service) -> dict[str, Any]:
    return {
        "name": service.name,
        "profiles": list(service.profiles),
        "latency_ms": milliseconds(service.latency_s),
        "percentile": service.percentile,
        "items_per_request": service.items_per_request,
        "redundancy": service.redundancy,
        "peak_per_s": float(service.demand.peak_per_s.sum(axis=0).max(initial=0.0)),
    }


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
    return Page((scenario.name, "no faults", f"catalog {catalog.name}"), (found, where, options, _services(scenario)))


def _services(scenario: Scenario) -> Table:
    columns = (
        Column("service", untitled=True),
        Column("profile", untitled=True, drop=2),
        Column("promise"),
        Column("items", right=True, drop=3, as_note="{} items a request"),
        Column("protected", drop=1, as_note="redundancy {}"),
        Column("peak /s", right=True),
    )
    rows = []
    for service in scenario.services:
        peak = float(service.demand.peak_per_s.sum(axis=0).max(initial=0.0))
        percentile = f"p{service.percentile * 100:g}"
        cells = (
            service.name,
            ", ".join(service.profiles),
            f"{percentile} {milliseconds_text(milliseconds(service.latency_s))} ms",
            f"{service.items_per_request:,}",
            service.redundancy,
            f"{peak:,.0f}" if peak >= 100.0 else significant(peak),
        )
        rows.append(Row(cells))
    return Table("Services", columns, tuple(rows))
