"""Columns of a catalog's CSV files (and of the files beside a scenario), by file."""

from __future__ import annotations

#: Of every row: where its figures come from.
PROVENANCE_MEANINGS: dict[str, str] = {
    "basis": "How the figures came to be.",
    "source": "Where they come from: page, price list, paper, measurement.",
    "as_of": "Date they held.",
    "licence": "Licence of the source.",
}
_PLACE = {
    "provider": "Who offers it.",
    "region": "Region of the provider; scenarios write `provider/region`.",
}
_SOLD = {
    "provider": "Who offers it.",
    "instance_type": "Name of the type.",
    "region": "Region of the provider; scenarios write `provider/region`.",
}
_AVAILABILITY = {**_SOLD, "zones": "Zones that sell the type; without a row all zones of the region do."}

CATALOG_MEANINGS: dict[str, dict[str, str]] = {
    "instance_types.csv": {
        "provider": "Who offers it.",
        "instance_type": "Name of the type.",
        "vcpu": "Virtual processors of one instance.",
        "memory_gib": "Host memory.",
        "accelerator": "Name of its accelerators, as in `accelerators.csv`; empty without one.",
        "accelerator_count": "How many accelerators.",
        "accelerator_memory_gib": "Memory of each accelerator.",
        "network_gbps": "Network bandwidth.",
        "idle_power_w": "Draw without work.",
        "max_power_w": "Draw under full load.",
    },
    "accelerators.csv": {
        "accelerator": "Name of the accelerator.",
        "bf16_dense_tflops": "Dense 16-bit peak, 10^12 operations per second.",
        "memory_bandwidth_gb_per_s": "Bandwidth of its memory.",
        "board_power_w": "Power limit of the board.",
    },
    "locations.csv": {
        **_PLACE,
        "zones": "Zones, each of which fails on its own.",
        "country": "Country, as `residency` names it.",
    },
    "location_energy.csv": {
        **_PLACE,
        "pue": "Energy of the whole site over that of its machines.",
        "grid_gco2_per_kwh": "Carbon of a kWh from the grid, grams of CO2 equivalent.",
        "electricity_price_per_kwh": "Price of a kWh, paid for owned machines only.",
    },
    "prices.csv": {
        **_SOLD,
        "purchase_option": "How it is bought.",
        "status": "Sold there, not sold there, or not known to this catalog; only `offered` rows are used.",
        "price_per_hour": "Price of one instance for an hour; never 0 where it is not known.",
        "upfront": "Paid once when a term begins.",
        "term_months": "Length of a commitment.",
        "applies_to": "What the price covers: this type only.",
        "unit": "What is priced: an instance.",
    },
    "availability.csv": _AVAILABILITY,
    "availability_unlicensed.csv": _AVAILABILITY,
    "network.csv": {
        "from": "A location.",
        "to": "A location, the same one (between its zones), or `internet`.",
        "rtt_ms": "Mean round trip, the same both ways.",
        "rtt_source": "Where the round trip comes from.",
        "rtt_as_of": "Date of the round trip.",
        "tier_from_gb": "Volume of a month from which the price holds.",
        "price_per_gb": "Price of data going this way.",
        "price_basis": "How the price came to be.",
        "price_source": "Where the price comes from.",
        "price_as_of": "Date of the price.",
        "licence": "Licence of the source.",
    },
    "storage.csv": {
        "storage_class": "Disks (`block`) or logs (`object`; without a row disks stand in).",
        **_PLACE,
        "price_per_gb_month": "Price of one GB for a month.",
    },
    "served_models.csv": {
        "served_model": "Name of the model.",
        "task": "What it does, for the reader.",
        "parameters": "How many parameters it has.",
        "weights_gib": "Accelerator memory every replica takes for weights.",
        "tables_gib": "Embedding tables: in accelerator memory where they fit, else in host memory.",
        "runtime_gib": "Accelerator memory of the serving runtime.",
        "host_base_gib": "Host memory a replica takes besides tables.",
    },
    "profiles.csv": {
        "served_model": "Name of the model.",
        "precision": "Number format, such as fp16; scenarios write `served_model/precision`.",
        "accelerator": "On which accelerator.",
        "accelerators_per_replica": "How many of them one replica takes.",
        "batch_size": "Items in the batch.",
        "service_time_s": "Time to serve the batch.",
        "throughput_per_s": "Items per second as published, for comparison.",
        "error_band": "Relative error: cautious plans lengthen the service time by this share.",
        "min_vcpu": "Fewest vCPUs of the host for each replica; below it the figure does not hold.",
    },
    "owned.csv": {
        **_SOLD,
        "purchase_price_low": "Price of one server with its share of racks and switches, low end.",
        "purchase_price_mid": "The same, best estimate.",
        "purchase_price_high": "The same, high end.",
        "amortisation_months": "Over how long it is paid off.",
        "residual_share": "Share of the price it is still worth then.",
        "maintenance_share_per_year": "Upkeep in a year as a share of the price; empty: the scenario's share.",
        "rack_units": "Height in a rack.",
        "max_count": "Most that may be bought; empty: what the site holds.",
    },
    "sites.csv": {
        **_PLACE,
        "power_limit_kw": "Power the site has for machines; empty: no limit.",
        "rack_units": "Space in racks; empty: no limit.",
        "space_price_per_kw_month": "Rent of space and power connection for a kW of the machines' full power.",
        "servers_per_operator": "Servers that one full-time operator looks after.",
    },
}

DEMAND_FILE_MEANINGS: dict[str, str] = {
    "service": "The service, or the series that services name in `demand.series`.",
    "origin": "An origin of the scenario.",
    "day_type": "A kind of day of the scenario.",
    "hour": "Hour of the day, on one clock for all origins.",
    "mean": "Average rate of the hour: what volume is billed on.",
    "low": "Busiest five minutes of the hour if demand stays low.",
    "mid": "Busiest five minutes of the hour as expected.",
    "high": "Busiest five minutes of the hour if demand runs high.",
}

RUNNING_FILE_MEANINGS: dict[str, str] = {
    "provider": "The provider.",
    "region": "The region.",
    "zone": "The zone; empty where you do not know.",
    "instance_type": "The instance type.",
    "purchase_option": "How the instances are bought.",
    "count": "How many run.",
    "service": "The service that runs on them; empty where you do not know.",
    "committed_until": "Day their term ends; empty where they are not committed.",
}
