"""The page of a comparison."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from optimizer.report.html.compare_cash import cash_section
from optimizer.report.html.compare_draws import draws_section
from optimizer.report.html.compare_even import break_even_section
from optimizer.report.html.compare_regret import regret_section
from optimizer.report.html.compare_risks import risks_section
from optimizer.report.html.compare_screening import screening_section
from optimizer.report.html.compare_sheet import ComparisonSheet
from optimizer.report.html.compare_totals import categories_section, differences_section, totals_section
from optimizer.report.html.markup import Html, joined, tag
from optimizer.report.html.page import page
from optimizer.report.html.parts import key_figures, listed, section
from optimizer.report.html.sheet import ratio


def comparison_html(document: Mapping[str, Any]) -> str:
    """Return the page of a comparison's document: totals first, then why, then what is at risk."""
    c = ComparisonSheet(document)
    sections = [
        key_figures(_key(c)),
        totals_section(c),
        categories_section(c),
        differences_section(c),
        cash_section(c),
        draws_section(c),
        screening_section(c),
        break_even_section(c),
        regret_section(c),
        risks_section(c),
        _unknown(c),
    ]
    about = [c.sheet.counted(["count", c.sheet.path("options")], "option"), joined(f"{c.currency} a month")]
    return page("Options side by side", document["scenario"], about, sections, document)


def _key(c: ComparisonSheet) -> list[tuple[str, str, str]]:
    """The first option, the cheapest and the dearest one, and how many have no plan."""
    if not c.known:
        return [("Options with a plan", tag("span", "none", class_="bad"), "")]
    found: list[tuple[str, str, str]] = []
    if 0 in c.known:
        found.append((c.labels[0], _money(c, 0), "the first option"))
    by_cost = sorted(c.known, key=lambda number: c.sheet.value(c.a_month(number, "total")))
    if by_cost[0] != 0:
        found.append((f"Cheapest: {c.labels[by_cost[0]]}", _money(c, by_cost[0]), _against(c, by_cost[0])))
    elif len(by_cost) > 1:
        found.append((f"Next: {c.labels[by_cost[1]]}", _money(c, by_cost[1]), _against(c, by_cost[1])))
    if by_cost[-1] != 0 and len(by_cost) > 2:
        found.append((f"Dearest: {c.labels[by_cost[-1]]}", _money(c, by_cost[-1]), _against(c, by_cost[-1])))
    without = [c.labels[number] for number in range(len(c.options)) if number not in c.known]
    if without:
        missing = ["count", c.sheet.path("options", {"total": None})]
        found.append(("Without a plan", c.sheet.figure(missing), ", ".join(without)))
    return found


def _money(c: ComparisonSheet, number: int) -> Html:
    return joined(f"{c.currency} ", c.sheet.figure(c.a_month(number, "total")), tag("span", " a month", class_="unit"))


def _against(c: ComparisonSheet, number: int) -> Html:
    apart = c.options[number]["difference"]
    if apart is None or not c.options[0]["total"]:
        return Html("")
    if not apart["told"]:
        return joined("as the first, as far as is proven")
    share = ratio(c.of(number, "difference", "amount"), c.of(0, "total"))
    return joined(c.sheet.percent(share, 1, signed=True), " to the first option")


def _unknown(c: ComparisonSheet) -> Html:
    """What is not known, with the options it touches."""
    labels: dict[str, list[str]] = {}
    for option in c.options:
        for warning in option["warnings"]:
            labels.setdefault(warning, []).append(option["label"])
    if not labels:
        return Html("")
    lines = []
    for warning, names in labels.items():
        who = "" if len(names) == len(c.options) else tag("span", f"{', '.join(names)}: ", class_="quiet")
        lines.append(joined(who, tag("span", warning)))
    return section("unknown", "Unknown", listed(lines))
