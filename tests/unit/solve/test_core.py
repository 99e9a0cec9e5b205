"""Solving over few blocks finds what solving over all of them finds, and its bound holds whatever the prices are."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.formulation.problem import Columns, Problem, Rows
from optimizer.solve import Status, core, run, solve_problem
from optimizer.solve.core import floor_of, solve_core, without_blocks

whole = partial(run._solved_whole, seed=0, deadline=None)
INFINITE = float("inf")


def chosen_and_bought(case: int, blocks: int = 24, pairs: int = 4, slots: int = 3) -> Problem:
    """Blocks that each serve one or two pairs, instances bought for the slots that they use, and a limit on blocks.

    Rents are shared, so what a block costs depends on the others; some blocks cost about the same.
    """
    rng = np.random.default_rng(case)
    serves = rng.random((pairs, blocks)) < 0.35
    serves[rng.integers(pairs, size=blocks), np.arange(blocks)] = True
    serves[np.arange(pairs), np.arange(pairs)] = True
    use = rng.integers(0, 6, (slots, blocks)).astype(float)
    cost = np.concatenate([rng.integers(5, 40, blocks) - 3.0, rng.uniform(1.0, 4.0, slots)])
    upper = np.concatenate([np.ones(blocks), np.full(slots, 200.0)])
    integer = np.concatenate([np.ones(blocks, bool), rng.random(slots) < 0.5])
    number = np.arange(blocks)
    served = Rows.from_lists(
        "served",
        tuple("abcd"[:pairs]),
        [number[row] for row in serves],
        [np.ones(row.sum()) for row in serves],
        1.0,
        1.0,
    )
    served = Rows(served.rule, served.labels, served.row, served.column, served.value, np.ones(pairs), np.ones(pairs))
    bought = Rows.from_lists(
        "bought",
        tuple(f"slot {slot}" for slot in range(slots)),
        [np.append(number, blocks + slot) for slot in range(slots)],
        [np.append(-row, 2.0) for row in use],
        np.zeros(slots),
        np.full(slots, INFINITE),
    )
    few = Rows.from_lists("few", ("few",), [number], [np.ones(blocks)], [-INFINITE], [float(rng.integers(1, 4))])
    return Problem(Columns(cost, upper, integer), (served, bought, few), 0.0, blocks)


@pytest.fixture
def small_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    """Use the core for small problems as well, from two blocks on."""
    monkeypatch.setattr(run, "LEAST_BLOCKS", 1)
    monkeypatch.setattr(core, "FIRST_BLOCKS", 2)


@pytest.mark.usefixtures("small_cores")
@pytest.mark.parametrize("gap", [0.0, 0.05])
def test_same_answer_as_over_all_blocks(gap: float):
    """Status, cost and bound are those of the whole problem; some cases have no answer, some need a second look."""
    infeasible = 0
    for case in range(40):
        problem = chosen_and_bought(case)
        peer, found = whole(problem, gap=0.0), solve_problem(problem, seed=0, gap=gap, time_limit_s=None)
        assert found.status is peer.status
        if peer.values is None:
            infeasible += 1
            continue
        assert found.values is not None
        best, cost = float(problem.columns.cost @ peer.values), float(problem.columns.cost @ found.values)
        assert cost <= best / (1.0 - gap) + 1e-6
        assert found.lower_bound <= best + 1e-6
        assert found.lower_bound >= cost * (1.0 - gap) - 1e-6
        _keeps_every_row(problem, found.values)
    assert 0 < infeasible < 30


def _keeps_every_row(problem: Problem, values: np.ndarray) -> None:
    for rows in problem.rows:
        sums = rows.dense(values.size) @ values
        assert (sums >= rows.lower - 1e-6).all()
        assert (sums <= rows.upper + 1e-6).all()


@settings(max_examples=60, deadline=None)
@given(case=st.integers(0, 10_000), scale=st.sampled_from([0.0, 1.0, 30.0]))
def test_floors_hold_at_any_prices(case: int, scale: float):
    """No choice costs less than the floor, with what its dearest block adds, at prices drawn at random."""
    problem = chosen_and_bought(case, blocks=6, pairs=2, slots=2)
    prices = scale * np.random.default_rng(case).standard_normal(5)
    floor = floor_of(problem, prices)
    assert np.isfinite(floor.least)
    for chosen in product((0.0, 1.0), repeat=6):
        cost = _cost_of(problem, np.array(chosen))
        assert floor.least + float(floor.added @ np.array(chosen)) <= cost + 1e-9 * (1.0 + abs(floor.least))


def _cost_of(problem: Problem, chosen: np.ndarray) -> float:
    """Cost of a choice with the fewest instances; infinite where it breaks a row."""
    served, bought, _ = (rows.dense(problem.columns.cost.size) for rows in problem.rows)
    blocks = problem.block_count
    if (served[:, :blocks] @ chosen != 1.0).any() or chosen.sum() > problem.rows[2].upper[0]:
        return INFINITE
    need = -(bought[:, :blocks] @ chosen) / 2.0
    instances = np.where(problem.columns.integer[blocks:], np.ceil(need), need)
    return float(problem.columns.cost @ np.concatenate([chosen, instances]))


def test_prices_of_the_relaxation_prove_its_value():
    """With the solver's own prices the floor is the relaxation, not some weaker bound: blocks are told apart."""
    for case in range(8):
        problem = chosen_and_bought(case)
        prices = run._prices(problem, 0, None)
        if prices is None:
            continue
        floor = floor_of(problem, prices)
        relaxed = Columns(problem.columns.cost, problem.columns.upper, np.zeros(problem.columns.cost.size, bool))
        value = whole(Problem(relaxed, problem.rows, 0.0, problem.block_count), gap=0.0).lower_bound
        assert floor.least == pytest.approx(value, rel=1e-6)
        assert (floor.added > 0.0).any()


