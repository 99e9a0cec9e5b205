"""The page of a plan: what it says, and that it says it truly."""

from __future__ import annotations

import dataclasses

import pytest

from optimizer.domain.plan import Check, Cost, Objective, Plan, Rejected
from optimizer.report.formats import Format
from optimizer.report.groups import pool_groups
from optimizer.report.page import Facts, Table
from optimizer.report.plan_cost import bill_items, cost_table, service_table
from optimizer.report.plan_page import plan_page, plan_report
from optimizer.report.plan_rests import cannot_facts, capacity_table, close_calls_table, estimates_table
from optimizer.report.plan_run import run_table, total_facts
from optimizer.report.report import render
from tests.unit.report.sample_plan import HOURS, MEAN_SHAPE, MONTHS, SITES


def _number(text: str) -> float:
    return float(text.removesuffix(" %").replace(",", ""))


@pytest.mark.parametrize("width", [80, 100, 140])
def test_the_page_at_three_widths(plan, golden, width):
    """What a planner sees in a narrow terminal, through a pipe and in a wide terminal."""
    golden(f"plan_{width}.txt", render(plan_report(plan), Format.TABLE, width))


def test_the_page_as_markdown(plan, golden):
    """What a planner pastes into a ticket."""
    golden("plan.md", render(plan_report(plan), Format.MARKDOWN))


def test_the_sample_is_a_plan_that_adds_up(plan):
    """The fixture itself: lines sum to the total, periods to a year, routes name pools."""
    assert sum(line.amount for line in plan.cost.lines) == pytest.approx(plan.objective.total)
    assert HOURS == 8760.0
    assert all(plan.pools[route.pool].service == route.service for route in plan.routing)


def test_cost_rows_add_up_to_the_sum_on_screen(plan):
    """Amounts and shares as printed add up to the printed sum, which is the total a month, rounded."""
    table = cost_table(plan)
    assert table.total is not None
    assert sum(_number(row.cells[2]) for row in table.rows) == _number(table.total.cells[2])
    assert sum(_number(row.cells[3]) for row in table.rows) == pytest.approx(100.0)
    assert _number(table.total.cells[2]) == round(plan.cost.total / MONTHS)


def test_service_rows_add_up_to_the_same_sum(plan):
    """By service and by category one bill is told twice."""
    rows = service_table(plan).rows
    assert sum(_number(row.cells[2]) for row in rows) == round(plan.cost.total / MONTHS)


def test_lines_of_nothing_keep_their_reason(plan):
    """Energy is 0 and says why."""
    rows = {row.cells[:2]: row.cells[2] for row in cost_table(plan).rows}
    assert rows["energy", "included in rent"] == "0"


def test_a_category_of_many_items_is_shortened_without_loss(plan):
    """Six roles become the three dearest and one row for the rest; the amounts stay complete."""
    people = next(line for line in plan.cost.lines if line.category == "people")
    lines = [dataclasses.replace(people, item=f"role {number}", amount=10.0 * number) for number in range(1, 7)]
    items = bill_items(lines)
    assert [item.name for item in items] == ["role 6", "role 5", "role 4", "3 more"]
    assert sum(item.amount for item in items) == 210.0


def test_money_of_small_plans_has_cents(plan):
    """At 60.93 a month whole dollars would not do."""
    lines = tuple(
        dataclasses.replace(line, quantity=line.quantity / 1000, amount=line.amount / 1000) for line in plan.cost.lines
    )
    cost = Cost(lines, {k: v / 1000 for k, v in plan.cost.by_category.items()}, {}, plan.cost.total / 1000)
    total = cost_table(plan.replace(cost=cost)).total
    assert total is not None
    assert total.cells[2] == f"{plan.cost.total / 1000 / MONTHS:.2f}"


def test_base_and_peak_count_instances_not_replicas(plan):
    """A 4-accelerator type holds 4 replicas: 24 replicas are 6 instances."""
    group = next(group for group in pool_groups(plan) if group.first.instance_type == "g4dn.12xlarge")
    site = next(site for site in SITES if site.instance_type == "g4dn.12xlarge")
    assert group.replicas_per_instance == 4
    assert group.instances_by_period == tuple(sum(row) for row in site.counts)


