"""The shipped files as rows of text, and the builders in ``tools/``."""

from __future__ import annotations

import csv
import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[3]
TOOLS = ROOT / "tools"
DATA = ROOT.parent / "shared" / "data"

Rows = list[dict[str, str]]


def read(path: Path) -> Rows:
    """Rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="session")
def shipped() -> Path:
    """Folder of the shipped catalog."""
    return ROOT / "catalogs" / "public-cloud"


@pytest.fixture(scope="session")
def rows(shipped) -> Callable[[str], Rows]:
    """Rows of one file of the shipped catalog, by its name without ``.csv``."""
    return lambda name: read(shipped / f"{name}.csv")


@pytest.fixture(scope="session")
def demand() -> Rows:
    """Rows of the shipped demand."""
    return read(ROOT / "scenarios" / "shop-search" / "demand.csv")


@pytest.fixture(scope="session")
def tool() -> Callable[[str], ModuleType]:
    """Import a module of ``tools/`` by its name from there, for example ``catalog.curves``."""
    if not TOOLS.is_dir():
        pytest.skip("tools/ is not part of this distribution")
    pytest.importorskip("scipy", reason="scipy is needed by the builders only")
    if str(TOOLS) not in sys.path:
        sys.path.insert(0, str(TOOLS))
    return importlib.import_module


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The collected data, which only the machine that builds the catalog has."""
    if not DATA.is_dir():
        pytest.skip(f"the collected data is not at {DATA}: the catalog cannot be rebuilt here")
    return DATA
