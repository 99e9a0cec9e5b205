"""Break-even utilisation on the page of a comparison."""

from __future__ import annotations

from optimizer.decisions.records import Comparison
from optimizer.decisions.utilisation import BreakEvenUtilisation
from optimizer.report.page import Column, Row, Table
from optimizer.report.words import money, option_label, percent, place_label, significant
from optimizer.units import HOURS_PER_MONTH


def utilisation_table(found: Comparison) -> Table | None:
    """At which busy share of the hours a machine that is held costs as much as renting on demand."""
    if not found.utilisation:
        return None
    columns = (
        Column("held", untitled=True, least=14),
        Column("place", untitled=True, least=12, drop=3),
        Column("bought", untitled=True, drop=4),
        Column("every hour", right=True),
        Column("busy, more", right=True, drop=6, as_note="{} more in a busy hour"),
        Column("on demand instead", least=14, drop=2, as_note="instead of {} on demand"),
        Column("busy hour", right=True),
        Column("breaks even at", right=True),
        Column("hours a month", right=True, drop=5, as_note="{} hours a month"),
    )
    remark = (
        "busy share of the hours above which the machine is the cheaper one · all that is paid for an hour, "
        "without network and disks"
    )
    return Table("Break-even utilisation", columns, tuple(map(_row, found.utilisation)), remarks=(remark,))


def _row(item: BreakEvenUtilisation) -> Row:
    share = item.utilisation
    reached = share is not None and share <= 1.0
    return Row(
        (
            item.instance_type,
            place_label(item.location),
            option_label(item.purchase_option),
            significant(item.held_per_hour, 4),
            significant(item.held_per_busy_hour, 3),
            f"{item.equals:g} x {item.rented_instance_type} {place_label(item.rented_location)}",
            significant(item.rented_per_busy_hour, 4),
            percent(share) if reached and share is not None else "never",
            money(share * HOURS_PER_MONTH) if reached and share is not None else "",
        )
    )