def test_part_of_an_instance_is_paid_as_a_whole(plan):
    """5 replicas on instances that hold 4 need 2 instances."""
    pools = tuple(
        dataclasses.replace(pool, replicas_by_period=(5,) * 72) if pool.instance_type == "g4dn.12xlarge" else pool
        for pool in plan.pools
    )
    groups = pool_groups(plan.replace(pools=pools))
    counts = next(g.instances_by_period for g in groups if g.first.instance_type == "g4dn.12xlarge")
    assert counts == (2 * 3,) * 72


def test_busy_is_read_in_the_busiest_period(plan):
    """Of the three zones' utilisation in the period of the highest arrival rate, weighted by replicas."""
    group = pool_groups(plan)[0]
    peak = max(range(72), key=MEAN_SHAPE.__getitem__)
    assert group.busy_at_peak == pytest.approx(group.first.utilisation_by_period[peak])


def test_what_to_run_shows_the_worst_promise_of_its_zones(plan):
    """One zone's worse promise is the one printed."""
    worse = dataclasses.replace(plan.pools[1], promised={"p99_ms": 59.94})
    rows = run_table(plan.replace(pools=(plan.pools[0], worse, *plan.pools[2:]))).rows
    assert rows[0].cells[-1] == "p99 59.9 of 60 ms"


def test_two_configurations_of_a_service_are_two_rows(plan):
    """Pools that differ by more than the zone are never merged."""
    other = dataclasses.replace(plan.pools[2], batch_size=4)
    rows = run_table(plan.replace(pools=(*plan.pools[:2], other, *plan.pools[3:]))).rows
    assert len(rows) == len(SITES) + 1


def test_what_to_run_says_how_long_batches_wait(plan):
    """Nothing where they start at once; pools with another wait are another row."""
    waiting = dataclasses.replace(plan.pools[2], max_wait_ms=1.6)
    rows = run_table(plan.replace(pools=(*plan.pools[:2], waiting, *plan.pools[3:]))).rows
    assert len(rows) == len(SITES) + 1
    told = [[note for note in row.notes if "wait" in note] for row in rows]
    assert sorted(told) == [[]] * len(SITES) + [["batches wait up to 1.6 ms to fill"]]


@pytest.mark.parametrize(
    ("status", "stopped_by", "bound", "expected"),
    [
        ("optimal", None, 1000.0, "the cheapest · no plan considered costs less than USD 1,000"),
        ("optimal", None, 990.0, "within 1.02 % of the cheapest · no plan considered costs less than USD 990"),
        ("feasible", "time", 500.0, "stopped by the time limit · within 100 % of the cheapest"),
        ("feasible", "time", 0.0, "nothing yet: no lower bound was found"),
    ],
)
def test_the_proof_says_what_is_proved(plan, status, stopped_by, bound, expected):
    """The lower bound is always there; a limit and a missing bound are said, not hidden. 1000/990 - 1 = 1.0101 %."""
    objective = Objective("USD", 1000.0, 0.0, bound, (1000.0 - bound) / 1000.0, (1000.0 - bound) / 1000.0, 730.0)
    changed = plan.replace(status=status, stopped_by=stopped_by, objective=objective)
    _, proven = total_facts(changed)
    assert expected in " · ".join(proven.lines[0])


def test_the_unit_cost_is_total_over_requests(plan):
    """731,136 over (4000 + 6000) x mean shape x 31,536,000 s: worked from the demand, not from the page."""
    requests = sum(row.requests_per_s_mean for row in plan.demand) * HOURS * 3600
    total, _ = total_facts(plan)
    unit = next(piece for piece in total.lines[0] if piece.endswith("per 1,000 requests"))
    assert float(unit.split()[1]) == pytest.approx(plan.objective.total / requests * 1000, rel=5e-3)


def test_estimates_are_told_with_their_weight(plan):
    """Estimated price, service time and transfer price are listed, measured and list ones are not."""
    rows = {row.cells[0]: row.cells[1:] for row in estimates_table(plan).rows}
    assert set(rows) == {
        "price of a2-ultragpu-1g in gcp/us-east4",
        "service time of bert-base-s128/fp16 on L4-24GB",
        "transfer prices between regions",
    }
    effect = next(a.effect_of_10_percent_on_total for a in plan.assumptions if a.what.startswith("price of"))
    assert rows["price of a2-ultragpu-1g in gcp/us-east4"][2] == f"+{100 * effect / plan.cost.total:.1f} %"


