"""How far a forecast was right on its history, its events, and what it rests on."""

from __future__ import annotations

from optimizer.report.html.forecast_sheet import FIGURES, name_of
from optimizer.report.html.markup import Html, between, joined, tag
from optimizer.report.html.parts import Column, Line, data, listed, section, table
from optimizer.report.html.sheet import Sheet

#: Gaps and empty cells told one by one; the document has all.
NOTICES_SHOWN = 20


_TESTED = (
    "Forecasts made from a part of the history and compared with what came. Error: mean absolute error over the mean, "
    "by the model that was best until then. Naive: of the last week again. Inside: share that lay in the interval made "
    "before."
)


def tested_section(s: Sheet) -> Html:
    """The back-test of each series, and every model that was tried."""
    columns = (
        Column("series"),
        Column("model", wide=True),
        Column("error", number=True),
        Column("naive", number=True),
        Column("inside", number=True),
        Column("tested", number=True),
        Column("forecasts", number=True),
        Column("days ahead", number=True),
    )
    rows, tried = [], []
    for number, series in enumerate(s.at("series")):
        of = s.under("series", number)
        shares = [of.percent(of.path(name)) for name in ("error_share", "naive_error_share", "coverage")]
        counts = [of.figure(of.path(name)) for name in ("tested_hours", "folds", "lead_days")]
        rows.append(Line((name_of(s, number), series["model"], *shares, *counts)))
        for at, model in enumerate(series["tried"]):
            error = of.percent(of.path("tried", at, "error_share"))
            kind = "best" if model["name"] == series["model"] else ""
            tried.append(Line((name_of(s, number), model["name"], error), kind=kind))
    every = (Column("series"), Column("model", wide=True), Column("error", number=True))
    shown = table("Back-test", columns, rows, cards=True)
    models = data("Every model that was tried: the figures", table("Models that were tried", every, tried))
    return section("tested", "Back-test", shown, models, remark=_TESTED)


def events_section(s: Sheet) -> Html:
    """How many times an ordinary day each event is."""
    columns = (
        Column("event"),
        Column("series"),
        *(Column(name, number=True) for name in FIGURES[1:]),
        Column("basis"),
        Column("days seen", number=True),
        Column("measured", number=True),
    )
    rows = []
    for number, series in enumerate(s.at("series")):
        for at, event in enumerate(series["events"]):
            of = s.under("series", number, "events", at)
            times = [of.figure(of.path(name), significant=3) for name in FIGURES[1:]]
            measured = of.figure(of.path("measured"), significant=3, missing="–")
            seen = of.figure(of.path("seen_days"))
            rows.append(Line((event["name"], name_of(s, number), *times, event["basis"], seen, measured)))
    if not rows:
        return Html("")
    remark = "How many times an ordinary day each is."
    return section("events", "Events", table("Events", columns, rows, cards=True), remark=remark)


def rests_section(s: Sheet) -> Html:
    """What no count says: five minutes out of coarser counts, days beyond those tested, seasons."""
    first = s.under("series", 0)
    ratios = [joined(f"{name} × ", first.figure(first.path("stated_peak_ratio", name), 2)) for name in FIGURES[1:]]
    lines = []
    if s.at("step_minutes") > 5:
        lines.append(joined("busiest five minutes over what was counted, assumed: ", between(", ", *ratios)))
    wander = s.percent(["max", s.path("series", None, "level_wander")])
    lines.append(
        joined(
            "beyond the days ahead that were tested, intervals widen as a random walk of the level: ", wander, " a week"
        )
    )
    lines.append(joined("no season of the year is forecast: name its days as events"))
    return section("rests", "Rests on", listed(lines))


def missing_section(s: Sheet) -> Html:
    """Gaps and empty cells of the history."""
    notices = s.at("notices")
    if not notices:
        return Html("")
    lines = [
        joined("line ", s.figure(s.path("notices", number, "line")), ": ", tag("span", notice["text"]))
        for number, notice in enumerate(notices[:NOTICES_SHOWN])
    ]
    more = ["and more, all in the document"] if len(notices) > NOTICES_SHOWN else []
    return section("missing", "Missing", listed([*lines, *more]))
