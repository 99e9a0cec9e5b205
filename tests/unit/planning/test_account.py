"""What today's fleet costs, against sums by hand, and whether it holds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from optimizer import api
from optimizer.domain.account import Account
from optimizer.domain.plan import PLAN_FORMAT
from optimizer.errors import InputError
from tests.support.fleet_question import (
    BY_CATEGORY,
    DISK_GB,
    HOURS,
    LOGS,
    NETWORK,
    QUESTION,
    RENT,
    TOTAL,
    planned_question,
    write_question,
)
from tests.unit.inputs.small_files import small_catalog


@pytest.fixture(scope="module", autouse=True)
def _kept(tmp_path_factory: pytest.TempPathFactory):
    """Keep simulated capacities from one test to the next."""
    patch = pytest.MonkeyPatch()
    patch.setenv("FLEETOPT_CACHE", str(tmp_path_factory.mktemp("capacities")))
    yield
    patch.undo()


def _account(folder: Path, *rows: str, **question: object) -> Account:
    fleet, scenario = write_question(folder, *rows, **question)  # type: ignore[arg-type]
    return api.cost(fleet, scenario=scenario)


def test_the_bill_of_three_rows_is_that_worked_out_by_hand(tmp_path: Path) -> None:
    """Every category, every rent line with price, date and source, and the total to the cent."""
    account = _account(tmp_path)
    assert {name: amount for name, amount in account.by("category").items() if amount} == pytest.approx(BY_CATEGORY)
    assert account.total == pytest.approx(TOTAL, abs=0.005)
    rent = [line for line in account.cost.lines if line.category == "compute"]
    assert {line.item: line.amount for line in rent} == pytest.approx(RENT)
    assert {(line.unit_price, line.as_of, line.source) for line in rent} == {
        (0.5, "2026-01", "made for a test"),
        (0.3, "2026-01", "made for a test"),
        (0.8, "2026-01", "made for a test"),
    }
    assert all(line.as_of and line.source for line in account.cost.lines)
    assert account.instances == 9


def test_every_way_of_adding_up_gives_the_total(tmp_path: Path) -> None:
    """By service, location and option against sums by hand; each adds up to the same total."""
    account = _account(tmp_path)
    support = BY_CATEGORY["maintenance"]
    assert account.by("service") == pytest.approx({"search": TOTAL - support - 50_000, "": 50_000 + support}, rel=1e-12)
    assert account.by("option") == pytest.approx(
        {
            "on_demand": RENT["one.large on demand"] + RENT["fast on demand"],
            "committed_1y": RENT["one.large committed 1y"],
            "": TOTAL - sum(RENT.values()),
        }
    )
    there = RENT["fast on demand"] + NETWORK + LOGS + 2 * DISK_GB * 0.1 * 12 + 2 * 15 * 12
    assert account.by("location")["gcp/east"] == pytest.approx(there)
    for name in ("category", "service", "location", "option"):
        assert sum(account.by(name).values()) == pytest.approx(TOTAL, abs=0.005)  # type: ignore[arg-type]


def test_a_signed_row_is_paid_until_its_end_then_on_demand(tmp_path: Path) -> None:
    """Half of 2027 less a day: 180 of 365 days at 0.3, the rest at 0.5."""
    account = _account(tmp_path, "aws,west,a,one.large,committed_1y,2,search,2027-06-30")
    rent = {line.item: line for line in account.cost.lines if line.category == "compute"}
    assert rent["one.large signed until 2027-06-30"].amount == pytest.approx(2 * 0.3 * 180 * 24)
    assert rent["one.large signed until 2027-06-30"].basis == "list"
    assert rent["one.large on demand"].amount == pytest.approx(2 * 0.5 * 185 * 24)


def test_owned_machines_cost_what_owning_takes_and_the_energy_of_their_work(tmp_path: Path) -> None:
    """Two machines at 60 requests/s of at most 2 x 8 / 0.015: idle power, and 150 W more for the share at work.

    Maintenance is a share of 10,000 a year, space 200 a month for each kW at most (with no PUE on it or with it, as a
    plan has it), and no support plan is paid.
    """
    question = QUESTION.replace("name: question", "name: question\nowned: {operator_cost_per_year: 100000}")
    account = _account(tmp_path, "aws,west,,one.large,owned,2,search,", question=question)
    busy = 60 / (8 / 0.015)
    kwh = (2 * 50 + busy * 150) * 1.2 / 1000 * HOURS
    lines = {line.item: line for line in account.cost.lines}
    assert lines["energy"].quantity == pytest.approx(kwh)
    assert lines["energy"].amount == pytest.approx(kwh * 0.09)
    assert lines["hardware maintenance"].amount == pytest.approx(2 * 10_000 * 0.05)
    assert lines["operators"].amount == pytest.approx(2 / 250 * 100_000)
    assert lines["one.large owned"].quantity == 2 * HOURS
    assert lines["one.large owned"].unit_price > 0.0
    assert "support plan, share of spend" not in lines


def test_a_price_that_is_not_known_leaves_no_total(tmp_path: Path) -> None:
    """The rows are named: what the catalog has no figure for, and what a term goes on as where there is none."""
    account = _account(tmp_path, "gcp,east,,plain,on_demand,1,,", "aws,west,,one.large,on_demand,4,search,")
    assert account.unpriced == ("plain in gcp/east, on demand",)
    assert account.total is None
    assert {line.instance_type for line in account.cost.lines if line.category == "compute"} == {"one.large"}
    tables = small_catalog()
    tables["prices.csv"] = [row for row in tables["prices.csv"] if row["price_per_hour"] != 0.5]
    ends = _account(tmp_path, "aws,west,,one.large,committed_1y,4,search,2027-06-30", tables=tables)
    assert ends.unpriced == ("one.large in aws/west, on demand",)


def test_a_fleet_that_holds_says_so_and_one_zone_less_does_not(tmp_path: Path) -> None:
    """Needed are 90 and one tenth retries. Nothing is left of machines in one zone; over three zones it holds."""
    spread = _account(tmp_path, "aws,west,,one.large,on_demand,6,search,")
    (reach,) = spread.reaches or ()
    assert (spread.holds, reach.location, reach.what) == (True, "aws/west", "without its fullest zone")
    assert reach.needed_per_s == pytest.approx(90 * 1.1)
    alone = _account(tmp_path, "aws,west,a,one.large,on_demand,6,search,")
    (reach,) = alone.reaches or ()
    assert (alone.holds, reach.holds, reach.carried_per_s) == (False, False, 0.0)


def test_a_service_that_runs_nowhere_is_named_and_its_data_left_out(tmp_path: Path) -> None:
    """Rows without a service: whether it holds cannot be told, and there is no network and no log line."""
    account = _account(tmp_path, "aws,west,,one.large,on_demand,6,,")
    assert (account.holds, account.unplaced, account.reaches) == (None, ("search",), ())
    assert "network" not in account.by("category")
    assert account.total is not None


def test_the_saving_against_the_plan_is_divided_without_a_rest(tmp_path: Path) -> None:
    """Today's total less the parts is the plan's total; without asking nothing is planned."""
    fleet, scenario = write_question(tmp_path)
    account = api.cost(fleet, scenario=scenario, against_plan=True)
    assert account.plan_total == pytest.approx(api.plan(scenario).objective.total)
    assert account.savings is not None
    assert account.total is not None
    assert account.total - sum(part.amount for part in account.savings) == pytest.approx(account.plan_total)
    assert api.cost(fleet, scenario=scenario).plan_total is None


def test_nothing_is_solved_unless_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a solver that fails, the costing stands."""
    monkeypatch.setattr("optimizer.planning.planner.solve_problem", lambda *_, **__: pytest.fail("solved"))
    assert _account(tmp_path).total == pytest.approx(TOTAL)


