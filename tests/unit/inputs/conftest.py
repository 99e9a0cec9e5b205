"""The small scenario, written once for each test that bends it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.inputs.small_files import write_small


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Name of the small scenario's file, which lies in the working folder of the test."""
    write_small(tmp_path)
    monkeypatch.chdir(tmp_path)
    return Path("small.yaml")
