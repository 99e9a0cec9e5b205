"""The screening list on the page of a comparison."""

from __future__ import annotations

from optimizer.decisions.records import Comparison
from optimizer.decisions.screening.records import Screened
from optimizer.report.page import Column, Row, Table
from optimizer.report.words import counted, option_label, place_label, signed_percent, significant

#: Types that are shown; the rest is in the document.
MOST_ROWS = 15
#: From this factor on a type seems to pay at its price, and is not used.
ABOVE = 1.0005


def screening_table(found: Comparison) -> Table | None:
    """About the price at which each unused type enters, nearest to its price first."""
    screening = found.screening
    if screening is None or not screening.types:
        return None
    columns = (
        Column("type", untitled=True, least=20),
        Column("place", untitled=True, least=12, drop=2),
        Column("bought", untitled=True, drop=3),
        Column("instead of", least=14),
        Column("price", right=True, drop=1, as_note="price {}"),
        Column("enters at about", right=True),
        Column("change", right=True),
    )
    shown = screening.types[:MOST_ROWS]
    left = len(screening.types) - len(shown)
    remarks = [
        "not in the plan of the first option · the exact price is no lower; break_even finds it · "
        "all prices of the type move together"
    ]
    if left:
        remarks.append(f"{counted(left, 'type')} further away: in the JSON")
    if screening.cannot:
        cannot = counted(len(screening.cannot), "type")
        remarks.append(f"{cannot} can take the place of no pool at 1 % of the cost")
    if any(item.factor > ABOVE for item in screening.types):
        remarks.append("above its price: a limit of the scenario keeps it out, or the gap of the plan")
    return Table("Worth a quote", columns, tuple(map(_row, shown)), remarks=tuple(remarks))


def _row(item: Screened) -> Row:
    return Row(
        (
            f"{item.provider} {item.instance_type}",
            place_label(item.location),
            option_label(item.purchase_option),
            item.replaces.removesuffix(f" in {item.location}").replace("/", " "),
            significant(item.price, 4),
            significant(item.break_even, 4),
            signed_percent(item.factor - 1.0),
        )
    )
