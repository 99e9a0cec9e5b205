"""Keys of a scenario file (and of ``catalog.yaml``), by the model that holds them."""

from __future__ import annotations

SCENARIO_MEANINGS: dict[str, dict[str, str]] = {
    "ScenarioKeys": {
        "format": "Which format the file is written in.",
        "name": "Name of the scenario, printed on every page.",
        "catalog": "A catalog that comes with fleetopt, a folder, or a list of them; of several, the later wins.",
        "locations": "Where capacity may stand; without it every location of the catalog competes.",
        "horizon": "The time the plan is for.",
        "day_types": "Kinds of days with their days in a year; they are scaled to the horizon.",
        "origins": "Where requests come from, by a name of your own.",
        "services": "The models you serve, by a name of your own.",
        "pipelines": "Pages that pass several services, by a name of your own, each with one end-to-end target.",
        "plan_for": "The demand that capacity must carry; as a mapping also the demands money is counted over.",
        "plan_on": "Service times at the slow end of their error band (`cautious`), as stated (`central`), "
        "or as stated and only where they were measured (`measured_only`).",
        "purchase": "What may be bought, and how the fleet may change size.",
        "price_rules": "What you really pay, applied in turn to the catalog's prices.",
        "commitments": "What is signed already and is paid whether used or not.",
        "owned": "How owned hardware is priced and run.",
        "running": "CSV file with the fleet you run today.",
        "limits": "Limits on the whole plan.",
        "pins": "Decisions you keep.",
        "currency_rates": "Rates that bring catalogs in other currencies into the currency of the first one.",
        "headroom": "Capacity kept free on top of the peak.",
        "network": "Size of requests and responses, and the spread of round trips.",
        "storage": "Disk for each instance, and logs.",
        "operations": "People, monitoring, support and maintenance.",
    },
    "HorizonKeys": {
        "start": "First day of the plan.",
        "months": "Calendar months from that day on.",
    },
    "OriginKeys": {
        "at": "A location of the catalog, or `internet` for users.",
        "kind": "Whether callers sit in a location or on the internet; follows from `at`.",
        "rtt_ms": "Mean round trips by location; they go before those of the catalog, and the internet has no others.",
        "residency": "Countries and locations that may serve this origin; without it all may.",
    },
    "ServiceKeys": {
        "profile": "Served model and precision, as the catalog names them; of a list the cheapest is chosen.",
        "items_per_request": "Items of one request: sequences of an encoder, candidates of a ranking model.",
        "latency": "The latency target, seen at the origin: network and overhead count. A stage of a page needs none, "
        "unless it has requests of its own.",
        "overhead_ms": "Time outside the served model, such as gateway and feature fetch.",
        "demand": "How many requests come besides those of pages.",
        "redundancy": "What may fail at the peak with the target kept: nothing, an instance, a zone or a region.",
        "protected_share": "Share of the demand that is still carried after that loss.",
        "replicas": "Fewest and most replicas.",
        "dispatch": (
            "How requests reach replicas: in turn (`round_robin`), any of them (`random`), or from one queue that all "
            "share (`shared`)."
        ),
        "batch_time_p99_over_mean": (
            "How much batches of one size scatter: 99th percentile over mean of their time; 1 where they all take the "
            "same."
        ),
        "max_wait_ms": (
            "How long a batch that is not full waits for more requests; 0 for replicas that start at once. Without it "
            "the plan chooses."
        ),
    },
    "PipelineKeys": {
        "latency": "The target of the whole page, seen at the origin: every round trip and overhead counts.",
        "demand": "How many pages come; services that have no demand of their own get it from here.",
        "stages": "The services that a page passes one after another, all called from the origin.",
    },
    "PageLatencyKeys": {
        "p99_ms": "99 % of the pages are answered within this time.",
    },
    "StageKeys": {
        "service": "One of the services.",
        "fan_out": "Requests that a page sends there at once; the slowest is waited for.",
    },
    "LatencyKeys": {
        "p50_ms": "Half of the requests are answered within this time.",
        "p90_ms": "90 % of the requests are answered within this time.",
        "p95_ms": "95 % of the requests are answered within this time.",
        "p99_ms": "99 % of the requests are answered within this time.",
    },
    "DemandKeys": {
        "file": "CSV file of rates by hour; its path is relative to the scenario file.",
        "series": "Which rows of the file to read, by their column `service`; without it those of this service.",
        "calls_per_page": "Requests for each unit of the series.",
        "constant_per_s": "Busiest five minutes of every hour by origin, instead of a file.",
        "peak_to_mean": "The busiest five minutes of an hour over its average; needed where a file has no `mean`.",
    },
    "ReplicasKeys": {
        "min": "Fewest replicas in every location where the service runs.",
        "max": "Most replicas in every location where the service runs.",
    },
    "PlanForKeys": {
        "capacity": "The demand that capacity must carry.",
        "cost": "Demands that money is counted over, with weights that sum to 1; without it the one that is carried.",
    },
    "HeadroomKeys": {
        "release_share": "Share of replicas that is out of service during a release.",
        "retry_share": "Retries on top of the peak, as a share of it.",
    },
    "NetworkKeys": {
        "request_kb": "Size of one request (kB of 1000 bytes).",
        "response_kb": "Size of one response (kB of 1000 bytes).",
        "rtt_p99_factor": "A slow round trip over a mean one; the target loses the slow one.",
    },
    "StorageKeys": {
        "model_copies_gib": "Disk of each instance; `auto` takes the size of the served model.",
        "logs_gb_per_million_requests": "Logs that a million requests leave.",
        "log_retention_days": "How long logs are kept.",
    },
    "OperationsKeys": {
        "people": "Who runs the fleet.",
        "monitoring_per_instance_month": "Monitoring of one instance for a month of 730 hours.",
        "support_share_of_spend": "Support plan of the cloud provider, as a share of what is spent there.",
        "maintenance_share": "Upkeep of owned hardware in a year, as a share of its purchase price.",
    },
    "RoleKeys": {
        "role": "What they do.",
        "fte": "How many full-time equivalents.",
        "cost_per_year": "Cost of one full-time equivalent.",
    },
    "CatalogKeys": {
        "format": "Which format the catalog is written in.",
        "name": "Name of the catalog.",
        "currency": "Currency of every price in it.",
        "as_of": "Date of its newest price.",
        "basis": "How its prices came to be, unless a row says otherwise.",
        "description": "What it covers.",
        "idle_power_share": "Idle power over full power, for types whose idle power is not known.",
    },
}
