"""The shape of a plan and of its inputs, as far as any rule reads them."""

from __future__ import annotations

from optimizer.domain.plan import (
    CATEGORIES,
    PLAN_FORMAT,
    Cost,
    CostLine,
    FewerReplicas,
    FleetRow,
    Objective,
    PagePromise,
    Plan,
    PlanPeriod,
    Pool,
    PoolAtDemand,
    Route,
    ServiceTime,
    StageBudget,
    Standby,
)
from optimizer.verification.shapes import (
    anything,
    count,
    each,
    instance,
    maybe,
    number,
    one_of,
    record,
    table,
    text,
)

_amount = number()
_positive = number(above=0.0)
_not_negative = number(0.0)
_source = {"as_of": text, "basis": text, "source": text}

_SERVICE = record(
    name=text,
    profiles=each(text, at_least=1),
    items_per_request=count(1),
    latency_ms=_positive,
    percentile=_positive,
    overhead_ms=_not_negative,
    redundancy=one_of("none", "instance", "zone", "region"),
    dispatch=one_of("round_robin", "shared", "random"),
    batch_time_p99_over_mean=number(1.0),
    max_wait_ms=maybe(_not_negative),
    protected_share=_positive,
    min_replicas=count(),
    max_replicas=maybe(count()),
)
_MATCH = record(provider=maybe(text), location=maybe(text), instance_type=maybe(text), purchase_option=maybe(text))
_OPTION = one_of("on_demand", "spot", "committed_1y", "committed_3y", "owned")
_PURCHASE = record(
    options=each(_OPTION, at_least=1),
    after_horizon=one_of("refuse", "charge", "value_share"),
    value_share=_not_negative,
    spot=record(
        max_share=_not_negative,
        overhead_share=_not_negative,
        may_vanish=one_of("all_of_a_type", "one_zone", "tolerated"),
    ),
    scale_up_lead_hours=_not_negative,
    scale_up_max_instances=maybe(count(1)),
)
_PRICE_RULE = record(
    match=_MATCH, discount_share=maybe(_not_negative), price_per_hour=maybe(_not_negative), reason=text
)
_COMMITMENT = record(
    location=text,
    instance_type=text,
    purchase_option=_OPTION,
    count=count(),
    price_per_hour=_not_negative,
    until=text,
    horizon_share=_not_negative,
    months_after_horizon=_not_negative,
    reserved=anything,
    reason=text,
)
_LIMITS = record(
    budget_per_month=maybe(_not_negative),
    power_kw=maybe(_not_negative),
    carbon_t=maybe(_not_negative),
    max_instance_types=maybe(count()),
    quotas=each(record(match=_MATCH, max_instances=maybe(count()), max_vcpu=maybe(count()), reason=text)),
)
_PIN = record(
    service=text,
    location=maybe(text),
    instance_type=maybe(text),
    profile=maybe(text),
    batch_size=maybe(count(1)),
    min_instances=count(),
    max_instances=maybe(count()),
)
_SERVER = record(
    provider=text,
    instance_type=text,
    location=text,
    purchase_price_low=_not_negative,
    purchase_price_mid=_not_negative,
    purchase_price_high=_not_negative,
    amortisation_months=_positive,
    residual_share=_not_negative,
    maintenance_share_per_year=maybe(_not_negative),
    rack_units=_not_negative,
    max_count=maybe(count()),
    **_source,
)
_SITE = record(
    location=text,
    power_limit_kw=maybe(_not_negative),
    rack_units=maybe(_not_negative),
    space_price_per_kw_month=maybe(_not_negative),
    servers_per_operator=maybe(_positive),
    **_source,
)
_OPERATIONS = record(
    people=each(record(role=text, fte=_not_negative, cost_per_year=_not_negative)),
    monitoring_per_instance_month=_not_negative,
    support_share_of_spend=_not_negative,
    maintenance_share=_not_negative,
)
_PRICE = record(
    provider=text,
    instance_type=text,
    location=text,
    purchase_option=text,
    status=one_of("offered", "not_offered", "unknown"),
    price_per_hour=maybe(_not_negative),
    upfront=_not_negative,
    term_months=count(),
    **_source,
)
_CURVE = record(
    profile=text,
    accelerator=text,
    accelerators_per_replica=count(1),
    batch_items=each(count(1), at_least=1),
    service_s=each(_positive, at_least=1),
    error_band=_not_negative,
    min_vcpu=count(),
    **_source,
)
_PIPELINE = record(
    name=text,
    latency_ms=_positive,
    percentile=_positive,
    stages=each(record(service=text, fan_out=count(1)), at_least=1),
    demand=table(record(mean=each(_not_negative), peak=each(_not_negative))),
)
#: What `Plan.inputs` repeats of scenario and catalog.
INPUTS = record(
    services=each(_SERVICE, at_least=1),
    pipelines=each(_PIPELINE),
    origins=each(record(name=text, at=text, rtt_ms=table(_not_negative), residency=maybe(each(text))), at_least=1),
    locations=each(text),
    zones=table(each(text, at_least=1)),
    demand=table(
        table(record(mean=each(_not_negative), peak=each(_not_negative), at_demand=table(each(_not_negative))))
    ),
    cost_weights=table(_not_negative),
    horizon_start=text,
    purchase=_PURCHASE,
    price_rules=each(_PRICE_RULE),
    commitments=each(_COMMITMENT),
    owned=record(
        price=one_of("low", "mid", "high"),
        discount_rate_per_year=_not_negative,
        unused=one_of("off", "idle"),
        operator_cost_per_year=maybe(_not_negative),
    ),
    limits=_LIMITS,
    pins=each(_PIN),
    idle_power_share=_not_negative,
    location_energy=table(
        record(
            pue=maybe(_positive),
            grid_gco2_per_kwh=maybe(_not_negative),
            electricity_price_per_kwh=maybe(_not_negative),
        )
    ),
    owned_servers=each(_SERVER),
    sites=each(_SITE),
    plan_for=text,
    plan_on=one_of("cautious", "central", "measured_only"),
    autoscaling=one_of("hourly", "day_type", "fixed"),
    headroom=record(release_share=_not_negative, retry_share=_not_negative),
    network=record(request_kb=_not_negative, response_kb=_not_negative, rtt_p99_factor=_positive),
    storage=record(
        model_copies_gib=maybe(_not_negative),
        logs_gb_per_million_requests=_not_negative,
        log_retention_days=_not_negative,
    ),
    horizon_months=count(1),
    operations=_OPERATIONS,
    prices=each(_PRICE),
    instance_types=each(
        record(
            provider=text,
            name=text,
            vcpu=count(),
            memory_gib=_not_negative,
            accelerator=maybe(text),
            accelerator_count=count(),
            accelerator_memory_gib=_not_negative,
            idle_power_w=maybe(_not_negative),
            max_power_w=maybe(_not_negative),
        )
    ),
    availability=each(record(provider=text, instance_type=text, location=text, zones=each(text))),
    served_models=each(
        record(
            name=text,
            weights_gib=_not_negative,
            tables_gib=_not_negative,
            runtime_gib=_not_negative,
            host_base_gib=_not_negative,
        )
    ),
    curves=each(_CURVE),
    transfer=each(record(origin=text, destination=text, from_gb=_not_negative, price_per_gb=_not_negative, **_source)),
    storage_prices=each(record(storage_class=text, location=text, price_per_gb_month=_not_negative, **_source)),
)
_FLEET_ROW = instance(
    FleetRow,
    provider=text,
    region=text,
    zone=text,
    instance_type=text,
    purchase_option=_OPTION,
    count_by_period=each(count()),
    expected_count_by_period=each(_not_negative),
    price_per_hour=_not_negative,
    price_as_of=text,
    price_basis=text,
    until=text,
)
_AT_DEMAND = instance(
    PoolAtDemand,
    replicas_by_period=each(count()),
    spot_replicas_by_period=each(count()),
    arrival_rate_per_s_by_period=each(_not_negative),
    capacity_per_s_by_period=each(_not_negative),
)
_POOL = instance(
    Pool,
    service=text,
    profile=text,
    provider=text,
    region=text,
    zone=text,
    instance_type=text,
    accelerators_per_replica=count(1),
    batch_size=count(1),
    max_wait_ms=_not_negative,
    replicas_by_period=each(count()),
    arrival_rate_per_s_by_period=each(_not_negative),
    capacity_per_s_by_period=each(_not_negative),
    utilisation_by_period=each(_not_negative),
    promised=table(_positive),
    target=table(_positive),
    basis=text,
    error_band=_not_negative,
    dispatch=one_of("round_robin", "shared", "random"),
    network_ms=_not_negative,
    overhead_ms=_not_negative,
    service_time=instance(
        ServiceTime,
        batch=each(count(1), at_least=1),
        seconds=each(_positive, at_least=1),
        p99_over_mean=number(1.0),
    ),
    spot_replicas_by_period=each(count()),
    at_demand=table(_AT_DEMAND),
    peak_kw=maybe(_not_negative),
    energy_kwh=maybe(_not_negative),
    carbon_kg=maybe(_not_negative),
    after_loss=instance(FewerReplicas, replicas=each(count(1)), capacity_per_s=each(_not_negative)),
)
_LINE = instance(
    CostLine,
    category=one_of(*CATEGORIES),
    item=text,
    service=text,
    provider=text,
    location=text,
    instance_type=text,
    purchase_option=text,
    quantity=_amount,
    unit=text,
    unit_price=_amount,
    amount=_amount,
    as_of=text,
    basis=text,
    source=text,
)
#: A whole plan.
PLAN = instance(
    Plan,
    format=one_of(PLAN_FORMAT),
    status=one_of("optimal", "feasible"),
    objective=instance(
        Objective,
        currency=text,
        total=_amount,
        fixed=_amount,
        lower_bound=_amount,
        gap=_amount,
        gap_of_total=_amount,
        horizon_hours=_positive,
    ),
    scenario=table(anything),
    catalog=each(table(anything)),
    total_at=table(maybe(_amount)),
    expected=table(maybe(_amount)),
    fleet=each(_FLEET_ROW),
    pools=each(_POOL),
    routing=each(
        instance(Route, service=text, origin=text, pool=count(), share_by_period=each(_amount), rtt_ms=_not_negative)
    ),
    pipelines=each(
        instance(
            PagePromise,
            name=text,
            origin=text,
            target_p99_ms=_positive,
            promised_p99_ms=_positive,
            stages=each(
                instance(
                    StageBudget,
                    service=text,
                    location=text,
                    fan_out=count(1),
                    percentile=_positive,
                    network_ms=_not_negative,
                    overhead_ms=_not_negative,
                    budget_ms=_positive,
                    promised_ms=_positive,
                )
            ),
        )
    ),
    periods=each(
        instance(PlanPeriod, day_type=text, hour=count(), days=_not_negative, hours=_not_negative), at_least=1
    ),
    standby=each(instance(Standby, service=text, origin=text, primary=text, standby=text)),
    energy=table(maybe(_not_negative)),
    obligation_after_horizon=_not_negative,
    cost=instance(Cost, lines=each(_LINE), by_category=table(_amount), by_service=table(_amount), total=_amount),
    inputs=INPUTS,
)
