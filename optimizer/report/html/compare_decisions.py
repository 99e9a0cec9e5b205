"""Fleets and risks of options, prices and shares at which machines break even, and regret."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from optimizer.report.html.compare_sheet import ComparisonSheet
from optimizer.report.html.markup import Html, between, joined, tag
from optimizer.report.html.parts import Column, Line, data, facts, section, table
from optimizer.report.html.plan_sheet import option_name
from optimizer.report.words import place_label

_NOT_FOUND = {
    "never": "is never a hundredth of what the cheapest plan costs, down to a twentieth of its price",
    "always": "there is no plan without it, whatever it costs",
}
_EVEN = (
    "All prices of the type move together under the first option. Above the price found, the cheapest plan spends less "
    "than a hundredth of its cost on the type."
)
_REGRET = (
    "Money a month. A row signs for one of the cases; a column is what then comes. In small: the regret, what it costs "
    "more than the best row of the column, the darker the more. – where it cannot be served."
)


def risks_section(c: ComparisonSheet) -> Html:
    """Fleet and risks of each option."""
    if not c.known:
        return Html("")
    columns = (
        Column("option", wide=True),
        Column("on spot", number=True),
        Column("on estimated speeds", number=True),
        Column("starts in an hour", number=True),
        Column("stands on", wide=True),
    )
    rows = [_risk(c, number) for number in c.known]
    remark = "On spot: share of instance-hours. On estimated speeds: share of rent. Starts: the most on demand."
    return section("risks", "Risks and fleets", table("Risks", columns, rows, cards=True), _fleets(c), remark=remark)


def _risk(c: ComparisonSheet, number: int) -> Line:
    risks = c.options[number]["risks"]
    first = {risk["kind"]: at for at, risk in reversed(list(enumerate(risks)))}
    words = {"one_zone": "one zone", "one_type": "one type"}
    alone = [f"{words[risk['kind']]}: {risk['subject']}" for risk in risks if risk["kind"] in words]

    def cell(kind: str, *, share: bool) -> Html:
        if kind not in first:
            return Html("–")
        value = c.sheet.path("options", number, "risks", first[kind], "value")
        return c.sheet.percent(value, 0) if share else c.sheet.figure(value)

    shares = (cell("spot", share=True), cell("estimates", share=True), cell("ramp", share=False))
    return Line((c.labels[number], *shares, joined(*(tag("div", text) for text in alone))))


def _fleets(c: ComparisonSheet) -> Html:
    columns = (
        Column("option", wide=True),
        Column("location"),
        Column("instance type"),
        Column("bought"),
        Column("least", number=True),
        Column("most", number=True),
        Column("on average", number=True),
    )
    rows = []
    for number in c.known:
        for at, item in enumerate(c.options[number]["fleet"]):
            s = c.sheet.under("options", number, "fleet", at)
            counts = (s.figure(s.path("least")), s.figure(s.path("most")), s.figure(s.path("average"), 1))
            names = (place_label(item["location"]), item["instance_type"], option_name(item["purchase_option"]))
            rows.append(Line((c.labels[number], *names, *counts), kind="same" if at else ""))
    return data("Fleets: the figures", table("Fleets", columns, rows))


def break_even_section(c: ComparisonSheet) -> Html:
    """The price at which each type asked for breaks even, and the busy share at which holding a machine does."""
    found, shares = c.sheet.document["break_even"], c.sheet.document.get("utilisation") or ()
    if not found and not shares:
        return Html("")
    prices = _prices(c, found) if found else Html("")
    busy = joined(tag("h3", "Busy share of the hours at which holding a machine pays"), _shares(c)) if shares else ""
    return section("break-even", "Break-even", prices, busy, remark=_EVEN if found else "")


def _prices(c: ComparisonSheet, found: list[Mapping[str, Any]]) -> Html:
    columns = (
        Column("type"),
        Column("place"),
        Column("bought"),
        Column("price", number=True),
        Column("breaks even at", number=True),
        Column("change", number=True),
        Column("there", wide=True),
    )
    rows = []
    for number, item in enumerate(found):
        s, name = c.sheet.under("break_even", number), f"{item['provider']} {item['instance_type']}"
        if item["factor"] is None:
            rows.append(Line((name, *[""] * 5, _NOT_FOUND.get(item["status"], item["reason"]))))
            continue
        change = s.percent(["-", s.path("factor"), 1], 1, signed=True)
        tie = f"{', '.join(item['with_types'])} costs as much as {', '.join(item['without_types'])}"
        for at, price in enumerate(item["prices"]):
            amounts = [s.figure(s.path("prices", at, key), significant=4) for key in ("price", "break_even")]
            names = (name, place_label(price["location"]), option_name(price["purchase_option"]))
            rows.append(Line((*names, *amounts, change, tie if at == 0 else ""), kind="same" if at else ""))
        if not item["prices"]:
            rows.append(Line((name, *[""] * 4, change, tie)))
    return table("Break-even prices", columns, rows, cards=True)


def _shares(c: ComparisonSheet) -> Html:
    columns = (
        Column("held"),
        Column("where"),
        Column("instead of"),
        Column("an hour held", number=True),
        Column("more when busy", number=True),
        Column("an hour rented", number=True),
        Column("breaks even at", number=True),
    )
    rows = []
    for number, item in enumerate(c.sheet.document["utilisation"]):
        s = c.sheet.under("utilisation", number)
        rates = ("held_per_hour", "held_per_busy_hour", "rented_per_busy_hour")
        held = f"{item['instance_type']} {option_name(item['purchase_option'])}"
        rented = f"{item['rented_instance_type']} in {place_label(item['rented_location'])}"
        amounts = [s.figure(s.path(name), significant=4) for name in rates]
        share = s.percent(s.path("utilisation"), 1, missing="never dearer to rent")
        rows.append(Line((held, place_label(item["location"]), rented, *amounts, share)))
    return table("Busy share of the hours at which holding a machine pays", columns, rows)


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
