"""Prices, and busy shares of the hours, at which machines break even, on the page of a comparison."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from optimizer.report.html.compare_sheet import ComparisonSheet
from optimizer.report.html.markup import Html, joined, tag
from optimizer.report.html.parts import Column, Line, section, table
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
        Column("where", wide=True),
        Column("instead of", wide=True),
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
        named = f" × {item['rented_instance_type']} in {place_label(item['rented_location'])}"
        rented = joined(s.figure(s.path("equals"), s.whole_digits(s.path("equals"))), named)
        amounts = [s.figure(s.path(name), significant=4) for name in rates]
        share = s.percent(s.path("utilisation"), 1, missing="never dearer to rent")
        rows.append(Line((held, place_label(item["location"]), rented, *amounts, share)))
    return table("Busy share of the hours at which holding a machine pays", columns, rows, cards=True)
