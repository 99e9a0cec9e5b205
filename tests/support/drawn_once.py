"""Charts drawn once in a process: pages of like plans have most of them in common, and drawing is most of a page."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest

from optimizer.report.html import drawing

_draw = drawing._svg


@cache
def _drawn(spec: str, label: str, kind: str) -> Any:
    return _draw(json.loads(spec), label, kind)


def draw_once(patch: pytest.MonkeyPatch) -> None:
    """Let like charts be drawn once, for tests that ask what a page says and not how it is made."""
    patch.setattr(drawing, "_svg", lambda spec, label, kind: _drawn(json.dumps(spec), label, kind))
