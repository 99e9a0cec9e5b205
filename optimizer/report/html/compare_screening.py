"""Which instance types are worth a quote, on the page of a comparison."""

from __future__ import annotations

from optimizer.report.compare_screening import ABOVE, MOST_ROWS
from optimizer.report.html.compare_sheet import ComparisonSheet
from optimizer.report.html.markup import Html, joined, tag
from optimizer.report.html.parts import Column, Line, data, section, table
from optimizer.report.html.plan_sheet import option_name
from optimizer.report.words import place_label

_REMARK = (
    "Types that the first option does not use, nearest to its price first. All prices of a type move together. The "
    "exact price is no lower: break_even finds it."
)
_COLUMNS = (
    Column("type", wide=True),
    Column("price", number=True),
    Column("enters at about", number=True),
    Column("change", number=True),
)


def screening_section(c: ComparisonSheet) -> Html:
    """About the price at which each unused type enters the plan; those further away are folded."""
    found = c.sheet.document.get("screening")
    if not found or not found["types"]:
        return Html("")
    rows = [_line(c, number) for number in range(len(found["types"]))]
    parts = [table("Worth a quote", _COLUMNS, rows[:MOST_ROWS], cards=True)]
    if len(rows) > MOST_ROWS:
        parts.append(data("Every type: the figures", table("Every type", _COLUMNS, rows)))
    if found["cannot"]:
        cannot = c.sheet.counted(["count", c.sheet.path("screening", "cannot")], "type")
        parts.append(tag("p", cannot, " can take the place of no pool at a hundredth of the cost.", class_="note"))
    if any(item["factor"] > ABOVE for item in found["types"]):
        above = "Above its price: a limit of the scenario keeps the type out, or the gap of the plan."
        parts.append(tag("p", above, class_="note"))
    return section("screening", "Worth a quote", *parts, remark=_REMARK)


def _line(c: ComparisonSheet, number: int) -> Line:
    s, item = c.sheet.under("screening", "types", number), c.sheet.at("screening", "types", number)
    replaced = item["replaces"].removesuffix(f" in {item['location']}").replace("/", " ")
    prices = [s.figure(s.path(key), significant=4) for key in ("price", "break_even")]
    change = s.percent(["-", s.path("factor"), 1], signed=True)
    name = joined(tag("span", item["provider"]), " ", tag("span", item["instance_type"]))
    place = f"{place_label(item['location'])}, {option_name(item['purchase_option'])}, instead of {replaced}"
    return Line((name, *prices, change), note=place)
