"""What the loss of a zone comes to, as records."""

from __future__ import annotations

from dataclasses import dataclass


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


@dataclass(frozen=True, slots=True)
class ZoneLoss:
    """What the loss of a zone came to for a service in a location; counts are of `runs` runs together.

    `late` are protected requests that were served after their target, shed ones not counted; `recovered_s` is None
    where the promise did not hold again; `late_share_after` is of protected requests from then on, shed ones counted.
    """

    service: str
    location: str
    zone: str
    day_type: str
    hour: int
    requests_per_s: float
    protected_share: float
    replicas: int
    replicas_left: int
    played_s: float
    runs: int
    requests: int
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


@dataclass(frozen=True, slots=True)
class ZoneLossReport:
    """Every protected service in every location; `notes` says which are not protected."""

    rows: tuple[ZoneLoss, ...]
    assumed: Assumed
    seed: int
    engine: str
    notes: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether every promise holds again in time."""
        return all(row.holds for row in self.rows)
