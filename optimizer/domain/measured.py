"""Measured service times on their way to a profile: points, the curve through them, and how far it can be trusted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import accumulate
from typing import Any, Literal

from optimizer.domain.json_document import JsonDocument

#: ``measured``: straight between the points; the others are fitted through them.
CurveForm = Literal["measured", "two slopes", "one slope"]


@dataclass(frozen=True, slots=True)
class MeasuredPoint:
    """One fixed batch, served alone.

    Parameters
    ----------
    where
        File and line it was read from.
    batch_items
        Items of the batch.
    service_s
        Mean time to serve it.
    throughput_per_s
        Items per second as measured; None where the file has none.
    scatter
        By how much more it is planned: 95th percentile over mean where single batches scatter, else 1.
    noise
        99th percentile over the mean; None where the file has not both.
    raised_from_s
        What was measured, where a smaller batch took a little longer and `service_s` is that.
    """

    where: str
    batch_items: int
    service_s: float
    throughput_per_s: float | None = None
    scatter: float = 1.0
    noise: float | None = None
    raised_from_s: float | None = None


@dataclass(frozen=True, slots=True)
class MeasuredCurve:
    """Points of one served model, precision and kind of replica, by rising batch."""

    served_model: str
    precision: str
    accelerator: str
    accelerators_per_replica: int
    min_vcpu: int
    points: tuple[MeasuredPoint, ...]
    source: str
    as_of: str
    licence: str = ""

    @property
    def key(self) -> tuple[str, str, str, int]:
        """What names the curve in a catalog."""
        return self.served_model, self.precision, self.accelerator, self.accelerators_per_replica

    @property
    def batch_items(self) -> list[int]:
        """Batch sizes."""
        return [point.batch_items for point in self.points]

    @property
    def service_s(self) -> list[float]:
        """Mean service times, seconds."""
        return [point.service_s for point in self.points]

    @property
    def planned_s(self) -> list[float]:
        """Service times to plan with as they were measured, seconds; never falling."""
        return self.planned(self.service_s)

    def planned(self, service_s: Sequence[float]) -> list[float]:
        """Add each point's scatter to mean service times: a batch never takes less time than a part of it."""
        scattered = (s * point.scatter for s, point in zip(service_s, self.points, strict=True))
        return list(accumulate(scattered, max))


@dataclass(frozen=True, slots=True)
class LeftOutRow:
    """A row of a file that no curve rests on, and why."""

    where: str
    reason: str
    #: Whether it contradicts itself or another row; else it only measures something else.
    rejected: bool


@dataclass(frozen=True, slots=True)
class LeftOutError:
    """How one point is predicted by the curve of all the others: factor - 1, whichever is larger of the two."""

    predicted_s: float
    error: float


@dataclass(frozen=True, slots=True)
class FittedCurve:
    """A measured curve with the form that predicts its points best when they are left out.

    Parameters
    ----------
    curve_s
        The curve at the measured batches, seconds: of mean times.
    service_s
        What the catalog gets there: with the scatter of each point.
    left_out
        Of each point; empty below three points.
    error
        Median of `left_out`; None where it is empty.
    error_band
        Share by which a mean service time may be off.
    errors_by_form
        Mean leave-one-out error of every form that can be fitted, each counted as 100 % at most: the least is chosen.
    replaces
        Basis and band of the curve that a catalog has for this today, such as ``estimated ±100 %``; empty for none.
    """

    measured: MeasuredCurve
    form: CurveForm
    curve_s: tuple[float, ...]
    service_s: tuple[float, ...]
    left_out: tuple[LeftOutError, ...]
    error: float | None
    error_band: float
    errors_by_form: Mapping[str, float]
    replaces: str = ""

    @property
    def basis(self) -> str:
        """What the rows of a catalog say."""
        return "measured" if self.form == "measured" else "fitted"


@dataclass(frozen=True, slots=True)
class EstimatedCurve:
    """A curve of an accelerator that was not measured, scaled from one that was."""

    base: MeasuredCurve
    accelerator: str
    service_s: tuple[float, ...]
    flops_ratio: float
    bandwidth_ratio: float
    error_band: float


@dataclass(frozen=True, slots=True)
class ProfileFit(JsonDocument):
    """What measured files became: curves, estimates beside them, and the rows that none of them rests on."""

    files: tuple[str, ...]
    curves: tuple[FittedCurve, ...]
    estimates: tuple[EstimatedCurve, ...]
    left_out_rows: tuple[LeftOutRow, ...]
    warnings: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return what JSON holds."""
        return {"format": "fleetopt/profile-fit/1", **asdict(self)}
