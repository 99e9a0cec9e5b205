"""A comparison as a report: options side by side, what makes them differ, and what each rests on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from optimizer.decisions.records import Comparison, OptionAnswer
from optimizer.domain.plan import CATEGORIES
from optimizer.report.compare_cash import CASH_NAMES, cash_cells, cash_refusals, cash_table
from optimizer.report.compare_decisions import break_even_table
from optimizer.report.compare_draws import DRAWN_NAMES, drawn_cells, draws_refusals, draws_table
from optimizer.report.compare_regret import regret_facts, regret_tables
from optimizer.report.compare_rests import fleet_table, risk_table, unknown_facts, until_notes
from optimizer.report.compare_screening import screening_table
from optimizer.report.compare_utilisation import utilisation_table
from optimizer.report.page import Column, Facts, Page, Row, Table
from optimizer.report.report import Records, Report
from optimizer.report.rounding import adds_up, largest_remainder
from optimizer.report.words import counted, money, percent_at_most, signed_percent, significant

STATUS = {
    "infeasible": "infeasible, proven",
    "no_plan": "no plan found; nothing is proven",
    "failed": "failed",
    "as_today": "some prices are not known",
}
PARTS = ("price", "performance", "rounding", "commitments", "other")


def comparison_report(found: Comparison) -> Report:
    """Return a comparison as a report: page for people, document for programs, one row an option for spreadsheets."""
    return Report(
        page=lambda: comparison_page(found),
        document=found.to_dict,
        records=lambda: option_records(found),
        html=lambda: _html(found),
    )


def _html(found: Comparison) -> str:
    from optimizer.report.html.compare import comparison_html

    return comparison_html(found.to_dict())


def comparison_page(found: Comparison) -> Page:
    """Return the page: totals first, then why, then what is at risk."""
    parts: list[Facts | Table | None] = [
        totals_table(found),
        *refused_facts(found),
        difference_table(found),
        *category_tables(found),
        fleet_table(found),
        risk_table(found),
        cash_table(found),
        *cash_refusals(found),
        draws_table(found),
        *draws_refusals(found),
        screening_table(found),
        break_even_table(found),
        utilisation_table(found),
        *regret_tables(found),
        regret_facts(found),
        unknown_facts(found),
    ]
    title = (found.scenario, counted(len(found.options), "option"), f"{found.currency} a month")
    return Page(title, tuple(part for part in parts if part is not None))


def totals_table(found: Comparison) -> Table:
    """One row for each option: what it costs, how that is proved, power and carbon."""
    first = found.options[0]
    columns = (
        Column("option", untitled=True, least=16),
        Column("a month", right=True),
        Column("to the first", right=True),
        Column("gap", right=True, drop=3, as_note="gap {}"),
        Column("per 1,000 requests", right=True, drop=4, as_note="{} per 1,000 requests"),
        Column("kW", right=True, drop=2, as_note="{} kW"),
        Column("MWh", right=True, drop=5, as_note="{} MWh"),
        Column("t CO2e", right=True, drop=1, as_note="{} t CO2e"),
    )
    rows = [_total_row(option, first) for option in found.options]
    remark = "to the first: - where the gaps of the two plans could hold the whole difference"
    told = any(row.cells[2] == "-" for row in rows)
    return Table("Options", columns, tuple(rows), remarks=(remark,) if told else ())


def _total_row(option: OptionAnswer, first: OptionAnswer) -> Row:
    notes = (*option.changes, *until_notes(option))
    if option.total is None or option.months is None:
        return Row((option.label, STATUS[option.status], *[""] * 6), notes, "bad")
    cells = (
        option.label,
        money(option.total / option.months),
        _to_first(option, first),
        "" if option.gap is None else percent_at_most(option.gap),
        "" if option.per_1000_requests is None else significant(option.per_1000_requests),
        "unknown" if option.peak_kw is None else f"{option.peak_kw:,.1f}",
        "unknown" if option.energy_kwh is None else f"{option.energy_kwh / 1000.0:,.1f}",
        "unknown" if option.carbon_kg is None else f"{option.carbon_kg / 1000.0:,.1f}",
    )
    return Row(cells, notes, "bad" if option.holds is False else "plain")


def _to_first(option: OptionAnswer, first: OptionAnswer) -> str:
    if option is first or option.difference is None or not first.total:
        return ""
    return signed_percent(option.difference.amount / first.total) if option.difference.told else "-"


def refused_facts(found: Comparison) -> Iterator[Facts]:
    """Why an option has no plan, or what today's fleet does not hold."""
    for option in found.options:
        if option.reasons:
            yield Facts(option.label, tuple((reason,) for reason in option.reasons), "bad")