def test_a_plan_without_estimates_says_so(plan):
    """Silence would look like an omission."""
    lines = tuple(dataclasses.replace(line, basis="list") for line in plan.cost.lines)
    pools = tuple(dataclasses.replace(pool, basis="measured") for pool in plan.pools)
    table = estimates_table(plan.replace(pools=pools, cost=dataclasses.replace(plan.cost, lines=lines)))
    assert table.rows == ()
    assert table.remarks[0].startswith("nothing")


def test_close_calls_come_cheapest_first(plan):
    """Only alternatives that cost more, by what they add; a proved lower bound is marked."""
    rows = close_calls_table(plan).rows
    assert [row.cells[0] for row in rows] == [
        "retrieval on gcp g2-standard-4",
        "retrieval on aws g5.xlarge",
        "ranking on aws p4d.24xlarge",
    ]
    assert [row.cells[1] for row in rows] == ["from +0.02 %", "+0.4 %", "+12.4 %"]


def test_reasons_are_counted_by_service(plan):
    """What cannot serve is told by reason; where all agree the count is said once."""
    facts = cannot_facts(plan)
    assert facts is not None
    assert facts.lines[0][0].startswith("ranking on 3 types: needs 23.6 GiB")
    assert facts.lines[1] == ("retrieval on 2 types: no measured or estimated profile of the service",)
    rare = tuple(Rejected("s", f"t{number}", "cannot", f"reason {number}", None) for number in range(5))
    many = cannot_facts(plan.replace(rejected=rare))
    assert many is not None
    assert many.lines[0][-1] == "other reasons (2)"


def test_capacity_shares_add_up(plan):
    """The shares printed sum to 100 %, and what takes nothing is left out."""
    rows = capacity_table(plan).rows
    assert sum(_number(row.cells[1]) for row in rows) == pytest.approx(100.0)
    assert "counts held between hours" not in [row.cells[0] for row in rows]


def test_a_failed_check_is_said_on_the_page(plan):
    """A plan kept although it fails must not look checked."""
    failed = Check("capacity", "retrieval", 10.0, 12.0, -2.0, False, "2 requests/s too many")
    text = render(plan_report(plan.replace(checks=(*plan.checks, failed))), Format.TABLE)
    assert "1 of them fail" in text
    assert "not yet" in render(plan_report(plan.replace(checks=())), Format.TABLE)


def test_what_the_replay_found_is_told(plan):
    """The share of late requests beside the share that a p99 allows; nothing where latency was not replayed."""
    text = render(plan_report(plan), Format.TABLE)
    assert "0.61 % of requests late, 1.00 % allowed" in " ".join(text.split())
    without = tuple(check for check in plan.checks if check.rule != "latency")
    assert "replayed" not in render(plan_report(plan.replace(checks=without)), Format.TABLE)


def test_an_empty_plan_has_a_page(plan):
    """Without demand there are no pools, no bill, no division by nothing."""
    empty: Plan = plan.replace(
        pools=(), fleet=(), routing=(), demand=(), headroom={}, rejected=(), assumptions=(), checks=(),
        cost=Cost((), {}, {}, 0.0), objective=Objective("USD", 0.0, 0.0, 0.0, 0.0, 0.0, 8760.0),
    )  # fmt: skip
    text = render(plan_report(empty), Format.TABLE)
    assert "nothing: there is no demand" in text
    assert "USD 0.00" in text


def test_names_from_files_cannot_move_the_cursor(plan):
    """A scenario's name with an escape sequence is defused in every format for people."""
    odd = plan.replace(scenario={**plan.scenario, "name": "a\x1b[2Jb|c"})
    for format_ in (Format.TABLE, Format.MARKDOWN):
        assert "\x1b" not in render(plan_report(odd), format_)


def test_every_part_of_the_page_has_something_to_say(plan):
    """No heading stands alone."""
    for part in plan_page(plan).parts:
        assert (part.lines and part.lines[0]) if isinstance(part, Facts) else (part.rows or part.remarks)
        assert isinstance(part, Facts | Table)
