"""Sections of HTML pages, read as text: what each row says, next to what."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import pytest

from optimizer.decisions.cash.records import CashFlow, CashYear, OptionCash, Signed
from optimizer.decisions.draws.records import DrawnOption, Draws
from optimizer.decisions.records import Comparison, Difference, OptionAnswer, UntilArrival
from optimizer.decisions.screening.records import Screened, Screening
from optimizer.domain.actuals import Actuals, BrokenPeriod, SeriesActuals
from optimizer.domain.plan import Check, Rejected
from optimizer.inputs.option_terms import DrawTerms
from optimizer.report.compare_page import comparison_report
from optimizer.report.formats import Format
from optimizer.report.html.compare import comparison_html
from optimizer.report.html.plan import plan_html
from optimizer.report.html.replan import replan_html
from optimizer.report.plan_buy import buy_facts
from optimizer.report.plan_checked import checked_facts
from optimizer.report.plan_rests import cannot_facts, close_calls_table, estimates_table
from optimizer.report.report import render
from tests.browser.odd_plans import ODD
from tests.unit.report.sample_plan import sample_plan
from tests.unit.report.test_report_regret import WHY, without_high
from tests.unit.report.test_report_replan import sample_replan

pytestmark = pytest.mark.usefixtures("drawn_once")

SERIES = SeriesActuals(
    service="ranking", origin="us-east", hours=504, expected_per_s=500.0, came_per_s=600.0, error_share=0.21,
    above={"high": 0.45}, expected_peak_per_s=900.0, came_peak_per_s=1060.0,
    busiest="workday 23 h on 2027-01-15", correction=1.2,
)  # fmt: skip
CAME = Actuals(
    file="came.csv", step_minutes=60, first_day="2027-01-04", last_day="2027-01-24", days=21, series=(SERIES,),
    unmeasured=(), measured_hours=504, broken_hours=3, broken=(BrokenPeriod("ranking", "workday 14 h", 2, 15),),
    running_per_month=2200.0, hindsight_per_month=2000.0, corrected=True, rule="corrected: each times what came",
)  # fmt: skip


def _rows(html: str, section: str) -> list[list[str]]:
    """Cells of every row of a section, and its other lines, as they are read."""
    inside = html.split(f'id="{section}"')[1].split("</section>", maxsplit=1)[0]
    inside = re.sub(r"<svg.*?</svg>", "", inside, flags=re.DOTALL)
    rows = re.findall(r"<tr.*?</tr>|<dd>.*?</dd>|<h3>.*?</h3>", inside, flags=re.DOTALL)
    cells = [re.findall(r"<(?:th|td|dd|h3)\b.*?</(?:th|td|dd|h3)>", row, flags=re.DOTALL) for row in rows]
    return [[_read(cell) for cell in row] for row in cells]


def _read(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub("<[^>]*>", "", html.replace("</div>", " ")))).strip()


def test_pages_are_split_promised_and_replayed():
    """Every page from every origin against its target; the split adds up to it; a replay is told of its origin."""
    rows = _rows(plan_html(ODD["pages"]()), "pages")
    replayed = "replayed workday 12 h: 49.2 ms replayed sale 12 h: 55.3 ms"
    assert ["home", "us-east", "p99 86.6 of 90 ms", replayed, "aws us-east-1"] in rows
    assert ["home", "us-west", "p99 86.6 of 90 ms", "–", "aws us-east-1"] in rows
    assert ["basket", "us-east", "p99 58.2 of 60.5 ms", "–", "aws us-east-1"] in rows
    assert ["may take", "37.6", "51.7", "0.7", "", "90.0"] in rows
    assert ["promised", "37.0", "49.6", "", "", "86.6"] in rows
    assert ["sale 12 h", "", "", "", "55.3", "55.3"] in rows
    assert ["may take", "60.5", "60.5"] in rows
    assert ["ranking", "aws us-east-1", "8", "99.9375 %", "1.3", "4.0"] in rows


def test_plans_without_pages_have_no_section_of_them():
    """Nor a re-plan without measured counts one of what came."""
    assert 'id="pages"' not in plan_html(sample_plan().to_dict())
    assert 'id="came"' not in replan_html(sample_replan().to_dict())


def test_what_starts_and_what_is_left_to_pay_are_told_with_what_to_buy():
    """In the words of the screen: instances that must start, what is owed after the horizon, and how much is billed."""
    plan = sample_plan()
    document = plan.replace(obligation_after_horizon=1234.0).to_dict()
    rows = _rows(plan_html(document), "buy")
    start = next(facts for facts in buy_facts(plan) if facts.heading == "To get")
    assert [" · ".join(start.lines[0])] in rows
    assert ["USD 1,234 still to be paid when the horizon ends · none of it in this bill"] in rows
    document["cost"]["by_category"]["obligation"] = 99.0
    assert ["USD 1,234 still to be paid when the horizon ends · 99 of it in this bill"] in _rows(
        plan_html(document), "buy"
    )


@pytest.mark.parametrize("estimated", [True, False])
def test_a_page_rests_on_the_estimates_that_the_screen_names(estimated: bool):
    """What, basis and money a month are those of the screen; a plan without estimates says so."""
    plan = sample_plan()
    if not estimated:
        lines = tuple(replace(line, basis="list") for line in plan.cost.lines)
        pools = tuple(replace(pool, basis="measured") for pool in plan.pools)
        plan = plan.replace(pools=pools, cost=replace(plan.cost, lines=lines))
    told = estimates_table(plan)
    html = plan_html(plan.to_dict())
    rows = [row[:3] for row in _rows(html, "estimates")]
    assert rows[1:] == [list(row.cells[:3]) for row in told.rows]
    assert bool(told.rows) == estimated
    assert all(remark in html for remark in told.remarks)


def test_two_pools_of_one_price_rest_on_it_once():
    """Pools that differ in batch size and nothing else share the rent of their type: it is counted once."""
    plan = sample_plan()
    first = next(pool for pool in plan.pools if pool.basis == "estimated")
    twice = plan.replace(pools=(*plan.pools, replace(first, batch_size=first.batch_size + 1)))
    assert estimates_table(twice) == estimates_table(plan)


def test_types_that_cannot_serve_are_counted_as_on_the_screen():
    """Where reasons differ each has its count and rare ones are counted together; where all agree, once."""
    rare = tuple(Rejected("s", f"t{number}", "cannot", f"reason {number}", None) for number in range(5))
    for rejected in (sample_plan().rejected, rare):
        plan = sample_plan().replace(rejected=rejected)
        facts = cannot_facts(plan)
        assert facts is not None
        html = plan_html(plan.to_dict()).split('id="cannot"')[1].split("</section>", maxsplit=1)[0]
        assert [_read(item) for item in re.findall("<li>.*?</li>", html)] == [" · ".join(line) for line in facts.lines]
    assert 'id="cannot"' not in plan_html(sample_plan().replace(rejected=()).to_dict())


def test_a_rise_that_is_only_bounded_says_so():
    """As on the screen: `from` before what is at least added."""
    rows = {row[0]: row[1] for row in _rows(plan_html(sample_plan().to_dict()), "close")[1:]}
    told = {row.cells[0]: row.cells[1] for row in close_calls_table(sample_plan()).rows}
    assert rows.keys() == told.keys()
    assert (
        {name for name, rise in rows.items() if rise.startswith("from +")}
        == {name for name, rise in told.items() if rise.startswith("from +")}
        != set()
    )


def test_the_hardest_replayed_minutes_are_told_with_the_checks():
    """The words and figures of the screen; nothing where no share of late requests was checked."""
    plan = sample_plan()
    late = Check("latency", "ranking", 1.0 - 0.99, 0.0069, 0.0031, holds=True)
    plan = plan.replace(checks=(*plan.checks, late), inputs={**plan.inputs, "services": [{"percentile": 0.99}]})
    (said,) = (piece for line in checked_facts(plan).lines for piece in line if piece.startswith("hardest"))
    assert said == "hardest minutes replayed: 0.69 % of requests late, 1.00 % allowed"
    assert said in _read(plan_html(plan.to_dict()))
    others = tuple(check for check in plan.checks if check.rule != "latency")
    assert "hardest minutes" not in plan_html(plan.replace(checks=others).to_dict())


def test_a_check_that_fails_is_told_once():
    """The sentence that says where, beside figures only where there are any; counts and verbs agree."""
    where = "ranking on g4dn.xlarge in aws/us-east-1 zone a"
    fails = Check("latency", where, None, None, None, False, f"{where}: overhead is 4 ms (the plan says 50)")
    plan = sample_plan()
    html = plan_html(plan.replace(checks=(*plan.checks, fails)).to_dict())
    first = _rows(html, "checks")[1]
    assert first == ["latency", "NO", "", "", "", fails.detail]
    count = len(plan.checks) + 1
    assert f"1 of {count} checks fails: do not act on this plan" in _read(html)


def test_the_margin_of_a_replay_is_explained():
    """Where it comes from an interval."""
    late = Check("latency", "ranking", 0.01, 0.0098, 0.0004, True)
    plan = sample_plan()
    note = "Latency, shares of late requests: the margin is the limit less the lower end"
    assert note in _read(plan_html(plan.replace(checks=(*plan.checks, late)).to_dict()))
    others = tuple(check for check in plan.checks if check.rule != "latency")
    assert note not in _read(plan_html(plan.replace(checks=others).to_dict()))


def test_what_came_is_told_beside_the_forecast():
    """Rates, their difference, what broke in which hours, and what hindsight would have paid."""
    rows = _rows(replan_html(sample_replan(actuals=CAME).to_dict()), "came")
    most = "busiest 1,060 at workday 23 h on 2027-01-15, planned for 900 at most"
    assert ["ranking us-east", "500.0", "600.0"] in rows
    assert ["ranking", "us-east", "500", "600", "+20.0 %", "21.0 %", "45.0 %", "× 1.200", most] in rows
    assert ["2027-01-04 to 2027-01-24 · 21 days · steps of 60 minutes"] in rows
    assert ["broken in 3 of 504 measured hours of services"] in rows
    cheapest = "USD 2,000 a month, the cheapest for what came"
    assert [f"{cheapest} · the running fleet: USD 2,200 a month, +10.0 %"] in rows
    assert ["corrected: each times what came"] in rows
    assert ["ranking", "workday 14 h", "2", "15", ""] in rows


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"broken": (), "broken_hours": 0}, "the running fleet carried all 504 measured hours as promised"),
        ({"hindsight_per_month": None}, "no fleet carries all that came"),
        ({"unmeasured": ("ranking/us-west",)}, "taken as expected: ranking/us-west"),
        ({"step_minutes": 5}, "2027-01-04 to 2027-01-24 · 21 days · steps of 5 minutes"),
    ],
)
def test_what_did_not_come_is_told_as_well(changes: dict[str, object], said: str):
    """Kept promises, hindsight without a plan, and series that nobody measured."""
    html = replan_html(sample_replan(actuals=replace(CAME, **changes)).to_dict())  # type: ignore[arg-type]
    assert [said] in _rows(html, "came")
    assert ("coarser counts are assumed" in html) == (changes.get("step_minutes") != 5)


def test_an_uncorrected_forecast_has_no_factor():
    """Where the forecast was not corrected no column says by how much."""
    html = replan_html(sample_replan(actuals=replace(CAME, corrected=False)).to_dict())
    assert "corrected by" not in html


def test_many_broken_hours_are_folded():
    """The first five stand in the page, a folded table has all."""
    broken = tuple(BrokenPeriod("ranking", f"workday {hour:02d} h", 9 - hour, 15) for hour in range(8))
    html = replan_html(sample_replan(actuals=replace(CAME, broken=broken)).to_dict())
    hours = [f"workday {hour:02d} h" for hour in range(8)]
    assert [row[1] for row in _rows(html, "came") if len(row) == 5 and row[1] in hours] == [*hours[:5], *hours]


def test_regret_has_a_table_for_each_set_of_prices():
    """Rows that sign the same are one; a demand without a plan has a row without figures, and its reason once."""
    rows = _rows(comparison_html(without_high().to_dict()), "regret")
    head = ["low comes", "high comes", "largest regret", "expected"]
    assert [row for row in rows if row[0] in ("At today's prices", "If spot doubles", "commitments for")] == [
        ["At today's prices"], ["commitments for", *head], ["If spot doubles"], ["commitments for", *head[:2]],
    ]  # fmt: skip
    signed = "low3 × one 1 year aws eastthe same for low, spot doubles"
    assert [signed, "100", "–", "50", "200"] in rows
    assert ["highno plan, proventhe same for high, spot doubles", "–", "–", "–", "–"] in rows
    assert ["low", "100", "–"] in rows
    assert [f"no plan, proven: {WHY}"] in rows
    assert ["commitments for low"] in rows


def _compared(**found: object) -> dict[str, object]:
    """Two options of a year, one of which could not be drawn."""
    options = (
        OptionAnswer("as it stands", (), "optimal", total=12_000.0, months=12.0),
        OptionAnswer("late", (), "optimal", total=24_000.0, months=24.0),
    )
    return Comparison("fleetopt/comparison/1", "shop", "USD", options, **found).to_dict()  # type: ignore[arg-type]


def test_drawn_totals_are_shown_a_month():
    """Each over the months of its own option; what scatters is told, and why an option has no draws."""
    drawn = DrawnOption("as it stands", 12_120.0, 24.0, 11_400.0, 12_060.0, 13_200.0, 0.9, 0.02)
    options = (drawn, DrawnOption("late", reasons=("its machines arrive later.",)))
    terms = DrawTerms(spot_spread=0.3, zone_outages_per_year=0.5, zone_outage_hours=3.0)
    html = comparison_html(_compared(draws=Draws(200, 7, ("low", "mid", "high"), terms, options)))
    rows = _rows(html, "draws")
    assert ["as it stands", "950", "1,005", "1,100"] in rows
    assert ["as it stands", "1,010", "±2", "90.0 %", "±2.0 %"] in rows
    assert ["its machines arrive later."] in rows
    assert ["normal, low to high: one draw in twenty passes each end"] in rows
    assert [row for row in rows if row[0].startswith("spot ±30")]
    assert [row for row in rows if row[0].startswith("0.50 a year of each zone, 3.0 hours")]
    assert "In <span" in html.split('id="draws"')[1].split("</h2>")[0]


def test_types_worth_a_quote_are_told_with_the_price_they_enter_at():
    """The nearest fifteen stand in the page, a folded table has all; a price above today's is explained."""
    types = tuple(
        Screened("aws", f"g{n}.xlarge", 1.2 - n / 20.0, "index in own/ashburn", "own/ashburn", "on_demand", 2.0, 1.5)
        for n in range(17)
    )
    html = comparison_html(_compared(screening=Screening(types, ("azure/x",))))
    rows = _rows(html, "screening")
    assert ["aws g0.xlargeown ashburn, on demand, instead of index", "2.000", "1.500", "+20.0 %"] in rows
    shown = [row[0].split("own ")[0] for row in rows if row[0].startswith("aws g")]
    assert shown == [f"aws g{n}.xlarge" for n in (*range(15), *range(17))]
    assert "1</span> type can take the place of no pool" in html
    assert "a limit of the scenario keeps the type out" in html


