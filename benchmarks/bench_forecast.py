"""Errors and coverage of forecasts on public histories, against the seasonal-naive forecast and ETS.

Run ``python benchmarks/bench_forecast.py``. Where the package statsforecast is installed its AutoETS (season of a day)
and its MSTL (seasons of day and week, ETS for the rest) forecast the same days from the same origins, at the steps the
back-test uses; it is no dependency of ours.
"""

from __future__ import annotations

import importlib.util
import sys
import time
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from optimizer import api
from optimizer.domain.forecast import SeriesForecast
from optimizer.forecasting.backtest import Folds, actual_of, folds_of
from optimizer.forecasting.days import days_of
from optimizer.forecasting.models import Floats
from optimizer.inputs.history import read_history

TRAFFIC = Path(__file__).resolve().parents[1] / "tests" / "data" / "traffic"
HOURS_SEEN, DAYS_SEEN = 24 * 7 * 8, 2000
PEERS = ("AutoETS", "MSTL")


def settings(name: str) -> dict[str, bool]:
    """How a history is meant: rates for the language models, no row for no order in the shop."""
    return {"per_s": name.startswith("llm"), "missing_is_zero": name == "orders"}


def _peer(kind: str, values: Floats, steps: int, *, hourly: bool) -> Floats:
    from statsforecast.models import MSTL, AutoETS

    day, week = (24, 168) if hourly else (7, 7)
    if kind == "AutoETS":
        model = AutoETS(season_length=day)
    else:
        seasons = [day, week] if hourly and len(values) >= 2 * week else [day]
        model = MSTL(season_length=seasons, trend_forecaster=AutoETS(model="ZZN"))
    return np.maximum(model.forecast(y=values, h=steps)["mean"], 0.0)


def _filled(values: Floats) -> Floats:
    known = ~np.isnan(values)
    return np.interp(np.arange(values.size), np.flatnonzero(known), values[known])


def peer_error(kind: str, known: Floats, folds: Folds) -> float:
    """Error of a peer over the mean, on the same days."""
    hours = known.shape[1]
    seen = HOURS_SEEN if hours > 1 else DAYS_SEEN
    shape = (folds.lead_days, hours)
    predicted = np.stack(
        [
            _peer(kind, _filled(known[:origin].ravel())[-seen:], shape[0] * hours, hourly=hours > 1).reshape(shape)
            for origin in folds.origins
        ]
    )
    actual = actual_of(known, folds)
    scored = ~np.isnan(actual)
    return float(np.abs(predicted - actual)[scored].sum() / actual[scored].sum())


def measure(path: Path, *, peers: bool) -> tuple[SeriesForecast, list[float]]:
    """Forecast one history, and have the peers forecast it too."""
    asked = settings(path.stem)
    found = api.forecast(path, **asked).series[0]
    if not peers:
        return found, []
    history = read_history(path, ZoneInfo("UTC"))
    known = days_of(history.series[0], history.step_s, **asked).mean
    return found, [peer_error(kind, known, folds_of(len(known), 365)) for kind in PEERS]


def main() -> None:
    """Print a row for each history."""
    peers = importlib.util.find_spec("statsforecast") is not None
    names = ("naive", "winner", "as it went", *(PEERS if peers else ()), "inside")
    print(f"{'history':16}{'days':>6}{'lead':>6}{'folds':>6}" + "".join(f"{name:>12}" for name in names) + "   winner")
    better, inside = 0, []
    begin = time.perf_counter()
    paths = sorted(TRAFFIC.glob("*.csv"))
    for path in paths:
        one, others = measure(path, peers=peers)
        winner = next(item.error_share for item in one.tried if item.name == one.model)
        figures = [one.naive_error_share, winner, one.error_share, *others, one.coverage or float("nan")]
        print(
            f"{path.stem:16}{one.days:6}{one.lead_days:6}{one.folds:6}"
            + "".join(f"{figure:12.1%}" for figure in figures)
            + f"   {one.model}"
        )
        better += one.error_share < one.naive_error_share
        inside.append(figures[-1])
    print(f"better than seasonal-naive, choosing as it went: {better} of {len(paths)}")
    print(f"mean coverage of the 90 % interval: {np.mean(inside):.1%}")
    print(f"{time.perf_counter() - begin:.1f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
