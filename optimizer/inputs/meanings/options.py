"""Keys of a file of options, by the model that holds them."""

from __future__ import annotations

OPTIONS_MEANINGS: dict[str, dict[str, str]] = {
    "OptionsKeys": {
        "format": "Format of the file.",
        "options": "What is compared; the first one is what the others are compared with.",
        "break_even": "Instance types (`provider/type`) whose break-even price is found, under the first option.",
        "screening": "Whether to list about at which price each instance type that the first option does not use would "
        "enter its plan.",
        "break_even_utilisation": "Machines whose break-even utilisation against renting on demand is told, at the "
        "prices of the first option.",
        "regret": "Whether to show what commitments for one demand cost when another comes, under the first option.",
        "price_changes": "Prices that may come, as further cases of regret: every demand is looked at under each.",
        "draws": "What `--draws N` draws at random.",
        "cash_flow": "When each option pays what, and from which month on it is cheaper than the first.",
    },
    "CashFlowKeys": {
        "months": "Months that are followed, from the start of the horizon; they may be more than the horizon.",
        "discount_rate_per_year": "How much less a payment is worth a year later; without it "
        "`owned.discount_rate_per_year`.",
        "rent_decline_per_year": "Share by which all prices of rented instances fall in a year; below 0 they rise.",
        "demand_growth_per_year": "Share by which every demand grows in a year; each year is planned anew.",
        "value_kept_per_year": "Share of its value that a bought machine keeps in a year; without it a straight line "
        "to the catalog's residual share at the end of amortisation.",
    },
    "DrawsKeys": {
        "traffic": "`band`: between the demands that are known, low and high being met in 5 % of all cases; "
        "`as_planned`: the demand is not drawn, and counted as the plan counts it.",
        "on_demand_spread": "Standard deviation of on-demand prices, as a share of the price; by provider.",
        "spot_spread": "The same of spot prices.",
        "instance_failures_per_year": "How often an instance that is owned or committed fails in a year.",
        "repair_hours": "Hours for which an instance on demand takes its place.",
        "zone_outages_per_year": "How often a zone is lost in a year.",
        "zone_outage_hours": "Hours for which instances on demand take the place of what stands there.",
    },
    "UtilisationKeys": {
        "instance_type": "The machine (`provider/type`) that is owned, or committed for a term.",
        "rented": "What is rented on demand instead; without it the same type.",
        "equals": "How many rented instances do the work of one machine; without it by their number of accelerators, "
        "where these are the same.",
    },
    "PriceChangeKeys": {
        "label": "What the change is called.",
        "match": "Whose prices change: on demand and spot, or the one named as `purchase_option`.",
        "factor": "What they are multiplied by, after all price rules.",
        "weight": "How likely it is; what is left of 1 over all changes is the weight of today's prices.",
    },
    "OptionKeys": {
        "label": "What the option is called.",
        "set": "Keys of the scenario by their path, with other values.",
        "catalogs": "Catalogs laid over those of the scenario; a folder is looked for beside the file first.",
        "allow": "The only instance types that may be bought; `*` and `?` stand for any letters, `provider/` may lead.",
        "forbid": "Instance types that may not be bought, written alike. What is signed already stays.",
        "price_rules": "Prices of one's own, applied after those of the scenario.",
        "server_prices": "What servers are offered for.",
        "lead_time_months": "Months until ordered machines arrive; what they would do is rented until then.",
        "as_today": "The option is today's fleet (`running` of the scenario), priced as it stands.",
    },
    "ServerPriceKeys": {
        "location": "Site whose server it is.",
        "instance_type": "The server; `*` and `?` stand for any letters.",
        "purchase_price": "Price of one; low, mid and high alike.",
        "reason": "Where the price comes from.",
    },
}
