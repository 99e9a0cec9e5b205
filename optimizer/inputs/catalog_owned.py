"""From rows of ``owned.csv`` and ``sites.csv`` to records, and what such hardware cannot be planned without."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from optimizer.domain.catalog import OwnedServer, Site
from optimizer.inputs.catalog_records import Keyed, place_name, source_of
from optimizer.inputs.csv_table import Row, Table
from optimizer.inputs.faults import Faults

ENDS = ("purchase_price_low", "purchase_price_mid", "purchase_price_high")


def owned(table: Table, faults: Faults) -> Keyed:
    """Yield servers that can be bought; the ends of a price range rise."""
    for index, row in table.rows():
        _check_range(table, index, row, faults)
        provider, name, place = row["provider"], row["instance_type"], place_name(row)
        yield (
            (provider, name, place),
            OwnedServer(
                provider=provider,
                instance_type=name,
                location=place,
                **{end: row[end] for end in ENDS},
                amortisation_months=row["amortisation_months"],
                residual_share=row["residual_share"],
                maintenance_share_per_year=row["maintenance_share_per_year"],
                rack_units=row["rack_units"],
                max_count=row["max_count"],
                source=source_of(row),
            ),
        )


def _check_range(table: Table, index: int, row: Row, faults: Faults) -> None:
    for lower, upper in pairwise(ENDS):
        if row[lower] > row[upper]:
            what = f"must be at most {upper}, {row[upper]:g} (found {row[lower]:g})"
            mend = "Order the three as low <= mid <= high."
            faults.add_unless_told(table.where(index, lower), what, mend, "out-of-order")


def sites(table: Table, faults: Faults) -> Keyed:  # noqa: ARG001  one signature for all tables
    """Yield sites for owned hardware."""
    for _, row in table.rows():
        place = place_name(row)
        yield (
            (place,),
            Site(
                place,
                row["power_limit_kw"],
                row["rack_units"],
                row["space_price_per_kw_month"],
                row["servers_per_operator"],
                source_of(row),
            ),
        )


def check_owned(merged: Mapping[str, Mapping[Any, Any]], where: str, faults: Faults) -> None:
    """Refuse machines whose energy could not be billed: they need a site, a maximum power, a PUE and a price."""
    for provider, kind, place in merged["owned"]:
        row = f"{where} {kind} in {place}"
        energy = merged["location_energy"].get((place,), (None, None, None))
        if (place,) not in merged["sites"]:
            faults.add_unless_told(row, "its location has no row in sites.csv", "Add the site.", "missing")
        type_ = merged["instance_types"].get((provider, kind))
        if type_ is not None and type_.max_power_w is None:
            mend = "Give max_power_w in instance_types.csv."
            faults.add_unless_told(row, "its maximum power is not known", mend, "missing")
        if energy[0] is None or energy[2] is None:
            mend = "Give pue and electricity_price_per_kwh in location_energy.csv."
            faults.add_unless_told(row, "PUE or electricity price of its location is not known", mend, "missing")
