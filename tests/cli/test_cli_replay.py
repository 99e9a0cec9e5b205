"""``fleetopt verify --replay``: how a question is asked, and what the command ends with."""

from __future__ import annotations

import pytest

from optimizer import api
from optimizer.domain.plan import Check
from optimizer.domain.second_reading import SecondReading
from optimizer.verification.replaying import WhatIf
from optimizer.verification.replaying.lost_zone import Assumed, ZoneLossReport
from tests.cli import fake_rooms


@pytest.fixture
def asked(invoke):
    """Run `verify plan.json` with options; return the question and the seed that were asked."""

    def run(*options):
        fake_rooms.replay.asked = None
        result = invoke("verify", "plan.json", *options)
        assert result.exit_code == 0, result.output
        return fake_rooms.replay.asked

    return run


@pytest.mark.parametrize(
    ("options", "what_if"),
    [
        (["--replay"], WhatIf()),
        (["--replay", "--without-zone"], WhatIf(zone="fullest")),
        (["--without-zone", "fullest"], WhatIf(zone="fullest")),
        (["--replay", "--without-zone", "aws/us-east-1/a"], WhatIf(zone="aws/us-east-1/a")),
        (["--without-zone", "--scale", "1.15"], WhatIf(zone="fullest", scale=1.15)),
        (["--replay", "--without-region", "aws/us-east-1"], WhatIf(region="aws/us-east-1")),
        (["--without-spot"], WhatIf(spot=True)),
        (["--without-instance"], WhatIf(instance=True)),
        (["--replay", "--demand", "low"], WhatIf(demand="low")),
        (["--scale", "1"], WhatIf()),
    ],
)
def test_options_are_a_question(asked, options, what_if):
    """Each option alone asks for a replay; a zone need not be named."""
    assert asked(*options) == (what_if, 0)


def test_the_seed_is_passed_on(asked):
    """The traffic is chosen by it, and it alone asks for a replay as well."""
    assert asked("--seed", "7") == (WhatIf(), 7)


def test_a_plan_file_is_no_zone(invoke):
    """`--without-zone plan.json` names the plan, not a zone."""
    assert invoke("verify", "--replay", "--without-zone", "plan.json").exit_code == 0
    assert fake_rooms.replay.asked == (WhatIf(zone="fullest"), 0)


def test_without_a_question_nothing_is_replayed(asked):
    """Plain `verify` reads the rules alone."""
    assert asked() is None


@pytest.mark.parametrize("ending", ["fails", "breaks"])
def test_a_failed_rule_or_a_broken_promise_ends_with_1(invoke, ending):
    """Either is enough, and both are shown."""
    result = invoke("verify", "plan.json", "--replay", ending=ending)
    assert result.exit_code == 1
    assert "Verdict" in result.stdout
    assert result.stdout.rstrip().endswith("do not act on this plan") == (ending == "fails")


def test_a_plan_that_cannot_be_read_is_not_replayed(invoke, monkeypatch):
    """The faults of its structure are the answer."""
    broken = Check("structure", "pools[0]", None, None, None, holds=False, detail="pools[0]: 1 value for 2 periods")
    monkeypatch.setattr(api, "verify", lambda *_: SecondReading("plan.json", (broken,)))
    fake_rooms.replay.asked = None
    result = invoke("verify", "plan.json", "--replay")
    assert result.exit_code == 1
    assert "1 value for 2 periods" in result.stdout
    assert fake_rooms.replay.asked is None


@pytest.mark.parametrize("format_", ["table", "json", "csv", "markdown"])
def test_every_format_goes_to_stdout(invoke, format_):
    """Progress stays on stderr."""
    result = invoke("verify", "plan.json", "--replay", "--format", format_)
    assert result.exit_code == 0
    assert "encoder" in result.stdout
    assert "replay: as planned" in result.stderr
    assert "replay: as planned" not in result.stdout


def test_quiet_says_nothing_but_the_result(invoke):
    """No progress."""
    assert invoke("verify", "plan.json", "--replay", "--quiet").stderr == ""


def test_a_lost_zone_is_a_question_of_its_own(invoke, monkeypatch):
    """It may stand alone or name a zone, and ends with 1 where a promise does not hold again; not with other losses."""
    asked = []

    def lost(_plan, zone, *, seed):
        asked.append((zone, seed))
        return ZoneLossReport((), (), Assumed(), seed, "plain", ("nothing",))

    monkeypatch.setattr(api, "lose_zone", lost)
    assert invoke("verify", "--replay", "--lose-zone", "plan.json").exit_code == 0
    assert invoke("verify", "plan.json", "--lose-zone", "aws/us-east-1/b", "--seed", "3").exit_code == 0
    assert asked == [("fullest", 0), ("aws/us-east-1/b", 3)]
    refused = invoke("verify", "plan.json", "--lose-zone", "--scale", "2")
    assert refused.exit_code == 1
    assert "question of its own" in refused.output + refused.stderr
    monkeypatch.setattr(ZoneLossReport, "holds", property(lambda _: False))
    assert invoke("verify", "plan.json", "--lose-zone").exit_code == 1


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--replay", "--whole-day"], (None, WhatIf(), 0)),
        (["--whole-day", "sale"], ("sale", WhatIf(), 0)),
        (["--replay", "--whole-day", "--scale", "1.15", "--seed", "3"], (None, WhatIf(scale=1.15), 3)),
        (["--whole-day", "sale", "--demand", "low", "--without-zone"], ("sale", WhatIf("fullest", demand="low"), 0)),
    ],
)
def test_a_whole_day_is_asked_for(invoke, options, expected):
    """Alone or with its day type, and with what else a replay is asked."""
    fake_rooms.play_day.asked = fake_rooms.replay.asked = None
    result = invoke("verify", "plan.json", *options)
    assert result.exit_code == 0, result.output
    assert "a whole day" in result.stdout
    assert fake_rooms.play_day.asked == expected
    assert fake_rooms.replay.asked is None


def test_a_plan_file_is_no_day_type(invoke):
    """`--whole-day plan.json` names the plan."""
    assert invoke("verify", "--whole-day", "plan.json").exit_code == 0
    assert fake_rooms.play_day.asked == (None, WhatIf(), 0)


@pytest.mark.parametrize("ending", ["fails", "breaks"])
def test_a_day_that_breaks_or_a_failed_rule_ends_with_1(invoke, ending):
    """Either is enough."""
    result = invoke("verify", "plan.json", "--whole-day", ending=ending)
    assert result.exit_code == 1
    assert "Verdict" in result.stdout


@pytest.mark.parametrize("format_", ["table", "json", "csv", "markdown"])
def test_a_day_in_every_format(invoke, format_):
    """On stdout; progress stays on stderr."""
    result = invoke("verify", "plan.json", "--whole-day", "--format", format_)
    assert result.exit_code == 0
    assert "20:35" in result.stdout
    assert "replay: the whole day" in result.stderr


def test_a_whole_day_and_a_lost_zone_are_two_questions(invoke):
    """One at a time."""
    refused = invoke("verify", "plan.json", "--whole-day", "--lose-zone")
    assert refused.exit_code == 1
    assert "question of its own" in refused.output + refused.stderr


def test_a_whole_day_and_a_log_are_two_questions(invoke, tmp_path):
    """One at a time."""
    log = tmp_path / "log.csv"
    log.write_text("time\n0\n", encoding="utf-8")
    refused = invoke("verify", "plan.json", "--whole-day", "--trace", str(log))
    assert refused.exit_code == 1
    assert "question of its own" in refused.output + refused.stderr
