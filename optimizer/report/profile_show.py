"""What `fleetopt profile show` says: a profile on every accelerator, its points, and what a million items cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from optimizer.report.catalog_overview import curve_table
from optimizer.report.page import Column, Facts, Page, Row, Table, bar
from optimizer.report.report import Records, Report
from optimizer.report.words import band_label, counted, significant

if TYPE_CHECKING:
    from optimizer.domain.catalog import Catalog, InstanceType, Price, ProfileCurve

#: A curve of more points is drawn by this many, spread evenly.
POINTS_DRAWN = 16
#: Below this price of a million items, a billion is what is told.
WORTH_A_MILLION = 0.01
_NAMES = (
    "profile",
    "accelerator",
    "accelerators_per_replica",
    "batch_items",
    "service_s",
    "low_s",
    "high_s",
    "items_per_s",
    "error_band",
    "basis",
    "as_of",
    "source",
)


def profile_show_report(
    catalog: Catalog, curves: Sequence[ProfileCurve], profile: str | None, accelerator: str | None
) -> Report:
    """Return what a catalog knows of a profile; of all profiles, in short, where none is named.

    Parameters
    ----------
    curves
        Those asked for.
    accelerator
        Show the curve of this accelerator point by point, also where it is an estimate.
    """
    return Report(
        page=lambda: _page(catalog, curves, profile, accelerator),
        document=lambda: {
            "format": "fleetopt/profile/1",
            "catalog": catalog.name,
            "currency": catalog.currency,
            "curves": [asdict(curve) | {"cost": _cost(catalog, curve)} for curve in curves],
        },
        records=lambda: Records(_NAMES, [row for curve in curves for row in _records(curve)]),
    )


def _records(curve: ProfileCurve) -> list[tuple[Any, ...]]:
    band, source = 1.0 + curve.error_band, curve.source
    return [
        (
            curve.profile,
            curve.accelerator,
            curve.accelerators_per_replica,
            batch,
            seconds,
            seconds / band,
            seconds * band,
            batch / seconds,
            curve.error_band,
            source.basis,
            source.as_of,
            source.source,
        )
        for batch, seconds in zip(curve.batch_items, curve.service_s, strict=True)
    ]


def _page(catalog: Catalog, curves: Sequence[ProfileCurve], profile: str | None, accelerator: str | None) -> Page:
    title = (profile or counted(len({c.profile for c in curves}), "profile"), f"catalog {catalog.name}")
    if profile is None and accelerator is None:
        hint = Facts("Look closer", ((f"fleetopt profile show {curves[0].profile}",),)) if curves else None
        return Page(title, (curve_table(curves), *([hint] if hint else [])))
    drawn = [curve for curve in curves if accelerator is not None or curve.source.basis != "estimated"]
    return Page(title, (_accelerators(catalog, curves), *(_points(curve) for curve in drawn)))


def _accelerators(catalog: Catalog, curves: Sequence[ProfileCurve]) -> Table:
    costs = [cost["per_million_items"] for curve in curves if (cost := _cost(catalog, curve)) is not None]
    unit = "billion" if max(costs, default=1.0) < WORTH_A_MILLION else "million"
    columns = (
        Column("replica on", untitled=True),
        Column("batch", right=True, drop=2, as_note=""),
        Column("ms", right=True),
        Column("items/s", right=True),
        Column("basis"),
        Column("as of", drop=3, as_note=""),
        Column(f"a {unit}", right=True),
        Column("on", drop=1, as_note="on {}"),
    )
    ordered = sorted(curves, key=lambda c: (c.profile, c.source.basis == "estimated", -_best_rate(c)))
    several = len({curve.profile for curve in curves}) > 1
    rows = [_accelerator_row(catalog, curve, unit, several=several) for curve in ordered]
    remark = (
        f"items/s: one replica that always serves full batches · a {unit}: items, {catalog.currency}, on the cheapest "
        "type on demand, all its accelerators always busy · ~ estimated price"
    )
    return Table("Accelerators", columns, tuple(rows), remarks=(remark,))


def _accelerator_row(catalog: Catalog, curve: ProfileCurve, unit: str, *, several: bool) -> Row:
    cost = _cost(catalog, curve)
    amount, where = "", "no price"
    if cost is not None:
        amount = significant(cost["per_million_items"] * (1000.0 if unit == "billion" else 1.0))
        where = cost["instance_type"]
    count = curve.accelerators_per_replica
    replica = curve.accelerator if count == 1 else f"{count} x {curve.accelerator}"
    return Row(
        (
            f"{curve.profile} {replica}" if several else replica,
            f"{curve.batch_items[0]:,} to {curve.batch_items[-1]:,}",
            f"{_ms(curve.service_s[0])} to {_ms(curve.service_s[-1])}",
            significant(_best_rate(curve)),
            band_label(curve.source.basis, curve.error_band),
            curve.source.as_of,
            ("~" if cost and cost["basis"] == "estimate" else "") + amount,
            where,
        )
    )


def _best_rate(curve: ProfileCurve) -> float:
    return max(batch / seconds for batch, seconds in zip(curve.batch_items, curve.service_s, strict=True))


def _cost(catalog: Catalog, curve: ProfileCurve) -> dict[str, Any] | None:
    """Least on-demand price of a million items at full batches; None where no type with a price can hold a replica."""
    offers: list[tuple[float, Price, InstanceType]] = []
    for price in catalog.prices.values():
        kind = catalog.instance_types.get((price.provider, price.instance_type))
        usable = price.purchase_option == "on_demand" and price.status == "offered" and price.price_per_hour is not None
        if kind is None or not usable or kind.accelerator != curve.accelerator:
            continue
        replicas = kind.accelerator_count // curve.accelerators_per_replica
        if curve.min_vcpu:
            replicas = min(replicas, kind.vcpu // curve.min_vcpu)
        if replicas:
            offers.append(((price.price_per_hour or 0.0) / replicas, price, kind))
    if not offers:
        return None
    each, price, kind = min(offers, key=lambda one: (one[0], one[1].instance_type, one[1].location))
    return {
        "per_million_items": each / 3600.0 / _best_rate(curve) * 1e6,
        "instance_type": kind.name,
        "location": price.location,
        "price_per_hour": price.price_per_hour,
        "basis": price.source.basis,
        "as_of": price.source.as_of,
    }


def _points(curve: ProfileCurve) -> Table:
    band = 1.0 + curve.error_band
    columns = (
        Column("", untitled=True),
        Column("batch", right=True),
        Column("ms", right=True),
        Column("band, ms", right=True),
        Column("items/s", right=True),
        Column("picture", untitled=True, bar=True, drop=1, as_note=""),
    )
    pairs = list(zip(curve.batch_items, curve.service_s, strict=True))
    step = -(-len(pairs) // POINTS_DRAWN)
    best = _best_rate(curve)
    rows = [
        Row(
            (
                "",
                f"{batch:,}",
                _ms(seconds),
                f"{_ms(seconds / band)} to {_ms(seconds * band)}",
                significant(batch / seconds),
                bar(batch / seconds, best),
            )
        )
        for batch, seconds in (*pairs[:-1:step], pairs[-1])
    ]
    label = band_label(curve.source.basis, curve.error_band)
    heading = f"{curve.profile} on {curve.accelerators_per_replica} x {curve.accelerator}, {label}"
    host = f"at least {curve.min_vcpu} vCPU a replica" if curve.min_vcpu else ""
    told = [piece for piece in (f"as of {curve.source.as_of}", host, curve.source.source) if piece]
    return Table(heading, columns, tuple(rows), remarks=(" · ".join(told),))


def _ms(seconds: float) -> str:
    return significant(1000.0 * seconds)
