"""How a long call tells what it does."""

from __future__ import annotations

from collections.abc import Callable

#: Called with a stage and a detail, both for people.
Progress = Callable[[str, str], None]
