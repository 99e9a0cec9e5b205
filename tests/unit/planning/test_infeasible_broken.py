"""Scenarios broken in known ways: what is broken is named, and the printed way out is the least one."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

import pytest

from optimizer.errors import Infeasible, NoAnswer, NoPlanFound
from optimizer.inputs import load_inputs
from optimizer.planning import plan_scenario
from tests.support.asked import shared_store
from tests.support.broken import COUNT, DEFAULT, broken
from tests.support.relaxing import Case, Change, a_little_less, with_change

#: Share of broken scenarios whose broken thing must be named.
NAMED = 0.95


class Answers:
    """The answer to each broken scenario, found once."""

    def __init__(self) -> None:
        self.store = shared_store()
        self._known: dict[int, NoAnswer] = {}

    def to(self, number: int) -> NoAnswer:
        """Return what planning a broken scenario ends with."""
        if number not in self._known:
            item = broken(number)
            with pytest.raises((Infeasible, NoPlanFound)) as caught:
                plan_scenario(item.scenario, item.catalog, store=self.store, verify=False)
            self._known[number] = caught.value
        return self._known[number]

    def fits(self, case: Case) -> bool:
        """Whether a scenario has a plan; its search ends with a plan or with a proof that no choice of blocks fits."""
        try:
            plan_scenario(*case, store=self.store, verify=False, explain=False)
        except (Infeasible, NoPlanFound) as refusal:
            assert "limit came first" not in str(refusal)
            return False
        return True

    def names(self, number: int) -> bool:
        """Whether the broken thing is told, by its key or in its words."""
        answer = self.to(number)
        told = "\n".join([str(answer), *(str(change["key"]) for change in answer.relaxation)])
        return any(word in told for word in broken(number).named)


@pytest.fixture(scope="module")
def answers() -> Answers:
    """One set of answers, and of simulated capacities."""
    return Answers()


def _numbers(chosen: range) -> list[object]:
    slow = pytest.mark.slow
    return [pytest.param(number, marks=() if number in DEFAULT else slow) for number in chosen]


@pytest.mark.parametrize("number", _numbers(range(COUNT)))
def test_the_printed_way_out_is_the_least(number: int, answers: Answers):
    """With the printed changes there is a plan; with any of them 2 % smaller there is none.

    Of a count, 2 % less is one less; of a change that has no size (a location, an option), it is to leave it away.
    """
    item, answer = broken(number), answers.to(number)
    case: Case = (item.scenario, item.catalog)
    if not item.has_way_out:
        assert not answer.relaxation
        assert not answer.ways_out
        return
    assert answer.relaxation
    assert answers.fits(_mended(case, answer.relaxation))
    for at, change in enumerate(answer.relaxation):
        others = _mended(case, [*answer.relaxation[:at], *answer.relaxation[at + 1 :]])
        less = a_little_less(change)
        assert not answers.fits(others if less is None else with_change(others, change, less)), change


def _mended(case: Case, changes: Iterable[Change]) -> Case:
    for change in changes:
        case = with_change(case, change)
    return case


def _share(numbers: Sequence[int], answers: Answers) -> float:
    named = [answers.names(number) for number in numbers]
    lost = [number for number, told in zip(numbers, named, strict=True) if not told]
    sys.stdout.write(f"\nnamed: {sum(named)} of {len(named)} broken scenarios{f', not {lost}' if lost else ''}\n")
    return sum(named) / len(named)


def test_what_is_broken_is_named(answers: Answers):
    """In the scenarios of every run the broken thing is named."""
    assert _share(DEFAULT, answers) >= NAMED


@pytest.mark.slow
def test_what_is_broken_is_named_in_all(answers: Answers):
    """In all sixty scenarios the broken thing is named in 95 % at least."""
    assert _share(range(COUNT), answers) >= NAMED


def test_more_than_any_number_of_instances_carries_is_said_so():
    """What binds is the demand, and no target: a lone request has time to spare."""
    enormous = load_inputs("single-service", ["services.encoder.demand.constant_per_s.us-east=1e9"])
    with pytest.raises((Infeasible, NoPlanFound)) as caught:
        plan_scenario(enormous.scenario, enormous.catalog, store=shared_store(), explain=False)
    (reason,) = caught.value.reasons
    assert "1,000,000,000 requests/s from us-east are more than 20,000 instances carry" in reason
    assert "latency" not in reason
