"""Where simulated capacities are kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimizer.api import cache_folder


@pytest.fixture(autouse=True)
def _no_cache_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A home of its own, and no variable that names a cache."""
    monkeypatch.delenv("FLEETOPT_CACHE", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))


def test_the_cache_is_where_it_is_named(monkeypatch, tmp_path):
    """FLEETOPT_CACHE before XDG_CACHE_HOME before the home folder; made if it is not there."""
    assert cache_folder() == tmp_path / "home" / ".cache" / "fleetopt"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_folder() == tmp_path / "xdg" / "fleetopt"
    monkeypatch.setenv("FLEETOPT_CACHE", str(tmp_path / "mine"))
    assert cache_folder() == tmp_path / "mine"
    assert (tmp_path / "mine").is_dir()


def test_a_relative_xdg_folder_is_ignored(monkeypatch, tmp_path):
    """The XDG specification asks for that."""
    monkeypatch.setenv("XDG_CACHE_HOME", "caches")
    assert cache_folder() == tmp_path / "home" / ".cache" / "fleetopt"


def test_a_folder_that_cannot_be_made_means_no_cache(monkeypatch, tmp_path):
    """Planning goes on without one."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("FLEETOPT_CACHE", str(tmp_path / "file" / "cache"))
    assert cache_folder() is None
