"""What each command asks for, prints and ends with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from optimizer.cli.main import app
from tests.cli import fake_rooms
from tests.unit.report.sample_plan import sample_plan


def test_plan_prints_the_page_and_nothing_else(invoke):
    """The result on stdout; progress and warnings on stderr."""
    result = invoke("plan", "shop-search")
    assert result.exit_code == 0
    assert result.stdout.startswith("shop-search · 12 months")
    assert "warning" not in result.stdout
    assert "solve" not in result.stdout


def test_plan_passes_its_options_on(invoke):
    """Overrides in order, the seed, the gap as a share, the limit in seconds, the cache switched off."""
    result = invoke(
        "plan", "my.yaml", "--set", "a.b=1", "--set", "c=2", "--with", "part.yaml", "--seed", "7", "--gap", "0",
        "--time-limit", "2.5", "--no-cache",
    )  # fmt: skip
    assert result.exit_code == 0
    inputs, options = fake_rooms.plan.asked
    assert (inputs.scenario, inputs.catalog) == ("my.yaml", (("a.b=1", "c=2"), (Path("part.yaml"),)))
    assert options == {"seed": 7, "gap": 0.0, "time_limit_s": 2.5, "use_cache": False, "copies": True}


def test_plan_without_options_leaves_the_choice_to_the_planner(invoke):
    """No gap, no limit, seed 0, cache on."""
    invoke("plan", "my.yaml")
    assert fake_rooms.plan.asked[1] == {"seed": 0, "gap": None, "time_limit_s": None, "use_cache": True, "copies": True}


def test_each_warning_is_told_once(invoke):
    """The inputs repeat a warning; the planner reads it once, on stderr."""
    assert invoke("plan", "shop-search").stderr.count("warning: catalog public-cloud") == 1


def test_quiet_says_nothing_but_the_result(invoke):
    """No progress, no warning; with -o no page either."""
    assert invoke("plan", "shop-search", "--quiet").stderr == ""


@pytest.mark.parametrize(
    ("ending", "exit_code", "told"),
    [
        ("fault", 1, str(fake_rooms.FAULT)),
        ("infeasible", 3, fake_rooms.REASON),
        ("no plan", 4, "the time limit came first"),
        ("unverified", 1, "failed its second reading"),
        ("bug", 1, "fleetopt: internal error: RuntimeError: objective and bill differ by 3.14 (--debug shows where)"),
        ("interrupt", 130, "stopped"),
    ],
)
def test_every_ending_has_its_exit_code_and_message(invoke, ending, exit_code, told):
    """The message is on stderr, stdout stays empty, and no traceback is shown."""
    result = invoke("plan", "shop-search", ending=ending)
    assert result.exit_code == exit_code
    assert told in result.stderr
    assert result.stdout == ""
    assert "Traceback" not in result.stderr


def test_every_fault_and_every_reason_is_told(invoke):
    """Not only the first one."""
    assert "shop.yaml:20 horizon: missing.\n2 faults" in invoke("plan", "x", ending="fault").stderr
    assert "retrieval cannot serve origin mars." in invoke("plan", "x", ending="infeasible").stderr


@pytest.mark.parametrize("ending", ["fault", "bug"])
def test_debug_shows_the_traceback(invoke, ending):
    """Asked for, it stands above the same message, and the exit code stays."""
    result = invoke("plan", "shop-search", "--debug", ending=ending)
    assert result.exit_code == 1
    assert "Traceback (most recent call last)" in result.stderr
    assert result.stderr.index("Traceback") < result.stderr.index("found -5" if ending == "fault" else "internal error")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["plan"],
        ["plan", "x", "--no-such-option"],
        ["plan", "x", "--format", "xml"],
        ["plan", "x", "--gap", "nan"],
        ["plan", "x", "--gap", "1"],
        ["plan", "x", "--gap", "-0.1"],
        ["plan", "x", "--time-limit", "0"],
        ["plan", "x", "--time-limit", "inf"],
        ["plan", "x", "--seed", "-1"],
        ["plan", "x", "--seed", "2147483648"],
        ["no-such-command"],
        ["catalog"],
        ["catalog", "show"],
    ],
)
def test_wrong_usage_exits_2(invoke, arguments):
    """A wrong command line is told apart from a wrong input."""
    assert invoke(*arguments).exit_code == 2


def test_verify_exits_0_if_everything_holds(invoke):
    """The table on stdout."""
    result = invoke("verify", "plan.json")
    assert result.exit_code == 0
    assert "all hold" in result.stdout


def test_verify_exits_1_if_anything_fails_and_still_shows_everything(invoke):
    """The failed check and those that hold; in JSON, too."""
    result = invoke("verify", "plan.json", ending="fails")
    assert result.exit_code == 1
    assert "the lines add up to 4.20 more" in result.stdout
    assert "retrieval" in result.stdout
    document = json.loads(invoke("verify", "plan.json", "--format", "json", ending="fails").stdout)
    assert [check["holds"] for check in document["checks"]] == [True, False]


@pytest.mark.parametrize("format_", ["json", "csv", "markdown", "table"])
def test_every_format_of_a_plan(invoke, format_):
    """Each format is what it says, and the same as the report's own."""
    from optimizer.report.formats import Format
    from optimizer.report.plan_page import plan_report
    from optimizer.report.report import render

    assert invoke("plan", "x", "--format", format_).stdout == render(plan_report(sample_plan()), Format(format_))


def test_unknown_names_are_told_with_the_nearest_ones(invoke):
    """Both options at once, each with what was meant."""
    result = invoke("catalog", "show", "public-cloud", "--location", "us-east-1", "--instance-type", "g6.xlarg")
    assert result.exit_code == 1
    assert 'found "us-east-1"). Did you mean aws/us-east-1' in result.stderr
    assert 'found "g6.xlarg"). Did you mean g6.xlarge' in result.stderr


def test_the_shipped_catalog_is_listed_shown_and_checked(invoke):
    """The three catalog commands over the real catalog."""
    assert "public-cloud" in invoke("catalog", "list").stdout
    shown = invoke("catalog", "show", "public-cloud", "--location", "aws/us-east-1", "--instance-type", "g6.xlarge")
    assert "g6.xlarge, USD per hour" in shown.stdout
    checked = invoke("catalog", "check", "public-cloud")
    assert (checked.exit_code, "no faults" in checked.stdout) == (0, True)


def test_an_unknown_catalog_is_a_fault(invoke):
    """Exit 1 and a message, no traceback."""
    result = invoke("catalog", "check", "no-such-catalog")
    assert result.exit_code == 1
    assert "no-such-catalog" in result.stderr
    assert "internal error" not in result.stderr


def test_help_names_every_command_and_exit_code(invoke):
    """What a newcomer reads first."""
    text = invoke("--help").stdout
    assert all(name in text for name in ("plan", "check", "verify", "catalog", "Exit codes", "shop-search"))
    for command in app.registered_commands:
        name = command.name or command.callback.__name__
        assert invoke(name, "--help").exit_code == 0
