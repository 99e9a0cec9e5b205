"""Options side by side: one seam for the work, one bad option does not lose the others."""

from __future__ import annotations

import json
import multiprocessing
from concurrent.futures import Executor, Future

import pytest

from optimizer import api
from optimizer.decisions import compare as flow
from optimizer.decisions.compare import compare_options
from optimizer.decisions.records import Comparison
from optimizer.decisions.work import How, InThisProcess, Question, local_processes, planned, run_all
from optimizer.errors import Infeasible, NoPlanFound
from optimizer.inputs import Asking, OptionSet, load_options
from tests.unit.report.sample_plan import sample_plan

OPTIONS = """\
format: fleetopt/options/1
options:
  - label: as it stands
  - {label: without T4, forbid: [g4dn.*]}
  - {label: 6 ms, set: {services.encoder.latency.p99_ms: 6}}
  - {label: the same quote, price_rules: [{match: {instance_type: g6.xlarge}, discount_share: 0.1, reason: quote}]}
"""


@pytest.fixture(scope="module")
def options(tmp_path_factory: pytest.TempPathFactory) -> OptionSet:
    """Four options of the smallest scenario, one of which no plan can keep."""
    file = tmp_path_factory.mktemp("options") / "options.yaml"
    file.write_text(OPTIONS, encoding="utf-8")
    return load_options(Asking("single-service"), file)


@pytest.fixture(scope="module")
def found(options: OptionSet) -> Comparison:
    """They are compared in this process."""
    return compare_options(options, How(), InThisProcess())


def test_totals_are_told_as_they_come(options: OptionSet, found: Comparison):
    """Whoever waits sees each total, or that there is no plan, before the comparison is whole."""
    told: list[tuple[str, str]] = []
    compare_options(options, How(), InThisProcess(), lambda stage, detail: told.append((stage, detail)))
    planned = [detail for stage, detail in told if stage.startswith("planned")]
    totals = ["no plan" if answer.total is None else f"USD {answer.total:,.0f}" for answer in found.options]
    expected = [f"{answer.label}, {total}" for answer, total in zip(found.options, totals, strict=True)]
    assert sorted(planned) == sorted(expected)


def test_each_option_is_the_plan_of_its_scenario(options: OptionSet, found: Comparison):
    """Totals, bounds and bills are those of a plan made alone."""
    for item, answer in zip(options.options, found.options, strict=True):
        if answer.total is None:
            continue
        plan = api.plan(item.inputs)
        assert answer.total == plan.objective.total
        assert answer.lower_bound == plan.objective.lower_bound
        assert answer.by_category == dict(plan.cost.by_category)
        assert answer.by_service == dict(plan.cost.by_service)
        hours = sum(period.hours for period in plan.periods)
        rows = [row for row in plan.fleet if row.purchase_option == "on_demand"]
        by_hand = sum(
            count * period.hours
            for row in rows
            for count, period in zip(row.expected_count_by_period, plan.periods, strict=True)
        )
        assert sum(item.average for item in answer.fleet) == pytest.approx(by_hand / hours)


def test_an_option_without_a_plan_says_why(found: Comparison):
    """It is infeasible by name, and the others have their totals."""
    statuses = {option.label: option.status for option in found.options}
    assert statuses["6 ms"] == "infeasible"
    assert [label for label, status in statuses.items() if status == "optimal"] == list(found.plans)
    refused = next(option for option in found.options if option.status == "infeasible")
    assert "encoder cannot meet p99 6 ms" in refused.reasons[0]


def test_what_changes_nothing_differs_by_nothing(found: Comparison):
    """A quote for a type that stays unused leaves the difference at 0 and untold; the first has none."""
    by_label = {option.label: option for option in found.options}
    same = by_label["the same quote"].difference
    assert same is not None
    assert (same.amount, same.told) == (0.0, False)
    assert by_label["as it stands"].difference is None