def test_blocks_that_may_be_cheaper_are_looked_at_again(monkeypatch: pytest.MonkeyPatch):
    """Blocks that add little by the prices but were not among the first are solved over before anything is claimed."""
    monkeypatch.setattr(core, "FIRST_BLOCKS", 1)
    cost = np.array([10.0, 4.0, 4.0, 50.0])
    rows = Rows.from_lists(
        "served", ("a", "b"), [np.array([0, 1, 3]), np.array([0, 2, 3])], [np.ones(3), np.ones(3)], [1, 1], [1, 1]
    )
    problem = Problem(Columns(cost, np.ones(4), np.ones(4, bool)), (rows,), 0.0, 4)
    solved = []

    def noted(part: Problem):
        solved.append(part.block_count)
        return whole(part, gap=0.0)

    found = solve_core(problem, np.array([4.5, 4.0]), noted)  # prices that make the dear block 0 look best
    assert found.values is not None
    assert found.values.tolist() == [0.0, 1.0, 1.0, 0.0]
    assert found.lower_bound == pytest.approx(8.0)
    assert solved[-1] < 4


@pytest.mark.usefixtures("small_cores")
def test_columns_without_a_limit():
    """Columns that may grow for ever, as those that stretch a limit do, change no answer; floors may then be none."""
    for case in range(6):
        problem = chosen_and_bought(case)
        columns = replace(problem.columns, upper=np.where(problem.columns.upper > 1.0, INFINITE, problem.columns.upper))
        unlimited = replace(problem, columns=columns)
        peer, found = whole(unlimited, gap=0.0), solve_problem(unlimited, seed=0, gap=0.0, time_limit_s=None)
        assert found.status is peer.status
        assert found.cost == pytest.approx(peer.cost)
        assert floor_of(unlimited, np.zeros(8)).least == 0.0
        assert floor_of(unlimited, np.full(8, 9.0)).least == -INFINITE


def test_a_limit_of_time_gives_no_false_bound(monkeypatch: pytest.MonkeyPatch):
    """Where the time ends over a few blocks, the bound is no higher than what the blocks left out allow."""
    monkeypatch.setattr(core, "FIRST_BLOCKS", 4)

    def stopped(part: Problem):
        outcome = whole(part, gap=0.0)
        return replace(outcome, status=Status.FEASIBLE if outcome.values is not None else outcome.status)

    statuses = set()
    for case in range(20):
        problem = chosen_and_bought(case)
        prices = run._prices(problem, 0, None)
        if prices is None:
            continue
        found, best = solve_core(problem, prices, stopped), whole(problem, gap=0.0)
        statuses.add(found.status)
        assert best.values is None or found.lower_bound <= best.lower_bound + 1e-6
    assert Status.FEASIBLE in statuses


def test_columns_left_out_are_gone_everywhere():
    """Without some blocks, costs and rows are those of the others."""
    problem = chosen_and_bought(1)
    kept = np.arange(problem.block_count) % 3 != 0
    fewer = without_blocks(problem, kept)
    columns = np.append(kept, np.ones(3, bool))
    assert fewer.block_count == kept.sum()
    assert fewer.columns.cost.tolist() == problem.columns.cost[columns].tolist()
    for part, rows in zip(fewer.rows, problem.rows, strict=True):
        assert np.array_equal(part.dense(columns.sum()), rows.dense(columns.size)[:, columns])
