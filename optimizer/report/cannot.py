"""Why instance types cannot serve, counted by reason, and the words for it on every page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from optimizer.domain.plan import Rejected

HEADING = "Cannot"
SERVICE = "{service} on {types}: {reason}"
COUNTED = "{reason} ({count})"
OTHERS = "other reasons ({count})"
REASONS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Cannot:
    """Types that cannot serve a service: the most common reasons with their counts, and how many have other ones."""

    service: str
    reasons: tuple[tuple[str, int], ...]
    others: int

    @property
    def types(self) -> int:
        """How many types there are."""
        return sum(count for _, count in self.reasons) + self.others

    @property
    def agree(self) -> bool:
        """Whether there is one reason: then its count is said once."""
        return len(self.reasons) == 1


def cannot_serve(rejected: Iterable[Rejected]) -> list[Cannot]:
    """Return the services of which some types cannot serve, in the plan's order."""
    by_service: dict[str, Counter[str]] = {}
    for item in rejected:
        if item.reason == "cannot":
            by_service.setdefault(item.service, Counter())[item.detail] += 1
    return [
        Cannot(
            service,
            tuple(reasons.most_common(REASONS_SHOWN)),
            sum(count for _, count in reasons.most_common()[REASONS_SHOWN:]),
        )
        for service, reasons in by_service.items()
    ]
