"""Whether today's fleet holds its targets, and by how much not."""

from __future__ import annotations

from collections.abc import Sequence

from optimizer.domain.account import Account, Reach
from optimizer.report.page import Column, Facts, Row, Table
from optimizer.report.words import percent, place_label

_LEGEND = "needed, carried: requests/s in the hardest hour, within the target and after the loss that may happen"


def holds_facts(account: Account) -> list[Facts]:
    """Return the verdict; nothing for a plan, which `fleetopt verify` judges."""
    if account.reaches is None:
        return []
    lines: list[tuple[str, ...]] = []
    broken = [reach for reach in account.reaches if not reach.holds]
    if broken:
        lines.append(_short(broken, len(account.reaches)))
    elif not account.unplaced:
        lines.append(("every target now",))
    for service in account.unplaced:
        lines.append((f"cannot be told of {service}: not all of its origins reach an instance that runs it",))
        lines.append((f"the bill is without network and logs of {service}",))
    return [Facts("Holds", tuple(lines), "good" if account.holds else "bad")]


def _short(broken: Sequence[Reach], places: int) -> tuple[str, ...]:
    """In how many places too little is carried, and where it is worst."""
    worst = min(broken, key=lambda reach: reach.carried_per_s / reach.needed_per_s)
    where = f"{len(broken)} of {places} places" if places > 1 else "the one place"
    return (f"no: too little in {where}", f"worst {worst.service} in {place_label(worst.location)}, {_spare(worst)}")


def holds_table(reaches: Sequence[Reach]) -> Table:
    """One row for each service in each location, in the order of the scenario."""
    rows = []
    for number, reach in enumerate(reaches):
        repeated = number > 0 and reaches[number - 1].service == reach.service
        cells = (
            "" if repeated else reach.service,
            place_label(reach.location),
            reach.when,
            f"{reach.needed_per_s:,.0f}",
            f"{reach.carried_per_s:,.0f}",
            _spare(reach),
            reach.what or "with nothing lost",
        )
        rows.append(Row(cells, tone="plain" if reach.holds else "bad"))
    columns = (
        Column("service", untitled=True),
        Column("where", untitled=True),
        Column("hardest hour"),
        Column("needed", right=True),
        Column("carried", right=True),
        Column("spare", right=True),
        Column("counted", drop=1),
    )
    return Table("What it carries", columns, tuple(rows), remarks=(_LEGEND,))


def _spare(reach: Reach) -> str:
    if reach.needed_per_s <= 0.0:
        return ""
    share = reach.carried_per_s / reach.needed_per_s - 1.0
    # A shortage is never rounded away, and never shown as spare.
    return f"-{percent(max(-share, 0.001))}" if not reach.holds else f"+{percent(share)}"
