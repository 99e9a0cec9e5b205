"""Regret, on the page of a comparison: what commitments for one case cost in another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from optimizer.report.compare_regret import NO_PLAN, no_plan, row_name
from optimizer.report.html.compare_sheet import ComparisonSheet
from optimizer.report.html.markup import Html, between, joined, tag
from optimizer.report.html.parts import Column, Line, facts, section, table
from optimizer.report.html.plan_sheet import option_name
from optimizer.report.words import place_label

_REGRET = (
    "Money a month. A row signs for one of the cases; a column is what then comes. In small: the regret, what it costs "
    "more than the best row of the column, the darker the more. – where it cannot be served. Largest and expected are "
    "over all cases: expected is – where one that has a weight cannot be served."
)
Case = Mapping[str, Any]


def regret_section(c: ComparisonSheet) -> Html:
    """Each choice of commitments in each case: a table for each set of prices, then what to choose."""
    regret = c.sheet.document["regret"]
    if regret is None:
        return Html("")
    prices = list(dict.fromkeys(case["price_change"] for case in regret["cases"]))
    title = "If something else comes" if len(prices) > 1 else "If another demand comes"
    tables = [_prices(c, label, number == 0, len(prices) > 1) for number, label in enumerate(prices)]
    return section("regret", title, *tables, _said(regret), remark=_REGRET)


def _prices(c: ComparisonSheet, label: str | None, whole: bool, several: bool) -> Html:
    """The table of one set of prices; that of today's has the figures over all of them as well."""
    regret = c.sheet.document["regret"]
    cases = [case for case in regret["cases"] if case["price_change"] == label]
    columns = [
        Column("commitments for", wide=True),
        *(Column(f"{case['demand']} comes", number=True) for case in cases),
    ]
    if whole:
        columns += [Column("largest regret", number=True), Column("expected", number=True)]
    worst = max((value or 0.0 for row in regret["rows"] for value in row["regrets"].values()), default=0.0)
    lines = [_line(c, numbers, cases, worst, whole) for numbers in _alike(regret).values()]
    if whole:
        lines += [_refused(case, names, len(columns) - 1) for case, names in _without(regret)]
    heading = "At today's prices" if label is None else f"If {label}"
    return joined(tag("h3", heading) if several else "", table(f"Regret: {heading}", columns, lines, cards=True))


def _alike(regret: Mapping[str, Any]) -> dict[str, list[int]]:
    """Return positions of the rows that sign the same."""
    found: dict[str, list[int]] = {}
    for number, row in enumerate(regret["rows"]):
        found.setdefault(repr(row["committed"]), []).append(number)
    return found


def _line(c: ComparisonSheet, numbers: Sequence[int], cases: Sequence[Case], worst: float, whole: bool) -> Line:
    s, months = c.sheet.under("regret", "rows", numbers[0]), c.sheet.path("regret", "months")

    def money(*steps: str) -> Html:
        return s.figure(["/", s.path(*steps), months], missing="–")

    cells = []
    for case in cases:
        regretted = s.at("regrets", case["name"]) or 0.0
        below = tag("span", money("regrets", case["name"]), class_="note") if regretted else ""
        heat = regretted / worst if worst else 0.0
        shade = f"background:color-mix(in srgb, var(--spot) {heat * 35.0:.0f}%, transparent)"
        cells.append(tag("div", money("totals", case["name"]), below, class_="heat", style=shade))
    made = tag("span", row_name(s.at("made_for")))
    if not whole:
        return Line((made, *cells))
    names = [row_name(c.sheet.at("regret", "rows", number, "made_for")) for number in numbers[1:]]
    same = tag("span", f"the same for {' · '.join(names)}", class_="note") if names else ""
    return Line((joined(made, _bought(c, numbers[0]), same), *cells, money("largest"), money("expected")))


def _bought(c: ComparisonSheet, number: int) -> Html:
    s = c.sheet.under("regret", "rows", number, "committed")
    items = [
        joined(
            s.figure(s.path(at, "most")),
            f" × {item['instance_type']} ",
            tag("span", option_name(item["purchase_option"])),
            f" {place_label(item['location'])}",
        )
        for at, item in enumerate(s.at())
    ]
    return tag("span", between(", ", *items) if items else "nothing committed", class_="note")


def _without(regret: Mapping[str, Any]) -> list[tuple[Case, list[str]]]:
    """Return the cases without a plan, one for all that have none for the same reasons, and the names of these."""
    found: dict[str, tuple[Case, list[str]]] = {}
    for case in regret["cases"]:
        if case["status"] in NO_PLAN:
            found.setdefault(_why(case), (case, []))[1].append(case["name"])
    return list(found.values())


def _why(case: Case) -> str:
    return no_plan(NO_PLAN[case["status"]], case["reasons"])


def _refused(case: Case, names: Sequence[str], width: int) -> Line:
    """A row without figures: nothing can be signed for what has no plan; the reasons stand below the table."""
    notes = [NO_PLAN[case["status"]], *([f"the same for {' · '.join(names[1:])}"] if names[1:] else [])]
    said = (tag("span", note, class_="note") for note in notes)
    return Line((joined(tag("span", case["name"]), *said), *["–"] * width), kind="bad")


def _said(regret: Mapping[str, Any]) -> Html:
    """Why a case has no plan, and which commitments to choose."""
    said: list[tuple[str, str]] = [
        (f"For {case['name']}", tag("span", _why(case), class_="bad")) for case, _ in _without(regret)
    ]
    if regret["least_regret"] is not None:
        said.append(("Least regret", f"commitments for {row_name(regret['least_regret'])}"))
    if regret["least_expected"] is not None:
        said.append(("Least on average", f"commitments for {row_name(regret['least_expected'])}"))
    return facts(said)
