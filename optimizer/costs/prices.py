"""What an instance costs per hour once the scenario's own price rules have spoken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from optimizer.domain.catalog import Price, Source
from optimizer.domain.purchase import TERM_MONTHS, PriceRule, PurchaseOption
from optimizer.units import HOURS_PER_MONTH

QUOTE = "quote"


def ruled_price(
    listed: Price | None, key: tuple[str, str, str, PurchaseOption], rules: Sequence[PriceRule], quoted_on: str
) -> Price | None:
    """Return the price after every rule that fits, in turn; None where nothing is known.

    Parameters
    ----------
    listed
        The catalog's row, None where it has none.
    key
        Provider, instance type, location and purchase option.
    rules
        In the order in which they apply.
    quoted_on
        Date of a price that only a rule gives.

    Notes
    -----
    A rule with a price of its own makes an unknown price known, never one that is not offered.
    """
    provider, kind, location, option = key
    if listed is not None and listed.status == "not_offered":
        return listed
    price = listed
    for rule in (rule for rule in rules if rule.match.fits(kind, location, option)):
        if rule.price_per_hour is not None:
            source = Source(QUOTE, rule.reason, quoted_on)
            term = TERM_MONTHS.get(option, 0)
            price = Price(provider, kind, location, option, "offered", rule.price_per_hour, 0.0, term, source)
        elif rule.discount_share and price is not None and price.price_per_hour is not None:
            source = replace(price.source, basis=QUOTE, source=f"{price.source.source}; {rule.reason}")
            left = 1.0 - rule.discount_share
            price = replace(
                price, price_per_hour=price.price_per_hour * left, upfront=price.upfront * left, source=source
            )
    return price


def hourly(price: Price) -> float | None:
    """Return what an hour really costs: the price per hour, and the upfront payment spread over the term."""
    if price.price_per_hour is None:
        return None
    term = price.term_months or TERM_MONTHS.get(price.purchase_option, 0)
    return price.price_per_hour + (price.upfront / (term * HOURS_PER_MONTH) if term else 0.0)