def test_the_document_is_json_without_plans(found: Comparison):
    """It can be read back, and names the options that have a plan."""
    document = json.loads(found.to_json())
    assert document["format"] == "fleetopt/comparison/1"
    assert document["plans"] == sorted(found.plans)
    assert [option["label"] for option in document["options"]] == [option.label for option in found.options]


@pytest.mark.slow
def test_other_processes_find_the_same(options: OptionSet, found: Comparison):
    """Scenario, catalog, plans and refusals go to other processes and come back whole."""
    with local_processes(2) as executor:
        elsewhere = compare_options(options, How(), executor)
    assert elsewhere.to_json() == found.to_json()


def test_a_fault_of_one_option_does_not_lose_the_others(monkeypatch: pytest.MonkeyPatch, options: OptionSet):
    """An internal error is the answer of its option alone."""

    def failing(scenario: object, _catalog: object, **_options: object) -> object:
        if getattr(scenario, "services")[0].latency_s < 0.01:  # noqa: B009  of the scenario, whatever its type
            message = "objective and bill differ"
            raise RuntimeError(message)
        return sample_plan()

    monkeypatch.setattr("optimizer.decisions.work.plan_scenario", failing)
    monkeypatch.setattr(flow, "work_of", lambda *_: None)
    monkeypatch.setattr(flow, "difference", lambda *_: None)
    answers = compare_options(options, How(), InThisProcess()).options
    assert [answer.status for answer in answers].count("failed") == 1
    assert answers[2].reasons == ("RuntimeError: objective and bill differ",)


@pytest.mark.parametrize(
    ("error", "status"), [(Infeasible(["a", "b"]), "infeasible"), (NoPlanFound("a\nb"), "no_plan")]
)
def test_refusals_keep_their_kind_and_their_sentences(
    monkeypatch: pytest.MonkeyPatch, options: OptionSet, error: Exception, status: str
):
    """What is proved stays proved on its way back."""

    def refuse(*_: object, **__: object) -> object:
        raise error

    monkeypatch.setattr("optimizer.decisions.work.plan_scenario", refuse)
    inputs = options.options[0].inputs
    answer = planned(Question(inputs.scenario, inputs.catalog, How()))
    assert (getattr(answer, "status", None), getattr(answer, "reasons", None)) == (status, ("a", "b"))


class _Backwards(Executor):
    """Finishes the last task first."""

    def __init__(self) -> None:
        self.waiting: list[tuple[Future[object], object, object]] = []

    def submit(self, fn, /, *args, **_):
        future: Future[object] = Future()
        self.waiting.append((future, fn, args))
        if len(self.waiting) == 3:
            for later, work, given in reversed(self.waiting):
                later.set_result(work(*given))
        return future


def test_results_come_in_the_order_of_the_tasks():
    """However they finish, and every end is told with its count."""
    told: list[tuple[int, int]] = []
    results = run_all(_Backwards(), lambda number: number * number, [1, 2, 3], lambda *args: told.append(args))
    assert results == [1, 4, 9]
    assert sorted(number for number, _ in told) == [0, 1, 2]
    assert [count for _, count in told] == [1, 2, 3]


def test_one_task_needs_no_other_process():
    """A pool costs a second; one option is planned where it is asked for."""
    assert isinstance(local_processes(1), InThisProcess)


@pytest.mark.parametrize(("solved", "method"), [(False, "fork"), (True, "spawn")])
def test_copies_are_made_only_of_a_process_that_has_not_solved(
    monkeypatch: pytest.MonkeyPatch, solved: bool, method: str
):
    """A solver's threads do not live on in a copy; where they may be missed, processes start afresh."""
    monkeypatch.setattr("optimizer.decisions.work.copies_pay", lambda: True)
    monkeypatch.setattr("optimizer.decisions.work.solved_before", lambda: solved)
    monkeypatch.setattr("optimizer.decisions.work.os.cpu_count", lambda: 2)
    asked: list[str] = []
    known = multiprocessing.get_context
    monkeypatch.setattr(
        "optimizer.decisions.work.multiprocessing.get_context", lambda name: asked.append(name) or known(name)
    )
    with local_processes(2):
        pass
    assert asked == [method]
