"""Drawn totals on the page of a comparison."""

from __future__ import annotations

from collections.abc import Iterator

from optimizer.decisions.draws.records import DrawnOption, Draws
from optimizer.decisions.records import Comparison
from optimizer.report.page import Column, Facts, Row, Table
from optimizer.report.words import money, percent

DRAWN_NAMES = ("drawn_mean", "drawn_p5", "drawn_p50", "drawn_p95", "cheapest_share")


def draws_table(found: Comparison) -> Table | None:
    """Mean and percentiles of each option's drawn total, a month, and how often it is the cheapest."""
    draws = found.draws
    shown = [option for option in draws.options if option.mean is not None] if draws is not None else []
    if draws is None or not shown:
        return None
    months = {option.label: option.months or 1.0 for option in found.options}
    columns = (
        Column("option", untitled=True, least=16),
        Column("mean", right=True),
        Column("error", right=True, drop=1, as_note="mean {}"),
        *(Column(name, right=True) for name in ("5 %", "median", "95 %")),
        Column("cheapest in", right=True),
    )
    rows = tuple(_row(option, months[option.label]) for option in shown)
    return Table(f"In {draws.number:,} draws", columns, rows, remarks=tuple(_remarks(draws)))


def _row(option: DrawnOption, months: float) -> Row:
    amounts = (option.mean, option.mean_error, option.p5, option.p50, option.p95)
    mean, error, *rest = (money((amount or 0.0) / months) for amount in amounts)
    share, wrong = option.cheapest_share or 0.0, option.cheapest_error or 0.0
    return Row((option.label, mean, f"±{error}", *rest, f"{percent(share)} ±{percent(wrong)}"))


def _remarks(draws: Draws) -> Iterator[str]:
    terms = draws.terms
    if draws.demands:
        yield f"traffic: normal, {' to '.join((draws.demands[0], draws.demands[-1]))}, each end passed in 5 % of draws"
    else:
        yield "traffic: as planned"
    prices = [f"on demand ±{percent(terms.on_demand_spread, 0)}"] if terms.on_demand_spread else []
    prices += [f"spot ±{percent(terms.spot_spread, 0)}"] if terms.spot_spread else []
    failures = []
    if terms.instance_failures_per_year:
        failures.append(f"{terms.instance_failures_per_year:g} a year of each instance, {terms.repair_hours:g} hours")
    if terms.zone_outages_per_year:
        failures.append(f"{terms.zone_outages_per_year:g} a year of each zone, {terms.zone_outage_hours:g} hours")
    yield f"prices: {', '.join(prices) or 'not drawn'} · failures: {', '.join(failures) or 'not drawn'}"
    yield f"seed {draws.seed}, the same draws for every option · ± is the error of the drawing"


def draws_refusals(found: Comparison) -> Iterator[Facts]:
    """Why totals of an option could not be drawn."""
    for option in found.draws.options if found.draws is not None else ():
        if option.reasons:
            yield Facts(f"{option.label}: draws", tuple((reason,) for reason in option.reasons), "bad")


def drawn_cells(found: Comparison, label: str) -> tuple[float | None, ...]:
    """Return what the CSV says of an option's draws, as `DRAWN_NAMES` has it."""
    options = found.draws.options if found.draws is not None else ()
    one = next((option for option in options if option.label == label), None)
    return (None,) * len(DRAWN_NAMES) if one is None else (one.mean, one.p5, one.p50, one.p95, one.cheapest_share)
