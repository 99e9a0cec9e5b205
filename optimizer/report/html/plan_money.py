"""What the plan costs: by category and service, and the bill line by line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from optimizer.domain.plan import CATEGORIES, CostLine
from optimizer.report.html.charts import Series, divided_bars
from optimizer.report.html.formula import Formula
from optimizer.report.html.markup import Html, joined, tag
from optimizer.report.html.parts import Column, Line, bar, data, legend, section, table
from optimizer.report.html.plan_sheet import ALL_SERVICES, COLOURS, OTHER_COLOUR, PlanSheet
from optimizer.report.html.sheet import ratio
from optimizer.report.plan_cost import item_name
from optimizer.units import SECONDS_PER_HOUR

_REMARK = "Money a month. All services: people, support plans and what else no single service causes."


def cost_section(p: PlanSheet) -> Html:
    """The picture, the bill by item, by service, and every line with the date and source of its price."""
    parts = (_picture(p), _items(p), tag("h3", "By service"), _services(p), _lines(p))
    return section("cost", "What it costs", *parts, remark=_REMARK)


def _divisions(p: PlanSheet) -> list[tuple[str, str, list[str]]]:
    """Return names, colours and members of the parts of a bar: the dearest services, and the others together."""
    sums = p.plan["cost"]["by_service"]
    named = sorted((name for name in sums if name), key=lambda name: -sums[name])
    shown = named if len(named) <= len(COLOURS) else named[: len(COLOURS) - 1]
    parts = [(name, COLOURS[number], [name]) for number, name in enumerate(shown)]
    if len(shown) < len(named):
        parts.append(("other services", COLOURS[-1], named[len(shown) :]))
    return [*parts, *([(ALL_SERVICES, OTHER_COLOUR, [""])] if sums.get("") else [])]


def _picture(p: PlanSheet) -> Html:
    categories = [name for name in CATEGORIES if p.plan["cost"]["by_category"].get(name)]
    if not categories:
        return Html("")
    parts = _divisions(p)
    formulas = {name: [_of(p, category, members) for category in categories] for name, _, members in parts}
    series = [
        Series(name, colour, [p.sheet.value(formula) or 0.0 for formula in formulas[name]]) for name, colour, _ in parts
    ]
    columns = (Column("category"), *(Column(name, number=True) for name, *_ in parts))
    rows = [
        Line((category, *(p.sheet.figure(formulas[name][at], p.digits) for name, *_ in parts)))
        for at, category in enumerate(categories)
    ]
    return joined(
        legend((item.name, item.colour) for item in series),
        divided_bars("Cost a month by category and service; the table below has every value", categories, series),
        data("Category by service: the figures", table("Cost by category and service", columns, rows)),
    )


def _of(p: PlanSheet, category: str, members: Sequence[str]) -> Formula:
    sums = [
        ["sum", p.sheet.path("cost", "lines", {"category": category, "service": service}, "amount")]
        for service in members
    ]
    return p.a_month(sums[0] if len(sums) == 1 else ["+", *sums])


def _items(p: PlanSheet) -> Html:
    """The bill by category and item, amounts and shares adding up."""
    found: dict[tuple[str, str], list[int]] = {}
    for number, line in enumerate(p.plan["cost"]["lines"]):
        found.setdefault((line["category"], item_name(CostLine(**line))), []).append(number)
    amounts = {key: _sum(p, numbers) for key, numbers in found.items()}
    keys = sorted(found, key=lambda key: (CATEGORIES.index(key[0]), -p.sheet.value(amounts[key])))
    cells, total = p.sheet.column([p.a_month(amounts[key]) for key in keys], p.digits)
    whole = p.sheet.path("cost", "total")
    shares = [p.sheet.value(ratio(amounts[key], whole)) for key in keys]
    most = max((share or 0.0 for share in shares), default=0.0)
    rows = [
        Line(
            (
                key[0],
                key[1],
                cell,
                p.sheet.percent(ratio(amounts[key], whole), missing=""),
                bar((share or 0.0) / most if most else 0.0),
            ),
            kind="same" if number and keys[number - 1][0] == key[0] else "",
        )
        for number, (key, cell, share) in enumerate(zip(keys, cells, shares, strict=True))
    ]
    columns = (
        Column("category"), Column("item"), Column("a month", number=True), Column("share", number=True),
        Column("", bars=True),
    )  # fmt: skip
    shown = table("The bill by category", columns, rows, ("sum", "", total, "", ""), stacked=True)
    return joined(tag("h3", "By category"), shown)


def _sum(p: PlanSheet, numbers: Sequence[int]) -> Formula:
    amounts = [p.sheet.path("cost", "lines", number, "amount") for number in numbers]
    return amounts[0] if len(amounts) == 1 else ["+", *amounts]


def _services(p: PlanSheet) -> Html:
    sums: Mapping[str, float] = p.plan["cost"]["by_service"]
    names = sorted(sums, key=lambda name: (not name, -sums[name]))
    cells, total = p.sheet.column([p.a_month(p.sheet.path("cost", "by_service", name)) for name in names], p.digits)
    most = max(sums.values(), default=0.0)
    rows = [
        Line((name or ALL_SERVICES, _unit_cost(p, name), cell, bar(sums[name] / most if most else 0.0)))
        for name, cell in zip(names, cells, strict=True)
    ]
    columns = (
        Column("service"), Column("per 1,000 requests", number=True), Column("a month", number=True),
        Column("", bars=True),
    )  # fmt: skip
    return table("The bill by service", columns, rows, ("sum", "", total, ""))


def _unit_cost(p: PlanSheet, service: str) -> Html:
    asked = {row["service"]: row["requests_per_s_mean"] for row in p.plan["demand"]}
    if not asked.get(service):
        return Html("")
    mean = ["sum", p.sheet.path("demand", {"service": service}, "requests_per_s_mean")]
    return p.sheet.figure(per_thousand(p, p.sheet.path("cost", "by_service", service), mean), significant=3)


def per_thousand(p: PlanSheet, amount: Formula, mean_per_s: Formula) -> Formula:
    """Return the formula of what 1,000 requests cost."""
    requests = ["*", ["*", mean_per_s, SECONDS_PER_HOUR], p.sheet.path("objective", "horizon_hours")]
    return ["*", ratio(amount, requests), 1000]


def _lines(p: PlanSheet) -> Html:
    columns = (
        Column("category"), Column("item", wide=True), Column("service"), Column("location"),
        Column("quantity", number=True), Column("unit"), Column("unit price", number=True),
        Column("over the horizon", number=True), Column("as of"), Column("basis"), Column("source", wide=True),
    )  # fmt: skip
    lines = p.plan["cost"]["lines"]
    rows = []
    for number, line in enumerate(lines):
        at = [p.sheet.path("cost", "lines", number, name) for name in ("quantity", "unit_price", "amount")]
        quantity, amount = p.sheet.figure(at[0], 1), p.sheet.figure(at[2], 2)
        price = p.sheet.figure(at[1], significant=4)
        texts = [line[name] for name in ("category", "item", "service", "location")]
        known = [line[name] for name in ("as_of", "basis", "source")]
        rows.append(Line((*texts, quantity, line["unit"], price, amount, *known)))
    total = ("sum", *[""] * 6, p.sheet.figure(p.sheet.path("cost", "total"), 2), "", "", "")
    title = tag("span", "Every line of the bill, with the date and source of its price: ")
    count = p.sheet.counted(["count", p.sheet.path("cost", "lines")], "line")
    return tag(
        "details",
        tag("summary", title, count),
        table("Lines of the bill", columns, rows, total),
    )
