"""Regret, on the page of a comparison: what commitments for one case cost in another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from optimizer.report.html.compare_sheet import ComparisonSheet
from optimizer.report.html.markup import Html, between, joined, tag
from optimizer.report.html.parts import Column, Line, facts, section, table
from optimizer.report.html.plan_sheet import option_name
from optimizer.report.words import place_label

_REGRET = (
    "Money a month. A row signs for one of the cases; a column is what then comes. In small: the regret, what it costs "
    "more than the best row of the column, the darker the more. – where it cannot be served."
)


def regret_section(c: ComparisonSheet) -> Html:
    """Each choice of commitments in each case."""
    regret = c.sheet.document["regret"]
    if regret is None or not regret["rows"]:
        return Html("")
    cases = list(regret["weights"])
    columns = (
        Column("commitments for", wide=True),
        *(Column(f"{name} comes", number=True) for name in cases),
        Column("largest regret", number=True),
        Column("expected", number=True),
    )
    worst = max((value or 0.0 for row in regret["rows"] for value in row["regrets"].values()), default=0.0)
    rows = [_regret_row(c, number, cases, worst) for number in range(len(regret["rows"]))]
    shown = table("If something else comes", columns, rows)
    return section("regret", "If something else comes", shown, _least(regret), remark=_REGRET)


def _regret_row(c: ComparisonSheet, number: int, cases: list[str], worst: float) -> Line:
    s, row = c.sheet.under("regret", "rows", number), c.sheet.at("regret", "rows", number)
    months = c.of(0, "months")

    def money(*steps: str, missing: str = "–") -> Html:
        return s.figure(["/", s.path(*steps), months], missing=missing)

    cells = []
    for name in cases:
        heat = 0.0 if not worst else (row["regrets"][name] or 0.0) / worst
        below = tag("span", money("regrets", name), class_="note") if row["regrets"][name] else ""
        shade = f"background:color-mix(in srgb, var(--spot) {heat * 35.0:.0f}%, transparent)"
        cells.append(tag("div", money("totals", name), below, class_="heat", style=shade))
    made = tag("span", _case(row["made_for"]))
    return Line((joined(made, _bought(c, number)), *cells, money("largest"), money("expected")))


def _case(name: str) -> str:
    return "all together" if name == "all" else name


def _bought(c: ComparisonSheet, number: int) -> Html:
    s = c.sheet.under("regret", "rows", number, "committed")
    items = [
        joined(
            s.figure(s.path(at, "most")),
            f" × {item['instance_type']} {option_name(item['purchase_option'])} {place_label(item['location'])}",
        )
        for at, item in enumerate(s.at())
    ]
    return tag("span", between(", ", *items) if items else "nothing committed", class_="note")


def _least(regret: Mapping[str, Any]) -> Html:
    said = []
    if regret["least_regret"] is not None:
        said.append(("Least regret", f"commitments for {_case(regret['least_regret'])}"))
    if regret["least_expected"] is not None:
        said.append(("Least on average", f"commitments for {_case(regret['least_expected'])}"))
    return facts(said)
