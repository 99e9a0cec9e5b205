"""Keys of a scenario file about buying, limits and kept decisions, by the model that holds them."""

from __future__ import annotations

BUYING_MEANINGS: dict[str, dict[str, str]] = {
    "PurchaseKeys": {
        "options": "Purchase options that may be used; `spot` beside `on_demand` only.",
        "after_horizon": "What becomes of a term that ends after the plan does: the option is not used (`refuse`), "
        "the rest of the term is a cost (`charge`), or a share of the rest keeps its value (`value_share`).",
        "value_share": "That share; needed with `after_horizon: value_share`, and only there.",
        "spot": "How spot may be used.",
        "autoscaling": "Whether counts change every hour, by kind of day, or never.",
        "scale_up_lead_minutes": "How much before an hour its instances are started and paid.",
        "scale_up_max_instances": "Most instances a service may add in a location from one hour to the next.",
    },
    "SpotKeys": {
        "max_share": "Most of a service's instances in a location that may be spot.",
        "overhead_share": "What interruptions cost on top of the spot price, as a share of it.",
        "may_vanish": "What may be taken away with the target kept: all spot of a type at once, that of one zone, "
        "or nothing (`tolerated`: the risk is accepted).",
    },
    "MatchKeys": {
        "provider": "Only this provider.",
        "location": "Only this location.",
        "instance_type": "Only types of this name; `*` and `?` stand for any letters.",
        "purchase_option": "Only this purchase option.",
    },
    "PriceRuleKeys": {
        "match": "Which prices are meant.",
        "discount_share": "Discount on the price.",
        "price_per_hour": "A price of its own instead.",
        "reason": "Why; it is printed beside the price.",
    },
    "CommitmentKeys": {
        "location": "Where the instances are.",
        "instance_type": "Which type.",
        "purchase_option": "How they were bought; `on_demand` means reserved capacity.",
        "count": "How many instances.",
        "until": "Day it ends; that day is not paid any more.",
        "price_per_hour": "What one costs; without it what the catalog lists.",
        "reserved": "Whether the capacity is held for you as well: it then does not count against on-demand quotas.",
        "reason": "A word of your own.",
    },
    "OwnedKeys": {
        "price": "Which end of a purchase price's range is planned on.",
        "discount_rate_per_year": "Cost of the capital that is tied up.",
        "unused": "What becomes of machines without work: switched off, or idle at idle power.",
        "operator_cost_per_year": "Cost of one full-time operator; without it no operators are counted.",
    },
    "LimitsKeys": {
        "budget_per_month": "Most the whole bill may be in a month of 730 hours.",
        "power_kw": "Most power all instances may draw in any hour.",
        "carbon_t": "Most carbon over the horizon, tonnes of CO2 equivalent.",
        "max_instance_types": "Most instance types in the whole plan.",
        "quotas": "What the providers allow to run at once.",
    },
    "QuotaKeys": {
        "match": "What counts.",
        "max_instances": "Most instances at once.",
        "max_vcpu": "Most vCPUs at once, for quotas that count them.",
        "reason": "Where the quota comes from.",
    },
    "PinKeys": {
        "service": "Which service is meant.",
        "location": "Where; without it wherever the service runs.",
        "instance_type": "The type it stays on.",
        "profile": "The profile it stays on.",
        "batch_size": "The largest batch it stays on, in requests.",
        "min": "Fewest instances in every hour; the service then stays in that location.",
        "max": "Most instances in every hour.",
    },
    "CurrencyRateKeys": {
        "currency": "The other currency.",
        "rate": "One unit of it in the currency of the first catalog.",
        "as_of": "Date of the rate.",
        "source": "Where the rate comes from.",
    },
}
