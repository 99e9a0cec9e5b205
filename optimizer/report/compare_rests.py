"""What the options of a comparison are made of, and what their totals do not show."""

from __future__ import annotations

from collections.abc import Iterator

from optimizer.decisions.records import Bought, Comparison, OptionAnswer, Risk
from optimizer.report.page import Column, Facts, Row, Table
from optimizer.report.words import average_text, money, option_label, percent, place_label


def fleet_table(found: Comparison) -> Table | None:
    """Instances of each option."""
    columns = (
        Column("option", untitled=True, least=14),
        Column("location", untitled=True, least=12, drop=1),
        Column("type", untitled=True),
        Column("bought", untitled=True, drop=2),
        Column("least", right=True),
        Column("most", right=True),
        Column("on average", right=True, drop=3, as_note="{} on average"),
    )
    rows: list[Row] = []
    seen: dict[tuple[Bought, ...], str] = {}
    for option in (option for option in found.options if option.fleet):
        same = seen.setdefault(option.fleet, option.label)
        if same != option.label and option.until_arrival is None:
            rows.append(Row((option.label, f"as {same}", *[""] * 5)))
            continue
        rows += _fleet_rows(option.label, option.fleet)
        until = option.until_arrival
        rows += [] if until is None else _fleet_rows(f"until month {until.months}", until.fleet)
    return Table("Fleet", columns, tuple(rows)) if rows else None


def _fleet_rows(name: str, fleet: tuple[Bought, ...]) -> list[Row]:
    rows = []
    for number, item in enumerate(fleet):
        label = name if number == 0 else ""
        place, bought = place_label(item.location), option_label(item.purchase_option)
        counts = (str(item.least), str(item.most), average_text(item.average))
        rows.append(Row((label, place, item.instance_type, bought, *counts)))
    return rows


def until_notes(option: OptionAnswer) -> Iterator[str]:
    """What a month costs until ordered machines arrive, and what one costs after that."""
    until = option.until_arrival
    if until is not None and option.total is not None and option.months:
        # Amounts a month are for 730 hours; the months until machines arrive are those of the calendar.
        waited = until.months * option.months / round(option.months)
        after = (option.total - until.total) / (option.months - waited)
        yield f"{money(until.total / waited)} a month until they arrive, {money(after)} after that"
    if option.holds is not None:
        yield "holds every target" if option.holds else "does not hold its targets"


def risk_table(found: Comparison) -> Table | None:
    """One row for each option: spot, estimates, the largest start, one zone, one type."""
    shown = [option for option in found.options if option.total is not None]
    if not shown:
        return None
    columns = (
        Column("option", untitled=True, least=16),
        Column("spot", right=True),
        Column("estimated", right=True),
        Column("starts in an hour", right=True),
    )
    rows = [_risk_row(option) for option in shown]
    remark = (
        "spot: share of instance-hours · estimated: share of rent on estimated speeds · "
        "starts in an hour: the most instances on demand"
    )
    return Table("Risks", columns, tuple(rows), remarks=(remark,))


def _risk_row(option: OptionAnswer) -> Row:
    by_kind: dict[str, list[Risk]] = {}
    for risk in option.risks:
        by_kind.setdefault(risk.kind, []).append(risk)
    shares = [percent(by_kind[kind][0].value, 0) if kind in by_kind else "-" for kind in ("spot", "estimates")]
    starts = f"{by_kind['ramp'][0].value:.0f}" if "ramp" in by_kind else "-"
    notes = [f"one zone: {risk.subject}" for risk in by_kind.get("one_zone", ())]
    notes += [f"one type: {risk.subject}" for risk in by_kind.get("one_type", ())]
    return Row((option.label, *shares, starts), tuple(notes))


def unknown_facts(found: Comparison) -> Facts | None:
    """What is not known, beside the options it touches."""
    labels: dict[str, list[str]] = {}
    for option in found.options:
        for warning in option.warnings:
            labels.setdefault(warning, []).append(option.label)
    lines = tuple(
        (warning if len(names) == len(found.options) else f"{', '.join(names)}: {warning}",)
        for warning, names in labels.items()
    )
    return Facts("Unknown", lines) if lines else None
