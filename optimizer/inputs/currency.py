"""Records of one catalog brought into the currency of another, by a dated rate that every source then names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from optimizer.domain.catalog import Source
from optimizer.domain.purchase import CurrencyRate

#: Kind of record: fields that hold money.
MONEY: Mapping[str, tuple[str, ...]] = {
    "prices": ("price_per_hour", "upfront"),
    "storage": ("price_per_gb_month",),
    "owned": ("purchase_price_low", "purchase_price_mid", "purchase_price_high"),
    "sites": ("space_price_per_kw_month",),
}


def in_currency(built: Mapping[str, Mapping[Any, Any]], rate: CurrencyRate) -> dict[str, dict[Any, Any]]:
    """Return records with every amount of money multiplied by a rate.

    Parameters
    ----------
    built
        Records by kind and key, as a catalog folder gives them.
    rate
        One unit of their currency in the currency of the plan.
    """
    converted = {kind: dict(rows) for kind, rows in built.items()}
    for kind, fields in MONEY.items():
        converted[kind] = {key: _record(row, fields, rate) for key, row in built[kind].items()}
    converted["transfer"] = {
        pair: tuple(_record(tier, ("price_per_gb",), rate) for tier in tiers)
        for pair, tiers in built["transfer"].items()
    }
    converted["location_energy"] = {
        key: (pue, grid, None if price is None else price * rate.rate)
        for key, (pue, grid, price) in built["location_energy"].items()
    }
    return converted


def _record(row: Any, fields: tuple[str, ...], rate: CurrencyRate) -> Any:  # noqa: ANN401  any record with a source
    amounts = {name: getattr(row, name) for name in fields}
    changed = {name: amount * rate.rate for name, amount in amounts.items() if amount is not None}
    return replace(row, source=_named(row.source, rate), **changed)


def _named(source: Source, rate: CurrencyRate) -> Source:
    text = f"{source.source}; converted from {rate.currency} at {rate.rate:g} of {rate.as_of}, {rate.source}"
    return replace(source, source=text)
