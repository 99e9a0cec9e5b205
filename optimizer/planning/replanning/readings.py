"""What the second reading says of a fleet on the way, beside what it says of the fleet before the first step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from optimizer.domain.plan import Check

#: A promise beyond this is the simulation's way to say that queues grow without end, milliseconds.
ENDLESS_MS = 1e8
#: First word of the check that counts what a rule does not name.
MORE = "and"
#: Margin of a rule that fails without one.
UNMEASURED = -1e-3
#: Rounding of margins, as a share.
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Reading:
    """How many checks were made of a fleet, and those that do not hold."""

    count: int
    broken: tuple[Check, ...]

    def beside(self, before: Reading) -> tuple[tuple[Check, ...], tuple[str, ...]]:
        """Return what is broken beyond an earlier reading, and the rules broken there that are no further off here.

        Checks are compared by rule and by the first word of their subject, which is a service where they are about one.
        A rule that failed on more subjects than it names is compared as a whole.
        """
        then, now = before._furthest(), self._furthest()
        whole = {rule for rule, subject in then if subject == MORE}
        worst = {rule: min(margin for key, margin in then.items() if key[0] == rule) for rule in whole}
        edges = {key: then.get(key, worst.get(key[0], 0.0)) for key in now}
        worse = {key for key, margin in now.items() if margin < edges[key] - ROUNDING * abs(edges[key])}
        new = tuple(check for check in self.broken if _key(check) in worse)
        return new, tuple(sorted({rule for rule, _ in now.keys() - worse}))

    def _furthest(self) -> dict[tuple[str, str], float]:
        found: dict[tuple[str, str], float] = {}
        for check in self.broken:
            margin = UNMEASURED if check.margin is None else check.margin
            found[_key(check)] = min(margin, found.get(_key(check), margin))
        return found


def _key(check: Check) -> tuple[str, str]:
    return check.rule, check.subject.split(" ", maxsplit=1)[0].rstrip(":,")


def told(broken: Sequence[Check]) -> tuple[str, ...]:
    """Return the first finding of each rule that does not hold, and how many more there are."""
    by_rule: dict[str, list[Check]] = {}
    for check in broken:
        by_rule.setdefault(check.rule, []).append(check)
    return tuple(
        f"{rule}: {_text(found[0])}" + (f" (and {len(found) - 1} more)" if len(found) > 1 else "")
        for rule, found in by_rule.items()
    )


def _text(check: Check) -> str:
    text = check.detail or check.subject
    if check.rule == "latency" and check.worst_value is not None and check.worst_value > ENDLESS_MS:
        return f"{text.split(': promises', maxsplit=1)[0]}: its queue grows without end"
    return text