def test_what_was_not_asked_for_has_no_section():
    """Neither draws nor a screening."""
    html = comparison_html(_compared())
    assert 'id="draws"' not in html
    assert 'id="screening"' not in html


def test_a_target_is_not_rounded_to_whole_milliseconds():
    """What stages of a page may take is 37.6 ms, not 38."""
    plan = sample_plan()
    pools = tuple(replace(pool, target={"p99_ms": 37.63}, promised={"p99_ms": 37.03}) for pool in plan.pools)
    html = plan_html(plan.replace(pools=pools).to_dict())
    assert any("p99 37.0 of 37.6 ms" in row for row in _rows(html, "run"))


def test_money_later_is_told_with_what_changes():
    """What is bought when, what machines are worth, and why an option has no payments."""
    bought = Signed("own/east", "gpu-4x", "owned", 3, 52_000.0)
    years = (CashYear(1, 1.0, 1.0, 900.0, (bought,)), CashYear(2, 1.0, 1.0, 900.0, ()))
    first = OptionCash("as it stands", (10.0, 20.0), (10.0, 30.0), 30.0, 29.0, None, years)
    flow = CashFlow(1, 0.08, 0.0, 0.0, None, "as it stands", (first, OptionCash("late", reasons=("has no plan.",))))
    html = comparison_html(_compared(cash_flow=flow))
    constant = "Demand and prices stay as they are; machines lose value in a straight line"
    assert constant in _read(html.split('id="cash"')[1])
    assert ["as it standsyear 1: 3 × gpu-4x owned own east", "30", "29", ""] in _rows(html, "cash")
    assert ["has no plan."] in _rows(html, "cash")
    moving = replace(flow, demand_growth_per_year=0.2, rent_decline_per_year=0.05, value_kept_per_year=0.7)
    said = _read(comparison_html(_compared(cash_flow=moving)).split('id="cash"')[1])
    assert "Demand +20.0 % and rent -5.0 % a year, each year planned anew; machines keep 70.0 % of" in said


