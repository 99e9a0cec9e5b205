"""The inputs that a plan repeats against the scenario and the catalog it was made from."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer.domain.catalog import OwnedServer, Price, Site, Source
from optimizer.domain.limits import Limits, Pin, Quota
from optimizer.domain.purchase import Commitment, CurrencyRate, Match, OwnedTerms, PriceRule, Purchase, SpotTerms
from optimizer.verification import verify
from tests.unit.verification.documents import GONE, changed, name, places
from tests.unit.verification.hand_plan import NORTH, hand_plan, with_inputs


def complaints(plan, records):
    """What the comparison tells."""
    return [check.detail for check in verify(plan, *records) if check.rule == "inputs" and not check.holds]


#: Figures and words of the inputs, one by one.
LEAVES = [
    path
    for path, value in places(hand_plan().inputs)
    if isinstance(value, (int, float)) or value in ("zone", "shared", "central")
]


@pytest.fixture(scope="module")
def only_inputs():
    """The comparison alone, without the readings of the plan."""
    from optimizer.verification.sources import inputs
    from optimizer.verification.view import View

    return lambda plan, records: [check.detail for check in inputs(View(plan), *records) if not check.holds]


def test_the_plan_by_hand_rests_on_its_records(plan, records):
    """Seconds there and milliseconds here are the same figure."""
    assert complaints(plan, records) == []


@pytest.mark.parametrize("path", LEAVES, ids=name)
def test_every_figure_is_compared(plan, records, only_inputs, path):
    """Each number or choice of the inputs, changed by a tenth or to another word, is told with its place."""
    value = dict(places(plan.inputs))[path]
    new = value * 1.1 + (1 if value == 0 or isinstance(value, int) else 0) if not isinstance(value, str) else "other"
    assert only_inputs(plan.replace(inputs=changed(plan.inputs, path, new)), records)


#: Rows and keys whose loss changes what the plan rests on.
TABLES = ("services", "origins", "transfer", "storage_prices")
ROWS = [path for path, _ in places(hand_plan().inputs) if len(path) == 2 and path[0] in TABLES]


@pytest.mark.parametrize("path", [path for path in ROWS if path != ("transfer", 0) and path[1] != 3], ids=name)
def test_a_missing_row_is_told(plan, records, path):
    """A tier or storage class left out would change a price; it is told even where a fallback exists."""
    found = {
        check.rule
        for check in verify(plan.replace(inputs=changed(plan.inputs, path, GONE)), *records)
        if not check.holds
    }
    assert found


def test_a_dropped_tier_is_told(plan, records):
    """Without its second tier the transfer price is another one, though each row that is left is right."""
    without = with_inputs(plan, lambda inputs: inputs["transfer"].pop(2))
    assert any("tiers" in text for text in complaints(without, records))


def test_a_dropped_object_price_is_told(plan, records):
    """Without it the logs would be billed at the block price."""
    without = with_inputs(plan, lambda inputs: inputs["storage_prices"].pop(1))
    assert any("storage_prices in north/one" in text for text in complaints(without, records))


def test_another_scenario_or_catalog_is_told(plan, records):
    """Hash, name, currency and periods belong to what the plan was made from."""
    scenario, catalog = records
    assert complaints(plan, (replace(scenario, sha256="0" * 64), catalog))
    assert complaints(plan, (replace(scenario, periods=scenario.periods[:1]), catalog))
    assert complaints(plan, (scenario, replace(catalog, sha256="0" * 64)))
    assert complaints(plan, (scenario, replace(catalog, currency="EUR")))


def test_data_that_may_go_elsewhere_is_told(plan, records):
    """Where the requests of an origin may be served is the scenario's word: a plan that drops the limit is told."""
    scenario, catalog = records
    shop, *others = scenario.origins
    bound = replace(scenario, origins=(replace(shop, residency=(NORTH,)), *others))
    assert any(f"origins.{shop.name}.residency" in text for text in complaints(plan, (bound, catalog)))


def test_a_price_that_changed_since_is_told(plan, records):
    """The same plan against a newer catalog: the place, what the plan has and what holds now."""
    scenario, catalog = records
    key = ("north", "one", "north/one", "on_demand")
    newer = replace(catalog, prices={**catalog.prices, key: replace(catalog.prices[key], price_per_hour=2.5)})
    (text,) = complaints(plan, (scenario, newer))
    assert text == "prices.one in north/one.price_per_hour: 2.0 in the plan, 2.5 in what it was made from"


