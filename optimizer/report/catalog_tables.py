"""Tables of a catalog: locations, prices, service times."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.report.page import Column, Row, Table
from optimizer.report.words import option_label, percent, place_label, zones_label

if TYPE_CHECKING:
    from optimizer.domain.catalog import Catalog, Location, Price, ProfileCurve

_OPTIONS = ("on_demand", "spot", "committed_1y", "committed_3y")
_LEGEND = "~ estimate, else list price or quote · unknown: not in this catalog, and not used by plans"
_STATUS = {"offered": "", "not_offered": "not sold", "unknown": "unknown"}


def location_table(locations: Sequence[Location]) -> Table:
    """Zones, country, PUE and carbon of each location."""
    columns = (
        Column("location", untitled=True),
        Column("zones"),
        Column("country", drop=1),
        Column("PUE", right=True, drop=2, as_note="PUE {}"),
        Column("g CO2/kWh", right=True, drop=3, as_note="{} g CO2/kWh"),
        Column("as of"),
    )
    rows = [
        Row(
            (
                place_label(place.name),
                zones_label(place.region, place.zones),
                place.country,
                "" if place.pue is None else f"{place.pue:g}",
                "" if place.grid_gco2_per_kwh is None else f"{place.grid_gco2_per_kwh:,.0f}",
                place.source.as_of,
            )
        )
        for place in locations
    ]
    return Table("Locations", columns, tuple(rows))


def price_tables(catalog: Catalog, prices: Sequence[Price]) -> tuple[Table, ...]:
    """One table for each location, or a single one by location where there is but one instance type."""
    options = [option for option in _OPTIONS if any(price.purchase_option == option for price in prices)]
    offers: dict[tuple[str, str, str], dict[str, Price]] = {}
    for price in prices:
        offers.setdefault((price.location, price.provider, price.instance_type), {})[price.purchase_option] = price
    if len({key[1:] for key in offers}) == 1:
        rows = [_price_row(catalog, place_label(key[0]), key[1:], found, options) for key, found in offers.items()]
        name = next(iter(offers))[2]
        return (
            Table(f"{name}, {catalog.currency} per hour", _price_columns(options), tuple(rows), remarks=(_LEGEND,)),
        )
    tables = []
    for location in dict.fromkeys(key[0] for key in offers):
        mine = {key: found for key, found in offers.items() if key[0] == location}
        known, remarks = _known_options(options, mine.values())
        rows = [_price_row(catalog, key[2], key[1:], found, known) for key, found in mine.items()]
        heading = f"{place_label(location)}, {catalog.currency} per hour"
        tables.append(Table(heading, _price_columns(known), tuple(rows), remarks=remarks))
    if not tables:
        return (Table("Prices", (), (), remarks=("none",)),)
    return (*tables[:-1], replace(tables[-1], remarks=(*tables[-1].remarks, _LEGEND)))


def _known_options(
    options: Sequence[str], offers: Iterable[Mapping[str, Price]]
) -> tuple[Sequence[str], tuple[str, ...]]:
    """Options of which anything is known in a location, and a remark that names the others."""
    told = {option for found in offers for option, price in found.items() if price.status != "unknown"}
    known = [option for option in options if option in told]
    if not known or len(known) == len(options):
        return options, ()
    others = ", ".join(option_label(option) for option in options if option not in told)
    return known, (f"{others}: unknown here",)


def _price_columns(options: Sequence[str]) -> tuple[Column, ...]:
    return (
        Column("instance type", untitled=True),
        Column("accelerators", untitled=True, drop=1),
        Column("vCPU", right=True, drop=3, as_note="{} vCPU"),
        Column("GiB", right=True, drop=4, as_note="{} GiB"),
        *(Column(option_label(option), right=True) for option in options),
        Column("oldest", drop=2, as_note="prices since {}"),
    )


def _price_row(
    catalog: Catalog, head: str, key: tuple[str, str], offers: Mapping[str, Price], options: Sequence[str]
) -> Row:
    kind = catalog.instance_types.get(key)
    hardware = ("", "", "")
    if kind is not None:
        accelerators = f"{kind.accelerator_count} x {kind.accelerator}" if kind.accelerator else ""
        hardware = (accelerators, f"{kind.vcpu:,}", f"{kind.memory_gib:,g}")
    dates = sorted(price.source.as_of for price in offers.values() if price.status == "offered")
    return Row((head, *hardware, *(_price_cell(offers.get(option)) for option in options), dates[0] if dates else ""))


def _price_cell(price: Price | None) -> str:
    if price is None:
        return "unknown"
    if price.status == "offered" and price.price_per_hour is not None:
        return ("~" if price.source.basis == "estimate" else "") + f"{price.price_per_hour:,.4f}"
    return _STATUS.get(price.status, price.status)


def profile_table(curves: Sequence[ProfileCurve]) -> Table:
    """Batch range, service times, basis and error band of each curve."""
    columns = (
        Column("profile", untitled=True),
        Column("replica on", untitled=True),
        Column("batch", right=True),
        Column("ms", right=True),
        Column("points", right=True, drop=2, as_note=""),
        Column("basis"),
        Column("as of", drop=1, as_note=""),
    )
    rows = []
    last = ""
    for curve in curves:
        rows.append(_profile_row(curve, repeated=curve.profile == last))
        last = curve.profile
    heading = "Service times, smallest and largest batch"
    return Table(heading, columns, tuple(rows), remarks=() if rows else ("none",))


def _profile_row(curve: ProfileCurve, *, repeated: bool) -> Row:
    first_ms, last_ms = 1000.0 * curve.service_s[0], 1000.0 * curve.service_s[-1]
    cells = (
        "" if repeated else curve.profile,
        f"{curve.accelerators_per_replica} x {curve.accelerator}",
        f"{curve.batch_items[0]:,} to {curve.batch_items[-1]:,}",
        f"{first_ms:,.1f} to {last_ms:,.1f}",
        f"{len(curve.batch_items)}",
        f"{curve.source.basis} ±{percent(curve.error_band, 0)}",
        curve.source.as_of,
    )
    return Row(cells)
