"""Words that messages and pages share."""

from __future__ import annotations


def counted(count: int, one: str, many: str = "") -> str:
    """``1 check``, ``2 checks``."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
