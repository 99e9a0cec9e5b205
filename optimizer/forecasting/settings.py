"""What a forecast is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Settings:
    """What a forecast is asked for.

    Parameters
    ----------
    start
        First day of the horizon, proleptic ordinal; None for the day after the history.
    months
        Months of the horizon.
    timezone
        The clock of hours and days.
    interval
        Share of the hours that should lie from low to high.
    per_s
        Whether values are requests per second, not requests in the step.
    missing_is_zero
        Whether steps without a row had no requests.
    """

    start: int | None = None
    months: int = 12
    timezone: str = "UTC"
    interval: float = 0.9
    per_s: bool = False
    missing_is_zero: bool = False

    def days_from(self, start: int) -> int:
        """Days from the first of the horizon to the same day of the month after it, or the last day of that month."""
        first = date.fromordinal(start)
        years, month = divmod(first.month - 1 + self.months, 12)
        beginning = date(first.year + years, month + 1, 1)
        following = (beginning + timedelta(days=31)).replace(day=1)
        end = beginning.toordinal() + min(first.day, following.toordinal() - beginning.toordinal()) - 1
        return end - start
