"""What the loss of a zone comes to, as records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: Where the requests go that a page sends to a stage at once; empty where it sends one.
RequestsGo = Literal["", "together", "apart"]


@dataclass(frozen=True, slots=True)
class Assumed:
    """What is assumed where a zone is lost, and the recovery that is asked for; the documented defaults.

    Parameters
    ----------
    detection_s
        Seconds until the load balancer leaves the zone out.
    retry_budget
        Retries over requests.
    reserve_s
        Seconds for which an unspent budget is kept.
    most_retries
        Of one request.
    recovery_s
        Seconds within which every promise must hold again.
    """

    detection_s: float = 10.0
    retry_budget: float = 0.1
    reserve_s: float = 10.0
    most_retries: int = 2
    recovery_s: float = 60.0


@dataclass(frozen=True, slots=True)
class Second:
    """Requests of all runs that first came in one second, counted from the loss on, and what became of them."""

    second: int
    requests: int
    lost: int
    retries: int
    shed: int
    late: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """What the loss of a zone came to; counts are of `runs` runs together, of requests or of pages.

    Parameters
    ----------
    lost, retries
        How often requests were lost and tried again; of pages how many had such a request.
    served, shed
        Answered, and not; together all that came. `shed_unprotected` of those that were shed need not be carried.
    late
        Protected ones that were answered after their target.
    late_share_after
        Of protected ones late or shed, from the recovery on.
    recovered_s
        None where the promise did not hold again.
    """

    location: str
    zone: str
    day_type: str
    hour: int
    played_s: float
    runs: int
    lost: int
    retries: int
    served: int
    shed: int
    shed_unprotected: int
    late: int
    allowed_share: float
    late_share_after: float | None
    recovered_s: float | None
    holds: bool
    seconds: tuple[Second, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneLoss(Loss):
    """What the loss of a zone came to for a service in a location."""

    service: str
    requests_per_s: float
    protected_share: float
    replicas: int
    replicas_left: int
    requests: int


@dataclass(frozen=True, slots=True)
class StageLeft:
    """Replicas of a stage in the location that loses a zone, and those that stay."""

    service: str
    replicas: int
    replicas_left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLoss(Loss):
    """What the loss of a zone of a location came to for pages from an origin, from end to end.

    Parameters
    ----------
    requests_go
        To one pool together, or each to one of its own: the worse of the two.
    stages
        Those that lose replicas.
    pages
        That came, before and after the loss.
    percentile, target_ms
        What is promised.
    reached_before_ms
        The percentile of the ten seconds before the loss; None where no page came.
    worst_from_s, worst_missed_share, worst_reached_ms
        The ten seconds after the loss in which most protected pages were late or shed, their share and the percentile;
        None where more were never answered than may be late.
    """

    page: str
    origin: str
    requests_go: RequestsGo
    stages: tuple[StageLeft, ...]
    pages_per_s: float
    pages: int
    percentile: float
    target_ms: float
    reached_before_ms: float | None
    worst_from_s: float | None
    worst_missed_share: float | None
    worst_reached_ms: float | None


@dataclass(frozen=True, slots=True)
class ZoneLossReport:
    """Every protected service and every protected page in every location; `notes` says which are not protected."""

    rows: tuple[ZoneLoss, ...]
    pages: tuple[PageLoss, ...]
    assumed: Assumed
    seed: int
    engine: str
    notes: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether every promise holds again in time."""
        return all(row.holds for row in (*self.rows, *self.pages))
