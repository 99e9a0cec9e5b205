"""Pages that pass several services, on the page of a plan: how each target is split, promised and replayed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from optimizer.report.html.charts import Series, divided_bars
from optimizer.report.html.formula import Formula
from optimizer.report.html.markup import Html, joined, tag
from optimizer.report.html.parts import Column, Line, bar, data, legend, section, table
from optimizer.report.html.plan_sheet import COLOURS, OTHER_COLOUR, PlanSheet
from optimizer.report.html.sheet import ratio
from optimizer.report.words import place_label

#: Less than this of a target is no part of a picture, ms.
NOTHING_MS = 0.05
_REMARK = (
    "Milliseconds from end to end. May take: what each stage is given of the target. Promised: what its pools answer "
    "within at their percentile. Both hold round trips and overheads. Replayed: what all but the slowest hundredth of "
    "pages took in the busiest hour of each kind of day, told of the origin nearest to the target."
)
_LEFT, _REPLAYED = "left over", "replayed, all stages"
_MAY, _PROMISED = "may take", "promised"


def pages_section(p: PlanSheet) -> Html:
    """Every page from every origin against its target, then the split of each."""
    if not p.plan.get("pipelines"):
        return Html("")
    numbers = range(len(p.plan["pipelines"]))
    columns = (
        Column("page"),
        Column("from"),
        Column("promised", wide=True),
        Column("reached", wide=True),
        Column("where", wide=True),
    )
    shown = table("Pages", columns, [_page(p, number) for number in numbers], cards=True)
    return section("pages", "Pages", shown, *(_split(p, number) for number in numbers), remark=_REMARK)


def _page(p: PlanSheet, number: int) -> Line:
    s, of = p.sheet, p.sheet.under("pipelines", number)
    target = of.path("target_p99_ms")
    limit = s.figure(target, s.whole_digits(target), unit=" ms")
    promised = of.path("promised_p99_ms")
    share = bar(s.value(ratio(promised, target)), "limit")
    said = joined("p99 ", s.figure(promised, 1), " of ", limit, share)
    replayed = [
        tag("div", "replayed ", tag("span", kind), ": ", s.figure(worst, 1, unit=" ms"))
        for kind, worst in _replayed(p, number)
    ]
    places = dict.fromkeys(place_label(stage["location"]) for stage in of.at("stages"))
    cells = (of.at("name"), of.at("origin"), said, joined(*replayed) or Html("–"), ", ".join(places))
    return Line(cells)


def _replayed(p: PlanSheet, number: int) -> list[tuple[str, Formula]]:
    """Kinds of day whose busiest hour was replayed, with the p99 reached; of the origin nearest to the target only."""
    page = p.plan["pipelines"][number]
    start = f"{page['name']} from {page['origin']}, "
    return [
        (check["subject"].removeprefix(start), p.sheet.path("checks", at, "worst_value"))
        for at, check in enumerate(p.plan["checks"])
        if check["rule"] == "end_to_end" and check["worst_value"] is not None and check["subject"].startswith(start)
    ]


def _split(p: PlanSheet, number: int) -> Html:
    """The picture of a split, the figures under it, and each stage."""
    page = p.plan["pipelines"][number]
    name = f"{page['name']} from {page['origin']}"
    rows = _bars(p, number)
    painted = {stage["service"]: COLOURS[at % len(COLOURS)] for at, stage in enumerate(page["stages"])}
    painted |= {_LEFT: "var(--pale)", _REPLAYED: OTHER_COLOUR}
    names = [item for item in painted if any(item in parts for parts in rows.values())]
    series = [
        Series(item, painted[item], [_value(p, parts.get(item)) for parts in rows.values()], digits=1) for item in names
    ]
    label = f"Milliseconds of {name}: what each stage may take, what is promised and what was replayed; "
    return joined(
        tag("h3", name, tag("span", ", ms", class_="quiet")),
        legend((item.name, item.colour) for item in series),
        divided_bars(f"{label}the table below has every value", list(rows), series),
        data(f"Split of {name}: the figures", joined(_figures(p, name, names, rows), _stages(p, number))),
    )


def _bars(p: PlanSheet, number: int) -> dict[str, dict[str, Formula]]:
    """Return the bars of a picture: what the stages may take, what they promise, and each replay."""
    s, page = p.sheet.under("pipelines", number), p.plan["pipelines"][number]
    may = {stage["service"]: s.path("stages", at, "budget_ms") for at, stage in enumerate(page["stages"])}
    left: Formula = ["-", s.path("target_p99_ms"), ["sum", s.path("stages", None, "budget_ms")]]
    if s.value(left) > NOTHING_MS:
        may[_LEFT] = left
    promised = {stage["service"]: s.path("stages", at, "promised_ms") for at, stage in enumerate(page["stages"])}
    return {_MAY: may, _PROMISED: promised, **{kind: {_REPLAYED: worst} for kind, worst in _replayed(p, number)}}


def _value(p: PlanSheet, formula: Formula) -> float:
    return 0.0 if formula is None else float(p.sheet.value(formula))


def _figures(p: PlanSheet, name: str, names: Sequence[str], rows: Mapping[str, Mapping[str, Formula]]) -> Html:
    columns = (Column("ms"), *(Column(item, number=True) for item in names), Column("sum", number=True))
    lines = []
    for label, parts in rows.items():
        cells, total = p.sheet.column(list(parts.values()), 1)
        found = dict(zip(parts, cells, strict=True))
        lines.append(Line((label, *(found.get(item, "") for item in names), total)))
    return table(f"Split of {name}", columns, lines)


def _stages(p: PlanSheet, number: int) -> Html:
    """Each stage with what its figures are made of."""
    page: Mapping[str, Any] = p.plan["pipelines"][number]
    columns = (
        Column("stage"),
        Column("in"),
        Column("requests at once", number=True),
        Column("in time", number=True),
        Column("round trip", number=True),
        Column("overhead", number=True),
    )
    lines = []
    for at, stage in enumerate(page["stages"]):
        of = p.sheet.under("pipelines", number, "stages", at)
        fan_out, share = of.figure(of.path("fan_out")), of.percent(of.path("percentile"), 4)
        times = [of.figure(of.path(f"{key}_ms"), 1) for key in ("network", "overhead")]
        lines.append(Line((stage["service"], place_label(stage["location"]), fan_out, share, *times)))
    return table(f"Stages of {page['name']} from {page['origin']}", columns, lines)
