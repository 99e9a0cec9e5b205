"""What `fleetopt profile fit` says: each curve, how it predicts points it has not seen, and what was left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median

from optimizer.domain.measured import FittedCurve, LeftOutRow, ProfileFit
from optimizer.performance.fitting import LEAST_BAND, STRETCH, TWO_SLOPES_POINTS, WIDEST_BAND
from optimizer.report.page import Column, Facts, Page, Row, Table
from optimizer.report.plot import Plot, in_band
from optimizer.report.profile_rows import PROFILE_COLUMNS, profile_rows
from optimizer.report.report import Records, Report
from optimizer.report.words import counted, percent, significant

#: Rows left out that are told one by one; JSON has all.
ROWS_SHOWN = 20
#: Fixed batches that scatter more than this are worth a word.
STEADY = 1.05
FORM_WORDS = {
    "measured": "measured: straight between the points",
    "two slopes": "two slopes, fitted",
    "one slope": "one slope, fitted",
}


def profile_fit_report(fit: ProfileFit) -> Report:
    """Return a fit; its CSV is a ``profiles.csv``."""
    return Report(
        page=lambda: _page(fit),
        document=fit.to_dict,
        records=lambda: Records(PROFILE_COLUMNS, profile_rows(fit)),
    )


def _page(fit: ProfileFit) -> Page:
    points = sum(len(curve.measured.points) for curve in fit.curves)
    title = (", ".join(fit.files), counted(len(fit.curves), "curve"), counted(points, "point"))
    parts: list[Facts | Table] = []
    for curve in fit.curves:
        parts += [_points(curve), _plot(curve), *_facts(curve)]
    parts += [_estimates(fit)] if fit.estimates else []
    parts += [_left_out(fit.left_out_rows)] if fit.left_out_rows else []
    return Page(title, tuple(parts))


def _points(curve: FittedCurve) -> Table:
    columns = (
        Column("batch", right=True),
        Column("ms", right=True),
        *((Column("curve", right=True),) if curve.form != "measured" else ()),
        Column("left out", right=True),
        Column("off", right=True),
        *((Column("planned", right=True),) if _scatters(curve) else ()),
        Column("band, ms", right=True),
        Column("items/s", right=True, drop=2, as_note=""),
        Column("chart", untitled=True, bar=True, drop=1, as_note=""),
    )
    remarks = (
        "ms: mean time of the batch · left out: what the curve through all other points says of it · "
        "● measured, ○ left out, │ curve, ─ its band",
    )
    model, precision, accelerator, count = curve.measured.key
    heading = f"{model}/{precision} on {count} x {accelerator}"
    return Table(heading, (Column("", untitled=True), *columns), tuple(_rows(curve)), remarks=remarks)


def _scatters(curve: FittedCurve) -> bool:
    """Whether any point is planned slower than its mean."""
    return any(point.scatter > 1.0 for point in curve.measured.points)


def _rows(curve: FittedCurve) -> Iterator[Row]:
    band = 1.0 + curve.error_band
    points = zip(curve.measured.points, curve.curve_s, curve.service_s, strict=True)
    for number, (point, at, planned) in enumerate(points):
        out = curve.left_out[number] if curve.left_out else None
        said = None if out is None else out.predicted_s
        yield Row(
            (
                "",
                f"{point.batch_items:,}",
                _ms(point.service_s),
                *((_ms(at),) if curve.form != "measured" else ()),
                "" if said is None else _ms(said),
                "" if out is None else _off(out.error),
                *((_ms(planned),) if _scatters(curve) else ()),
                f"{_ms(planned / band)} to {_ms(planned * band)}",
                significant(point.batch_items / planned),
                in_band(curve.error_band, point.service_s / at, None if said is None else said / at),
            ),
            notes=_notes(point.raised_from_s),
        )


def _plot(curve: FittedCurve) -> Table:
    """Draw the curve and its points."""
    batch = [float(size) for size in curve.measured.batch_items]

    def at(size: float) -> float:
        place = next((i for i in range(1, len(batch) - 1) if size <= batch[i]), len(batch) - 1)
        (k0, k1), (s0, s1) = batch[place - 1 : place + 1], curve.curve_s[place - 1 : place + 1]
        return s0 + (s1 - s0) * (size - k0) / (k1 - k0)

    plot = Plot(batch, curve.measured.service_s, at)
    columns = (Column("ms", right=True, bar=True), Column("chart", untitled=True, bar=True))
    rows = [Row((_ms(seconds), line)) for seconds, line in plot.lines()]
    remark = "service time by batch, both axes logarithmic · ● measured, + curve"
    return Table("", columns, (*rows, Row(("", plot.axis()))), remarks=(remark,))


def _off(error: float) -> str:
    """Say how far off; what is off by more than a factor of ten is hopeless."""
    return percent(error) if error < 9.0 else "x 10 or more"


def _notes(raised_from_s: float | None) -> tuple[str, ...]:
    return () if raised_from_s is None else (f"raised from {_ms(raised_from_s)} ms to that of a smaller batch",)


def _facts(curve: FittedCurve) -> Iterator[Facts]:
    error = "not known: three points are needed" if curve.error is None else f"{percent(curve.error)} in the median"
    yield Facts("Curve", ((FORM_WORDS[curve.form], f"leave-one-out error {error}"),))
    if len(curve.errors_by_form) > 1:
        told = tuple(f"{form} {percent(error)}" for form, error in curve.errors_by_form.items())
        yield Facts("Tried", (told, (f"mean leave-one-out error, each counted as 100 % at most: {_choice(curve)}",)))
    yield Facts("Band", ((f"times or divided by {1.0 + curve.error_band:.3f}", _why_band(curve)),))
    noises = [point.noise for point in curve.measured.points if point.noise is not None]
    if noises:
        p95 = sum(point.scatter > 1.0 for point in curve.measured.points)
        pieces = [f"p99 over mean of one batch size {median(noises):.2f}, at worst {max(noises):.2f}"]
        pieces += [f"planned at the 95th percentile at {counted(p95, 'point')}"] if p95 else []
        yield Facts("Noise", (tuple(pieces),), tone="plain" if max(noises) <= STEADY else "strong")
    if curve.replaces:
        yield Facts("Replaces", ((curve.replaces,),))


def _choice(curve: FittedCurve) -> str:
    """Say why a form was taken."""
    if _is_short(curve) and curve.form == "measured":
        return "too few points to choose by it"
    is_least = curve.errors_by_form.get(curve.form) == min(curve.errors_by_form.values())
    return "the least is taken" if is_least else "another is taken, as asked"


def _why_band(curve: FittedCurve) -> str:
    why = "fewer than four points" if _is_short(curve) else f"{STRETCH:g} x the largest leave-one-out error"
    if curve.error_band >= WIDEST_BAND:
        return f"{why}, capped: no band is wider"
    return why if _is_short(curve) else f"{why}, at least {percent(LEAST_BAND, 0)}"


def _is_short(curve: FittedCurve) -> bool:
    return len(curve.measured.points) < TWO_SLOPES_POINTS


def _estimates(fit: ProfileFit) -> Table:
    columns = (
        Column("accelerator", untitled=True),
        Column("profile", untitled=True),
        Column("from"),
        Column("16-bit FLOPS", right=True),
        Column("bandwidth", right=True),
        Column("ms", right=True),
        Column("band", right=True),
    )
    rows = [
        Row(
            (
                estimate.accelerator,
                f"{estimate.base.served_model}/{estimate.base.precision}",
                estimate.base.accelerator,
                f"x {significant(estimate.flops_ratio)}",
                f"x {significant(estimate.bandwidth_ratio)}",
                f"{_ms(estimate.service_s[0])} to {_ms(estimate.service_s[-1])}",
                f"±{percent(estimate.error_band, 0)}",
            )
        )
        for estimate in fit.estimates
    ]
    remarks = ("half to double holds for nine pairs of accelerators of ten: measure before buying",)
    return Table("Estimated", columns, tuple(rows), remarks=remarks)


def _left_out(rows: Sequence[LeftOutRow]) -> Facts:
    lines = [(f"{row.where}: {row.reason}",) for row in rows[:ROWS_SHOWN]]
    if len(rows) > ROWS_SHOWN:
        lines.append((f"and {len(rows) - ROWS_SHOWN} more; JSON has all",))
    return Facts("Left out", tuple(lines))


def _ms(seconds: float) -> str:
    return significant(1000.0 * seconds)
