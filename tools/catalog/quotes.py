"""What a row of the collected price files says about one purchase option."""

from __future__ import annotations

from dataclasses import dataclass

from .scope import COLLECTED
from .tables import Row, number

#: Spot at an eighth of on demand or less is the floor of the spot market, not an offer.
SPOT_FLOOR_SHARE = 0.125
#: Their committed prices were read before AWS cut these families' on-demand prices by a third and more.
STALE_COMMITTED = ("p4d.", "p4de.", "p5.")

AWS_2026 = "aws/karpenter-provider-aws@6fc13b5"
AWS_2025 = "yeo/ec2.shop@74c9fd8 (price list of 2025-04-04)"
AWS_COMMITTED = f"{AWS_2025}, No Upfront, standard, shared tenancy"
SPOT_ADVISOR = "on demand x (1 - saving shown by alexei-led/spotinfo@5eedf20, 2025-06)"
GCP = "Cyclenerd/google-cloud-pricing-cost-calculator@fd66b26 pricing.yml"
AZURE = "Azure/karpenter-provider-azure@352646f"
ALIBABA = "cloudpilot-ai/priceserver@de6fe92 alibabacloud_price.json"
TPU = "dstackai/gpuhunt@3584151 tpu_pricing.json states a figure without a date: not used"
UNDATED = "gpuhunt-tpu"
#: Price lists: source and licence, by the name the collected files give them.
LISTS = {
    "karpenter-aws": (AWS_2026, "Apache-2.0"),
    "ec2.shop": (AWS_2025, "MIT"),
    "cyclenerd-gcp": (GCP, "Apache-2.0"),
    "karpenter-azure": (AZURE, "Apache-2.0"),
    "cloudpilot-priceserver": (ALIBABA, "Apache-2.0"),
}
#: Lists that have on-demand prices and nothing else.
ON_DEMAND_ONLY = ("karpenter-azure", "cloudpilot-priceserver")
OPTION_WORDS = {"spot": "spot price", "committed_1y": "price of commitments", "committed_3y": "price of commitments"}


@dataclass(frozen=True)
class Quote:
    """A price before it is known whether it is offered; `price` None where no usable figure is known."""

    price: float | None
    basis: str
    source: str
    as_of: str
    licence: str


def quote(row: Row, option: str) -> Quote:
    """Return the price of `option` in a row of the collected price files, with its source."""
    if row["price_source"] == UNDATED:
        return Quote(None, "list", TPU, COLLECTED, "no figure taken")
    if option == "on_demand":
        return on_demand(row)
    if row["price_source"] in ON_DEMAND_ONLY:
        source, licence = LISTS[row["price_source"]]
        return Quote(None, "list", f"{source}: no {OPTION_WORDS[option]}", row["price_date"], licence)
    return spot(row) if option == "spot" else committed(row, option)


def on_demand(row: Row) -> Quote:
    """On demand: the list price, or the regional list price scaled by a later change (basis ``estimate``)."""
    price, listed = _full(row), float(row["ondemand_per_hour"])
    if price != listed:
        source = f"{AWS_2025} x change of the us-east-1 price to {AWS_2026} (2026-07-20)"
        return Quote(price, "estimate", source, "2026-07", "MIT and Apache-2.0")
    source, licence = LISTS[row["price_source"]]
    return Quote(price, "list", source, row["price_date"], licence)


def _full(row: Row) -> float:
    return float(row["ondemand_per_hour_est_2026_07"] or row["ondemand_per_hour"])


def spot(row: Row) -> Quote:
    """Spot: a list price at GCP, an estimate at AWS; a price at the market's floor is not used."""
    price = number(row["spot_per_hour"])
    at_floor = price is not None and price <= SPOT_FLOOR_SHARE * _full(row)
    note = f"; at {SPOT_FLOOR_SHARE:g} of on demand or less: a floor, not an offer" if at_floor else ""
    used = None if at_floor else price
    if row["provider"] == "aws":
        note = note if price is not None else ": no saving of this type"
        return Quote(used, "estimate", SPOT_ADVISOR + note, "2025-06", "Apache-2.0")
    return Quote(used, "list", GCP + note, row["price_date"], "Apache-2.0")


def committed(row: Row, option: str) -> Quote:
    """Commitments of one or three years without upfront payment; stale and missing figures are unknown."""
    years = option.removeprefix("committed_").removesuffix("y")
    price = number(row[f"reserved_{years}y_no_upfront_per_hour"])
    if row["provider"] == "gcp":
        note = " (committed-use price / 730 h)" if price is not None else ": no committed-use price of this type"
        return Quote(price, "list", GCP + note, row["price_date"], "Apache-2.0")
    if row["instance_type"].startswith(STALE_COMMITTED):
        note = ", read before the on-demand price was cut: stale, not used"
        return Quote(None, "list", AWS_COMMITTED + note, "2025-04-04", "MIT")
    note = "" if price is not None else ": no figure of this type"
    return Quote(price, "list", AWS_COMMITTED + note, "2025-04-04", "MIT")
