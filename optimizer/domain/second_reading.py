"""What the second reading of a plan found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from optimizer.domain.json_document import JsonDocument
from optimizer.domain.plan import Check


@dataclass(frozen=True, slots=True)
class SecondReading(JsonDocument):
    """Every rule read again over a plan; the document of ``fleetopt verify --format json``.

    It is true where everything holds, and a sequence of its checks: ``all(check.holds for check in reading)``.

    Parameters
    ----------
    plan
        The plan file, or the scenario of a plan that is in no file.
    checks
        Rule by rule; each says where it is tightest.
    """

    plan: str
    checks: tuple[Check, ...]

    @property
    def holds(self) -> bool:
        """Whether the plan can be trusted."""
        return all(check.holds for check in self.checks)

    @property
    def failed(self) -> tuple[Check, ...]:
        """Checks that do not hold."""
        return tuple(check for check in self.checks if not check.holds)

    def __bool__(self) -> bool:
        return self.holds

    def __len__(self) -> int:
        return len(self.checks)

    def __iter__(self) -> Iterator[Check]:
        return iter(self.checks)

    def to_dict(self) -> dict[str, Any]:
        """Return the document; `to_frame("checks")` is its table."""
        return {"plan": self.plan, "holds": self.holds, "checks": [asdict(check) for check in self.checks]}