def test_a_plan_is_its_own_bill_again(tmp_path: Path) -> None:
    """The record and the file give the same account, whose total is the objective."""
    plan = planned_question()
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(plan.to_dict()), encoding="utf-8")
    account = api.cost(plan)
    assert api.cost(path) == account
    assert account.total == pytest.approx(plan.objective.total, abs=0.005)
    assert account.by("category") == pytest.approx(dict(plan.cost.by_category))
    assert (account.kind, account.reaches, plan.format) == ("plan", None, PLAN_FORMAT)


def _edited(change: str) -> dict:
    document = json.loads(json.dumps(planned_question().to_dict()))
    cost = document["cost"]
    if change == "amount":
        cost["lines"][0]["amount"] += 0.02
    elif change == "price":
        cost["lines"][0]["unit_price"] *= 1.01
    elif change == "category":
        cost["by_category"]["network"] -= 5.0
    elif change == "service":
        cost["by_service"][""] += 1.0
    elif change == "missing":
        del cost["by_category"]["people"]
    elif change == "total":
        cost["total"] += 100.0
    else:
        document["objective"]["total"] -= 100.0
    return document


@pytest.mark.parametrize(
    ("change", "places"),
    [
        ("amount", {"cost.lines.0.amount", "cost.by_category.compute", "cost.total", "objective.total"}),
        ("price", {"cost.lines.0.amount"}),
        ("category", {"cost.by_category.network"}),
        ("service", {'cost.by_service.""'}),
        ("missing", {"cost.by_category.people"}),
        ("total", {"cost.total"}),
        ("objective", {"objective.total"}),
    ],
)
def test_an_edited_plan_is_refused_where_it_does_not_add_up(tmp_path: Path, change: str, places: set[str]) -> None:
    """Every figure that no longer fits is told by its key, with what it should be."""
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(_edited(change)), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        api.cost(path)
    told = {fault.where.removeprefix(f"{path} ") for fault in caught.value.faults}
    assert places <= told
    assert all(fault.code == "wrong-sum" and "found" in fault.what for fault in caught.value.faults)


def test_a_scenario_without_a_fleet_is_refused(tmp_path: Path) -> None:
    """So is a fleet without a scenario, and one without a row; each says what to do."""
    fleet, scenario = write_question(tmp_path)
    with pytest.raises(InputError, match="names no fleet of today"):
        api.cost(scenario)
    with pytest.raises(InputError, match="question running: names no fleet of today"):
        api.cost(api.load_scenario(scenario))
    with pytest.raises(InputError, match="Name one with --scenario"):
        api.cost(fleet)
    fleet.write_text(fleet.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    with pytest.raises(InputError, match="has no row"):
        api.cost(fleet, scenario=scenario)


def test_the_fleet_given_stands_instead_of_the_scenarios_own(tmp_path: Path) -> None:
    """The scenario's `running` is not read then; asked alone it is."""
    fleet, scenario = write_question(tmp_path, question=QUESTION + "running: nowhere.csv\n")
    assert api.cost(fleet, scenario=scenario).instances == 9
    scenario.write_text(QUESTION + "running: fleet.csv\n", encoding="utf-8")
    assert api.cost(scenario) == api.cost(fleet, scenario=scenario)