def test_rows_the_catalog_does_not_have_are_told(plan, records):
    """A plan that rests on a type, curve or model nobody knows."""
    scenario, catalog = records
    for field in ("instance_types", "served_models", "storage", "round_trips", "locations", "transfer"):
        assert complaints(plan, (scenario, replace(catalog, **{field: {}})))
    assert complaints(plan, (scenario, replace(catalog, profiles=())))
    assert complaints(plan, (scenario, replace(catalog, prices={})))


def test_without_records_nothing_is_compared(plan):
    """A plan file alone is read alone."""
    assert "inputs" not in {check.rule for check in verify(plan)}


def bought_records(records):
    """Scenario, catalog and plan in which every kind of record about buying stands once."""
    scenario, catalog = records
    match = Match(NORTH.split("/", maxsplit=1)[0], NORTH, "o*", "on_demand")
    source = Source("list", "made for a test", "2026-01-01")
    prices = {
        ("north", "one", NORTH, option): Price("north", "one", NORTH, option, "offered", price, upfront, term, source)
        for option, price, upfront, term in (("spot", 0.9, 0.0, 0), ("committed_1y", 1.0, 438.0, 12))
    }
    options = ("on_demand", "spot", "committed_1y")
    scenario = replace(
        scenario,
        purchase=Purchase(options, "value_share", 0.4, SpotTerms(0.5, 0.06, "one_zone"), 0.25, 7),
        price_rules=(PriceRule(match, 0.1, None, "agreed"), PriceRule(Match(), None, 1.5, "quoted")),
        commitments=(Commitment(NORTH, "one", "committed_1y", 2, 1.2, "2027-01-16", 0.5, 1.5, True, "signed"),),
        owned=OwnedTerms("high", 0.07, "idle", 120_000.0),
        limits=Limits(50_000.0, 20.0, 3.0, 2, (Quota(match, 9, None, "asked"), Quota(Match(), None, 99, "asked"))),
        pins=(Pin("search", NORTH, "one", "net/fp16", 4, 1, 9),),
        currency_rates=(CurrencyRate("EUR", 1.08, "2026-01-01", "a bank"),),
    )
    catalog = replace(catalog, prices={**catalog.prices, **prices}, idle_power_share=0.35)
    return scenario, catalog, with_inputs(hand_plan(), bought_inputs)


def bought_inputs(inputs):
    """The same as the plan repeats it, written out."""
    match = {"provider": "north", "location": NORTH, "instance_type": "o*", "purchase_option": "on_demand"}
    anything = dict.fromkeys(match)
    inputs["purchase"] = {
        "options": ["on_demand", "spot", "committed_1y"],
        "after_horizon": "value_share",
        "value_share": 0.4,
        "spot": {"max_share": 0.5, "overhead_share": 0.06, "may_vanish": "one_zone"},
        "scale_up_lead_hours": 0.25,
        "scale_up_max_instances": 7,
    }
    inputs["price_rules"] = [
        {"match": match, "discount_share": 0.1, "price_per_hour": None, "reason": "agreed"},
        {"match": anything, "discount_share": None, "price_per_hour": 1.5, "reason": "quoted"},
    ]
    inputs["commitments"] = [
        {
            "location": NORTH,
            "instance_type": "one",
            "purchase_option": "committed_1y",
            "count": 2,
            "price_per_hour": 1.2,
            "until": "2027-01-16",
            "horizon_share": 0.5,
            "months_after_horizon": 1.5,
            "reserved": True,
            "reason": "signed",
        }
    ]
    terms = {"price": "high", "discount_rate_per_year": 0.07, "unused": "idle", "operator_cost_per_year": 120_000.0}
    inputs["owned"] = terms
    quotas = [
        {"match": match, "max_instances": 9, "max_vcpu": None, "reason": "asked"},
        {"match": anything, "max_instances": None, "max_vcpu": 99, "reason": "asked"},
    ]
    limits = {"budget_per_month": 50_000.0, "power_kw": 20.0, "carbon_t": 3.0, "max_instance_types": 2}
    inputs["limits"] = {**limits, "quotas": quotas}
    pin = {"service": "search", "location": NORTH, "instance_type": "one", "profile": "net/fp16", "batch_size": 4}
    inputs["pins"] = [{**pin, "min_instances": 1, "max_instances": 9}]
    inputs["currency_rates"] = [{"currency": "EUR", "rate": 1.08, "as_of": "2026-01-01", "source": "a bank"}]
    inputs["idle_power_share"] = 0.35
    for option, price, upfront, term in (("spot", 0.9, 0.0, 0), ("committed_1y", 1.0, 438.0, 12)):
        row = {"purchase_option": option, "price_per_hour": price, "upfront": upfront, "term_months": term}
        inputs["prices"].append({**inputs["prices"][0], **row})


