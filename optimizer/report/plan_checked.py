"""What the second reading of the rules found: a line on the plan's page, and a page of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from optimizer.domain.plan import Check, Plan
from optimizer.domain.second_reading import SecondReading
from optimizer.report.page import Column, Facts, Page, Row, Table, Tone
from optimizer.report.report import Records, Report
from optimizer.report.words import counted, does, percent

REPLAYED = "hardest minutes replayed: {late} of requests late, {allowed} allowed"
#: Margins up to this are the room that checks leave for rounding of floats.
DUST = 1e-6
#: Why the margin of a replayed service is not its limit less its worst.
MARGIN_OF_A_REPLAY = (
    "latency, shares of late requests: the margin is the limit less the lower end of the interval of the worst, "
    "so that chance alone breaks nothing"
)


def checked_facts(plan: Plan) -> Facts:
    """How many rules were read again, whether the bill adds up, and what the promises came to when simulated."""
    if not plan.checks:
        return Facts("Checked", (("not yet: run `fleetopt verify` on the plan file",),), "bad")
    pieces = (*checks_summary(plan.checks), *_replayed(plan))
    return Facts("Checked", (pieces,), "plain" if _all_hold(plan.checks) else "bad")


def _replayed(plan: Plan) -> tuple[str, ...]:
    """The share of late requests that comes nearest to what the percentile allows, as the second reading found it."""
    number = hardest(plan.checks, plan.inputs.get("services", ()))
    if number is None:
        return ()
    check = plan.checks[number]
    return (REPLAYED.format(late=percent(check.worst_value or 0.0, 2), allowed=percent(check.limit or 0.0, 2)),)


def hardest(checks: Sequence[Check], services: Iterable[Mapping[str, Any]]) -> int | None:
    """Return the position of the check of a replay whose late requests come nearest to what is allowed.

    Parameters
    ----------
    services
        As the inputs of the plan have them; they tell a share of late requests from other limits of latency.
    """
    allowed = [1.0 - service["percentile"] for service in services]
    found = {
        number: check.worst_value / check.limit
        for number, check in enumerate(checks)
        if check.rule == "latency" and check.worst_value is not None and check.limit and check.limit in allowed
    }
    return max(found, key=found.__getitem__, default=None)


def checks_summary(checks: Sequence[Check]) -> tuple[str, ...]:
    """Return the outcome of all checks in a few pieces."""
    rules = {check.rule for check in checks}
    failed = [check for check in checks if not check.holds]
    more = f", {counted(len(checks), 'check')}" if len(checks) > len(rules) else ""
    pieces = [f"{counted(len(rules), 'rule')} by an independent reading{more}"]
    pieces.append(f"{len(failed)} of them {does(len(failed), 'fail')}" if failed else "all hold")
    bill = [check for check in checks if check.rule == "bill"]
    if bill:
        pieces.append("bill adds up" if _all_hold(bill) else "bill does not add up")
    return tuple(pieces)


def _all_hold(checks: Sequence[Check]) -> bool:
    return all(check.holds for check in checks)


def checks_report(reading: SecondReading) -> Report:
    """Return what `fleetopt verify` shows: every check, the failed ones first."""
    checks = reading.checks
    return Report(
        page=lambda: _page(reading.plan, checks),
        document=reading.to_dict,
        records=lambda: Records(
            ("rule", "subject", "limit", "worst_value", "margin", "holds", "detail"),
            [(c.rule, c.subject, c.limit, c.worst_value, c.margin, c.holds, c.detail) for c in checks],
        ),
    )


def _page(name: str, checks: Sequence[Check]) -> Page:
    columns = (
        Column("rule"),
        Column("holds"),
        Column("limit", right=True),
        Column("worst", right=True),
        Column("margin", right=True),
        Column("where it is tightest", drop=1, least=30),
    )
    ordered = sorted(checks, key=lambda check: check.holds)
    remarks = (MARGIN_OF_A_REPLAY,) if has_intervals(checks) else ()
    table = Table("Checks", columns, tuple(_row(check) for check in ordered), remarks=remarks)
    tone: Tone = "good" if _all_hold(checks) else "bad"
    return Page((name, *checks_summary(checks)), (table, Facts("Verdict", (_verdict(checks),), tone)))


def has_intervals(checks: Iterable[Check]) -> bool:
    """Whether the margin of a replayed service comes from the interval of what was found, not from what was found."""
    return any(
        check.rule == "latency"
        and None not in (check.limit, check.worst_value, check.margin)
        and abs(check.margin - (check.limit - check.worst_value)) > DUST  # type: ignore[operator]
        for check in checks
    )


def is_told(check: Check) -> bool:
    """Whether the sentence of a check that fails says already what it is about."""
    return not check.holds and check.subject in check.detail


def _row(check: Check) -> Row:
    """A check; of one that fails a sentence stands below, and its subject beside it unless the sentence has it."""
    cells = (
        check.rule,
        "yes" if check.holds else "NO",
        _figure(check.limit),
        _figure(check.worst_value),
        _figure(check.margin),
        "" if is_told(check) else check.subject,
    )
    notes = () if check.holds or not check.detail else (check.detail,)
    return Row(cells, notes, "plain" if check.holds else "bad")


def _figure(value: float | None) -> str:
    """Four significant digits, or whole numbers from 10,000 on; what is only the tolerance of floats is 0."""
    if value is None:
        return ""
    if abs(value) <= DUST:
        return "0"
    return f"{value:,.0f}" if abs(value) >= 9999.5 or float(value).is_integer() else f"{value:.4g}"


def _verdict(checks: Sequence[Check]) -> tuple[str, ...]:
    if not checks:
        return ("nothing was checked",)
    return do_not_act(checks) or ("holds",)


def do_not_act(checks: Sequence[Check]) -> tuple[str, ...]:
    """Say how many checks fail and what follows from it; nothing where all hold."""
    failed = sum(not check.holds for check in checks)
    if not failed:
        return ()
    return (f"{counted(failed, 'check')} of {len(checks)} {does(failed, 'fail')}: do not act on this plan",)