def test_months_until_machines_arrive_are_told_apart():
    """As on the screen: what a month costs until then, and after."""
    option = OptionAnswer(
        "as it stands", (), "optimal", total=12_000.0, months=12.0, until_arrival=UntilArrival(3, 4_500.0, ())
    )
    html = comparison_html(Comparison("fleetopt/comparison/1", "shop", "USD", (option,)).to_dict())
    assert "1,500 a month until they arrive, 833 after that" in _rows(html, "options")[1][0]


@pytest.mark.parametrize("told", [True, False])
def test_what_a_dash_of_a_difference_means_is_told_where_there_is_one(told: bool):
    """On the page and on the screen: - where the gaps of two plans could hold the difference."""
    parts = dict.fromkeys(("price", "performance", "rounding", "commitments", "other"), 0.0)
    apart = Difference(10.0, -5.0 if not told else 5.0, 20.0, told, parts)
    option = OptionAnswer("as it stands", (), "optimal", total=12_000.0, months=12.0)
    found = Comparison(
        "fleetopt/comparison/1", "shop", "USD", (option, replace(option, label="other", difference=apart))
    )
    assert ("could hold" in comparison_html(found.to_dict())) == (not told)
    assert ("could hold" in render(comparison_report(found), Format.TABLE)) == (not told)