BOUGHT = ("purchase", "price_rules", "commitments", "owned", "limits", "pins", "currency_rates", "idle_power_share")


@pytest.mark.parametrize("table", BOUGHT)
def test_every_word_and_figure_about_buying_is_compared(records, only_inputs, table):
    """Each leaf, changed by itself, is told; as it stands nothing is."""
    scenario, catalog, plan = bought_records(records)
    assert only_inputs(plan, (scenario, catalog)) == []
    leaves = [path for path, value in places(plan.inputs) if path[0] == table and not isinstance(value, (dict, list))]
    assert leaves
    for path in leaves:
        value = dict(places(plan.inputs))[path]
        is_figure = isinstance(value, (int, float)) and not isinstance(value, bool)
        new = value * 1.1 + 1 if is_figure else not value if isinstance(value, bool) else f"{value} and more"
        assert only_inputs(plan.replace(inputs=changed(plan.inputs, path, new)), (scenario, catalog)), name(path)


@pytest.mark.parametrize("option", ["spot", "committed_1y"])
def test_a_price_of_an_allowed_option_that_is_left_out_is_told(records, only_inputs, option):
    """Without its row the plan could not tell whether the option would have been cheaper."""
    scenario, catalog, plan = bought_records(records)
    left = [row for row in plan.inputs["prices"] if row["purchase_option"] != option]
    without = with_inputs(plan, lambda inputs: inputs.update(prices=left))
    (text,) = only_inputs(without, (scenario, catalog))
    assert text == f"prices.one in {NORTH}, {option}: False in the plan, True in what it was made from"


def test_a_term_that_outlasts_the_horizon_needs_no_price_where_it_is_refused(records, only_inputs):
    """A year in a horizon of a month cannot be bought, so its row may be left out."""
    scenario, catalog, plan = bought_records(records)
    refused = replace(scenario, purchase=replace(scenario.purchase, after_horizon="refuse"))
    left = [row for row in plan.inputs["prices"] if row["purchase_option"] != "committed_1y"]
    without = with_inputs(
        plan, lambda inputs: [inputs.update(prices=left), inputs["purchase"].update(after_horizon="refuse")]
    )
    assert only_inputs(without, (refused, catalog)) == []


def test_servers_and_sites_are_compared_with_the_catalog(records, only_inputs):
    """Every figure of a machine that can be bought and of its site; a site that is left out is told."""
    scenario, catalog = records
    source = Source("list", "made for a test", "2026-01-01")
    server = OwnedServer("north", "one", NORTH, 1e4, 2e4, 3e4, 48.0, 0.1, 0.05, 2.0, 9, source)
    site = Site(NORTH, 20.0, 42.0, 150.0, 50.0, source)
    catalog = replace(catalog, owned={("north", "one", NORTH): server}, sites={NORTH: site})
    listed = {"as_of": "2026-01-01", "basis": "list", "source": "made for a test"}
    machine = {
        "provider": "north",
        "instance_type": "one",
        "location": NORTH,
        "purchase_price_low": 1e4,
        "purchase_price_mid": 2e4,
        "purchase_price_high": 3e4,
        "amortisation_months": 48.0,
        "residual_share": 0.1,
        "maintenance_share_per_year": 0.05,
        "rack_units": 2.0,
        "max_count": 9,
        **listed,
    }
    offer = {
        "power_limit_kw": 20.0,
        "rack_units": 42.0,
        "space_price_per_kw_month": 150.0,
        "servers_per_operator": 50.0,
    }
    place = {"location": NORTH, **offer, **listed}
    plan = with_inputs(hand_plan(), lambda inputs: inputs.update(owned_servers=[machine], sites=[place]))
    assert only_inputs(plan, (scenario, catalog)) == []
    for table in ("owned_servers", "sites"):
        for field, value in plan.inputs[table][0].items():
            new = value + 1 if isinstance(value, (int, float)) else f"{value}, more"
            wrong = plan.replace(inputs=changed(plan.inputs, (table, 0, field), new))
            assert only_inputs(wrong, (scenario, catalog)), (table, field)
    assert only_inputs(with_inputs(plan, lambda inputs: inputs.update(sites=[])), (scenario, catalog))
