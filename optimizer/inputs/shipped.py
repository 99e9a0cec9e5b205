"""Catalogs and scenarios that come with the package."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from optimizer.inputs.faults import Faults
from optimizer.inputs.files import is_file, is_folder, neighbours
from optimizer.inputs.wording import did_you_mean, likely_name, show

_PACKAGE = Path(__file__).resolve().parents[1]
CATALOG_FILE = "catalog.yaml"


@dataclass(frozen=True, slots=True)
class Found:
    """A file or folder, and how messages call it."""

    path: Path
    shown: str


def _data_folder(kind: str) -> Path:
    """Return ``optimizer/data/<kind>`` of an installed package, else the folder beside `optimizer` in a checkout."""
    installed = _PACKAGE / "data" / kind
    return installed if installed.is_dir() else _PACKAGE.parent / kind


def shipped_catalogs() -> dict[str, Path]:
    """Return the catalogs that come with fleetopt: name to folder."""
    return {file.parent.name: file.parent for file in sorted(_data_folder("catalogs").glob(f"*/{CATALOG_FILE}"))}


def shipped_scenarios() -> dict[str, Path]:
    """Return the scenarios that come with fleetopt: name to file."""
    return {file.stem: file for file in sorted(_data_folder("scenarios").glob("*.yaml"))}


def find_scenario(scenario: str | Path, faults: Faults) -> Found | None:
    """Return the file a scenario is in: a shipped name, or a path."""
    shipped = shipped_scenarios()
    name = str(scenario)
    if name in shipped:
        return Found(shipped[name], f"scenarios/{name}.yaml")
    path = Path(name)
    if is_file(path):
        return Found(path, name)
    if name and is_folder(path):
        faults.add(name, "is a folder", "Name the scenario file in it.", "folder")
        return None
    beside = {file.stem: file for file in neighbours(path) if file.suffix in (".yaml", ".yml")}
    mend = _mend(path.stem, beside, shipped, "shipped scenarios")
    faults.add(name or "scenario", f"no such scenario (found {show(name)})", mend, "no-file")
    return None


def find_catalog(name: str, relative_to: Path | None, where: str, faults: Faults) -> Found | None:
    """Return the folder a catalog is in: a shipped name, or a path relative to `relative_to`.

    Parameters
    ----------
    where
        Place of the fault, should there be no such catalog.
    """
    shipped = shipped_catalogs()
    if name in shipped:
        return Found(shipped[name], f"catalogs/{name}")
    folder = (relative_to or Path()) / name
    if is_file(folder / CATALOG_FILE):
        return Found(folder, name.rstrip("/"))
    if is_folder(folder) and name:
        faults.add(where, f"no {CATALOG_FILE} in that folder (found {show(name)})", "Write one.", "no-file")
        return None
    beside = {path.name: Path(name).with_name(path.name) for path in neighbours(folder) if is_file(path / CATALOG_FILE)}
    mend = _mend(name.rstrip("/").rpartition("/")[2], beside if name else {}, shipped, "shipped catalogs")
    if not mend.endswith("?"):  # no likely name
        mend = f"{mend} A folder of your own is looked for beside the scenario file."
    faults.add(where, f"no such catalog (found {show(name)})", mend, "no-file")
    return None


def _mend(word: str, beside: Mapping[str, Path], shipped: Iterable[str], kind: str) -> str:
    """Return the likeliest of what lies beside a path that is not there and of what is shipped."""
    meant = likely_name(word, [*beside, *shipped])
    if meant in beside and meant not in shipped:
        return f"Did you mean {beside[meant]}?"
    return did_you_mean(word, shipped, kind)
