"""Curves through measured service times, chosen and judged by what they say of points they have not seen.

Three forms: straight between the points; two slopes that meet in a measured batch; one slope. The last two have a fixed
part and are fitted by relative least squares with coefficients that are not negative. An error is a factor less one,
``max(p / t, t / p) - 1`` of prediction and truth, so that half and double are equally wrong.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import combinations

import numpy as np

from optimizer.domain.measured import CurveForm, FittedCurve, LeftOutError, MeasuredCurve
from optimizer.domain.scenario import Floats

#: Curve: service time by batch, anywhere.
At = Callable[[float], float]
#: Two slopes need so many points; one slope and straight need two.
TWO_SLOPES_POINTS = 4
#: A band is so many times the largest leave-one-out error of its curve: the next point is off by more than all points
#: so far in one case of five, by a fifth more in one of twelve (77 published curves).
STRETCH = 1.2
LEAST_BAND = 0.10
#: Below four points nothing can be said of a curve's own error: this holds for nine points of ten between two or three.
FEW_POINTS_BAND = 0.28
#: Errors are not told apart beyond a factor of a hundred, and no catalog states a wider band than eleven times.
WORST_ERROR, WIDEST_BAND = 99.0, 10.0
#: Squared residuals that differ by no more are the same.
SAME_RESIDUAL = 1e-12
#: A form is not chosen for how little it is off where all are hopeless.
_WORST_COUNTED = 1.0


def fit(form: CurveForm, batch: Sequence[int], service_s: Sequence[float]) -> At:
    """Return the curve of a form through at least two points by rising batch."""
    k, s = np.asarray(batch, dtype=float), np.asarray(service_s, dtype=float)
    if form == "measured":
        return _straight(k, s)
    knees = k[1:-1] if form == "two slopes" and k.size >= TWO_SLOPES_POINTS else k[-1:]
    return min((_slopes(k, s, knee) for knee in knees.tolist()), key=lambda found: found[0])[1]


def _straight(k: Floats, s: Floats) -> At:
    """Straight between the points; outside, the end segment goes on, and no item is served dearer than alone."""

    def at(batch: float) -> float:
        if batch < k[0]:
            line = s[0] - (s[1] - s[0]) / (k[1] - k[0]) * (k[0] - batch)
            return float(max(line, s[0] * batch / k[0]))
        if batch > k[-1]:
            return float(s[-1] + max(s[-1] - s[-2], 0.0) / (k[-1] - k[-2]) * (batch - k[-1]))
        return float(np.interp(batch, k, s))

    return at


def _slopes(k: Floats, s: Floats, knee: float) -> tuple[float, At]:
    """Fit two slopes with a given knee (one where it is the last batch): residual and curve."""
    columns = [np.ones_like(k), np.minimum(k, knee)]
    columns += [np.maximum(k - knee, 0.0)] if knee < k[-1] else []
    found, residual = nonnegative(np.column_stack(columns) / s[:, None])
    fixed, first = found[0], found[1]
    second = found[2] if len(found) > 2 else first
    return residual, lambda batch: fixed + first * min(batch, knee) + second * max(batch - knee, 0.0)


def nonnegative(design: Floats) -> tuple[list[float], float]:
    """Solve ``design @ x ~ 1`` by least squares with x >= 0: of all sets of columns, the best whose solution is.

    Returns
    -------
    tuple
        The solution and its squared residual.
    """
    ones, width = np.ones(design.shape[0]), design.shape[1]
    if (whole := _all_columns(design, ones)) is not None:
        return whole
    best, least = [0.0] * width, float(design.shape[0])
    for size in range(1, width + 1):
        for chosen in combinations(range(width), size):
            part = design[:, chosen]
            solution = np.linalg.lstsq(part, ones, rcond=None)[0]
            residual = float(np.sum((part @ solution - 1.0) ** 2))
            if solution.min() >= 0.0 and residual < least - SAME_RESIDUAL:
                values = dict(zip(chosen, solution.tolist(), strict=True))
                best, least = [values.get(column, 0.0) for column in range(width)], residual
    return best, least


def _all_columns(design: Floats, ones: Floats) -> tuple[list[float], float] | None:
    """Return the solution with every column where that is the best for certain: each is needed, and none is negative.

    Without column j the squared residual rises by ``x[j]**2 / inv(design.T @ design)[j, j]``, without more of them by
    no less.
    """
    part = design[:, tuple(range(design.shape[1]))]
    solution = np.linalg.lstsq(part, ones, rcond=None)[0]
    if solution.min() <= 0.0:
        return None
    try:
        scale = np.diag(np.linalg.inv(part.T @ part))
    except np.linalg.LinAlgError:
        return None
    if not ((scale > 0.0) & (solution**2 > 2.0 * SAME_RESIDUAL * scale)).all():
        return None
    return solution.tolist(), float(np.sum((part @ solution - 1.0) ** 2))


def error_of(predicted_s: float, true_s: float) -> float:
    """Return by what factor less one a prediction is off, either way."""
    if predicted_s <= 0.0:
        return WORST_ERROR
    return min(max(predicted_s / true_s, true_s / predicted_s) - 1.0, WORST_ERROR)


def leave_one_out(form: CurveForm, batch: Sequence[int], service_s: Sequence[float]) -> list[LeftOutError]:
    """Predict each point by the curve through the others; at least three points."""
    found = []
    for i, (k, s) in enumerate(zip(batch, service_s, strict=True)):
        predicted = fit(form, [*batch[:i], *batch[i + 1 :]], [*service_s[:i], *service_s[i + 1 :]])(k)
        found.append(LeftOutError(predicted, error_of(predicted, s)))
    return found


def forms_for(points: int) -> tuple[CurveForm, ...]:
    """Return the forms that leave-one-out can tell apart with so many points."""
    if points >= TWO_SLOPES_POINTS:
        return ("measured", "two slopes", "one slope")
    return ("measured", "one slope") if points > 2 else ("measured",)


def best_form(batch: Sequence[int], service_s: Sequence[float]) -> CurveForm:
    """Return the form with the least `mean_error`; straight lines below four points."""
    if len(batch) < TWO_SLOPES_POINTS:
        return "measured"
    return min(forms_for(len(batch)), key=lambda form: mean_error(leave_one_out(form, batch, service_s)))


def mean_error(left_out: Sequence[LeftOutError]) -> float:
    """Return the mean of leave-one-out errors, each counted as 100 % at most: what forms are chosen by."""
    return float(np.mean([min(one.error, _WORST_COUNTED) for one in left_out]))


def band_of(errors: Sequence[float], points: int) -> float:
    """Return the error band of a curve from its leave-one-out errors, rounded up to three decimals.

    With fewer than four points an end left out is an extrapolation from two and says nothing: the errors of the inner
    points count, and at least `FEW_POINTS_BAND`. No band is wider than `WIDEST_BAND`, however large the errors.
    """
    enough = points >= TWO_SLOPES_POINTS
    counted = errors if enough else errors[1:-1]
    band = max(LEAST_BAND if enough else FEW_POINTS_BAND, STRETCH * max(counted, default=0.0))
    return min(math.ceil(round(band * 1000, 6)) / 1000, WIDEST_BAND)


def fit_measured(curve: MeasuredCurve, form: CurveForm | None = None) -> FittedCurve:
    """Fit a curve: the form that predicts left-out points best, its errors and its band.

    Parameters
    ----------
    form
        The form to take, whatever the errors say; None for the best.
    """
    batch, service_s = curve.batch_items, curve.service_s
    taken = form or best_form(batch, service_s)
    by_form = {one: leave_one_out(one, batch, service_s) for one in forms_for(len(batch)) if len(batch) > 2}
    left_out = tuple(by_form.get(taken) or (leave_one_out(taken, batch, service_s) if len(batch) > 2 else ()))
    at = fit(taken, batch, service_s)
    curve_s = service_s if taken == "measured" else [at(k) for k in batch]
    errors = [one.error for one in left_out]
    return FittedCurve(
        measured=curve,
        form=taken,
        curve_s=tuple(curve_s),
        service_s=tuple(curve.planned(curve_s)),
        left_out=left_out,
        error=float(np.median(errors)) if errors else None,
        error_band=band_of(errors, len(batch)),
        errors_by_form={one: mean_error(found) for one, found in by_form.items()},
    )