def difference_table(found: Comparison) -> Table | None:
    """What makes each option dearer or cheaper than the first, a month; the parts add up."""
    told = [option for option in found.options if option.difference is not None and option.difference.told]
    if not told:
        return None
    columns = (
        Column("option", untitled=True, least=16),
        *(Column(part, right=True) for part in PARTS),
        Column("sum", right=True),
    )
    rows = []
    for option in told:
        parts = option.difference.parts if option.difference is not None else {}
        amounts = largest_remainder([parts[name] / (option.months or 1.0) for name in PARTS])
        rows.append(Row((option.label, *(f"{amount:+,.0f}" for amount in amounts), f"{adds_up(amounts):+,.0f}")))
    remarks = (
        "price: of an instance-hour on demand · performance: hours that the work takes · "
        "commitments: what is paid beyond hours in use at that price · other: every other category",
    )
    return Table(f"Against {found.options[0].label}", columns, tuple(rows), remarks=remarks)


def category_tables(found: Comparison) -> Iterator[Table]:
    """What each option costs a month by category, and by service; rows add up."""
    shown = [option for option in found.options if option.total is not None]
    if not shown:
        return
    used = [name for name in CATEGORIES if any(option.by_category.get(name) for option in shown)]
    yield _table_by("By category", used, [(option, option.by_category) for option in shown])
    services = list(dict.fromkeys(name for option in shown for name in option.by_service if name))
    yield _table_by("By service", [*services, ""], [(option, option.by_service) for option in shown])


def _table_by(heading: str, names: Sequence[str], shown: Sequence[tuple[OptionAnswer, Mapping[str, float]]]) -> Table:
    titles = [name or "all services" for name in names]
    rows = []
    for option, sums in shown:
        amounts = largest_remainder([sums.get(name, 0.0) / (option.months or 1.0) for name in names])
        rows.append(Row((option.label, *(money(amount) for amount in amounts), money(adds_up(amounts)))))
    columns = (Column("option", untitled=True, least=16), *(Column(title, right=True) for title in titles))
    return Table(heading, (*columns, Column("sum", right=True)), tuple(rows))


def option_records(found: Comparison) -> Records:
    """Return one row for each option, in full figures over the horizon."""
    names = (
        "label", "status", "total", "lower_bound", "gap", "months", "per_1000_requests", "obligation_after_horizon",
        "difference", "difference_least", "difference_most", "difference_told",
        *(f"difference_{part}" for part in PARTS),
        *CATEGORIES, "peak_kw", "energy_kwh", "carbon_kg", "reasons",
        *CASH_NAMES,
        *DRAWN_NAMES,
    )  # fmt: skip
    rows = []
    for option in found.options:
        apart = option.difference
        rows.append(
            (
                option.label, option.status, option.total, option.lower_bound, option.gap, option.months,
                option.per_1000_requests, option.obligation_after_horizon,
                *((apart.amount, apart.least, apart.most, apart.told) if apart else (None,) * 4),
                *(apart.parts[part] if apart else None for part in PARTS),
                *(option.by_category.get(name) for name in CATEGORIES),
                option.peak_kw, option.energy_kwh, option.carbon_kg, "; ".join(option.reasons),
                *cash_cells(found, option.label),
                *drawn_cells(found, option.label),
            )
        )  # fmt: skip
    return Records(names, rows)
