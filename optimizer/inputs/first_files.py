"""The files of a first question: a scenario, its demand and a small catalog, copied to a folder of the planner's."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from pathlib import Path

from optimizer.errors import FleetoptError

TEMPLATE = Path(__file__).resolve().parents[1] / "templates" / "first"
SCENARIO = "scenario.yaml"


def write_first(folder: Path) -> tuple[Path, ...]:
    """Write the files of a first question to a folder that does not exist yet, or is empty.

    They are written aside first and then put in their place, so that there are all of them or none.

    Parameters
    ----------
    folder
        Where to; its parent must exist.

    Returns
    -------
    tuple of Path
        The files, the scenario first.

    Raises
    ------
    FleetoptError
        If something is there already, or it cannot be written.
    """
    _refuse_to_overwrite(folder)
    try:
        if folder.is_dir():
            _fill(folder)
        else:
            _make(folder)
    except OSError as error:
        raise FleetoptError(f"{folder}: cannot be written ({error.strerror or error}). Name another folder.") from error
    return tuple(folder / name for name in _names())


def _names() -> list[Path]:
    """Return the files of the template, the scenario first."""
    names = sorted(path.relative_to(TEMPLATE) for path in TEMPLATE.rglob("*") if path.is_file())
    return sorted(names, key=lambda name: name != Path(SCENARIO))


def _copy(folder: Path) -> None:
    """Write every file anew, so that none is as read-only as an installed package may be."""
    for name in _names():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes((TEMPLATE / name).read_bytes())


def _refuse_to_overwrite(folder: Path) -> None:
    if folder.is_dir():
        there = sorted(path.name for path in folder.iterdir())
        if there:
            shown = ", ".join(there[:3]) + (f" and {len(there) - 3} more" if len(there) > 3 else "")
            raise FleetoptError(f"{folder}: is not empty (found {shown}). Name a new folder: nothing is overwritten.")
    elif os.path.lexists(folder):
        raise FleetoptError(f"{folder}: is no folder. Name a new folder: nothing is overwritten.")
    elif not folder.parent.is_dir():
        raise FleetoptError(f"{folder}: folder {folder.parent} does not exist. Make it first, or name another.")


def _make(folder: Path) -> None:
    """Write all files to a folder aside and give it its name at the end."""
    aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".part", dir=folder.parent))
    try:
        _copy(aside / "all")
        (aside / "all").rename(folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _fill(folder: Path) -> None:
    """Write all files to a folder inside the empty one and move them up at the end, or none of them."""
    aside = Path(tempfile.mkdtemp(prefix=".", suffix=".part", dir=folder))
    moved: list[Path] = []
    try:
        _copy(aside / "all")
        for path in sorted((aside / "all").iterdir()):
            path.rename(folder / path.name)
            moved.append(folder / path.name)
    except BaseException:
        for path in moved:
            with contextlib.suppress(OSError):
                path.rename(aside / path.name)
        raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)
