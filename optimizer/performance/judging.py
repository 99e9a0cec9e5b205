"""How right curves and estimates are on points they have not seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from optimizer.domain.catalog import Accelerator
from optimizer.domain.measured import MeasuredCurve
from optimizer.performance.fitting import TWO_SLOPES_POINTS, band_of, best_form, error_of, fit, leave_one_out
from optimizer.performance.transfer import ESTIMATED_BAND, estimate, nearest


@dataclass(frozen=True, slots=True)
class Unseen:
    """A point, what was said of it by those who had not seen it, and the band they gave."""

    batch_items: int
    true_s: float
    predicted_s: float
    error: float
    band: float

    @property
    def inside(self) -> bool:
        """Whether the band holds."""
        return self.error <= self.band


def unseen_points(batch: Sequence[int], service_s: Sequence[float]) -> list[Unseen]:
    """Leave each point out, choose form and band from the others alone, and compare; nothing below four points."""
    found = []
    for i in range(len(batch) if len(batch) >= TWO_SLOPES_POINTS else 0):
        others, times = [*batch[:i], *batch[i + 1 :]], [*service_s[:i], *service_s[i + 1 :]]
        form = best_form(others, times)
        predicted = fit(form, others, times)(batch[i])
        band = band_of([one.error for one in leave_one_out(form, others, times)], len(others))
        found.append(Unseen(batch[i], service_s[i], predicted, error_of(predicted, service_s[i]), band))
    return found


def thinned_points(batch: Sequence[int], service_s: Sequence[float], kept: int) -> list[Unseen]:
    """Keep both ends and every choice of `kept` - 2 points between, and compare the others with that short curve."""
    found = []
    for inner in combinations(range(1, len(batch) - 1), kept - 2):
        chosen = [0, *inner, len(batch) - 1]
        few, times = [batch[i] for i in chosen], [service_s[i] for i in chosen]
        errors = [one.error for one in leave_one_out("measured", few, times)] if kept > 2 else []
        at, band = fit("measured", few, times), band_of(errors, kept)
        for i in sorted(set(range(len(batch))) - set(chosen)):
            predicted = at(batch[i])
            found.append(Unseen(batch[i], service_s[i], predicted, error_of(predicted, service_s[i]), band))
    return found


def unseen_accelerators(curves: Iterable[MeasuredCurve], known: Mapping[str, Accelerator]) -> dict[str, list[Unseen]]:
    """Estimate every curve from the nearest other accelerator that has it, and compare: points by accelerator.

    Curves of one model and precision belong together; accelerators with the same FLOPS and bandwidth are one, so that
    none is estimated from itself.
    """
    groups: dict[tuple[str, str, int], list[MeasuredCurve]] = {}
    for curve in curves:
        if curve.accelerator in known:
            groups.setdefault((curve.served_model, curve.precision, curve.accelerators_per_replica), []).append(curve)
    found: dict[str, list[Unseen]] = {}
    for group in groups.values():
        for curve in group:
            wanted = known[curve.accelerator]
            others = [one for one in group if _peaks(known[one.accelerator]) != _peaks(wanted)]
            base = nearest(others, wanted, known)
            if base is not None:
                found.setdefault(curve.accelerator, []).extend(_compared(curve, base, wanted, known))
    return found


def _peaks(accelerator: Accelerator) -> tuple[float, float]:
    return accelerator.bf16_dense_tflops, accelerator.memory_bandwidth_gb_per_s


def _compared(
    curve: MeasuredCurve, base: MeasuredCurve, wanted: Accelerator, known: Mapping[str, Accelerator]
) -> list[Unseen]:
    """Compare a curve with its estimate at the batches that both were measured at."""
    scaled = estimate(base, known[base.accelerator], wanted)
    said = dict(zip(base.batch_items, scaled.service_s, strict=True))
    return [
        Unseen(batch, true_s, said[batch], error_of(said[batch], true_s), ESTIMATED_BAND)
        for batch, true_s in zip(curve.batch_items, curve.planned_s, strict=True)
        if batch in said
    ]
