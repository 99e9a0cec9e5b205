"""Pages that pass several services: how their target is split, what is promised, and what the replay came to."""

from __future__ import annotations

from optimizer.domain.plan import PagePromise, Plan
from optimizer.report.page import Column, Row, Table
from optimizer.report.words import place_label


def pages_table(plan: Plan) -> Table | None:
    """Return a row for each page and origin, None without pages."""
    if not plan.pipelines:
        return None
    columns = (
        Column("page", untitled=True),
        Column("from", drop=1),
        Column("what each stage may take, ms", least=24),
        Column("promised", right=True),
        Column("of", right=True),
    )
    rows = [Row(_cells(page), _notes(plan, page)) for page in plan.pipelines]
    legend = (
        "round trips and overheads included · ms from end to end at p99 · replayed: the busiest hour of a kind of day"
    )
    return Table("Pages", columns, tuple(rows), remarks=(legend,))


def _cells(page: PagePromise) -> tuple[str, ...]:
    parts = [f"{_requests(stage.fan_out)}{stage.service} {stage.budget_ms:.1f}" for stage in page.stages]
    return page.name, page.origin, " + ".join(parts), f"{page.promised_p99_ms:.1f}", f"{page.target_p99_ms:g}"


def _requests(fan_out: int) -> str:
    return f"{fan_out} x " if fan_out > 1 else ""


def _notes(plan: Plan, page: PagePromise) -> tuple[str, ...]:
    """Where the stages stand, and the p99 that replayed pages reached, kind of day by kind of day."""
    places = ", ".join(dict.fromkeys(place_label(stage.location) for stage in page.stages))
    found = []
    for check in plan.checks:
        start = f"{page.name} from {page.origin}, "
        if check.rule == "end_to_end" and check.worst_value is not None and check.subject.startswith(start):
            found.append(f"{check.subject.removeprefix(start)} {check.worst_value:.1f} ms")
    replayed = f" · replayed {', '.join(found)}" if found else ""
    return (f"in {places}{replayed}",)
