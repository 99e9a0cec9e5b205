"""Reading files as text, with every way a file can be unusable turned into a fault."""

from __future__ import annotations

from pathlib import Path

from optimizer.inputs.faults import Faults


def is_file(path: Path) -> bool:
    """Whether the path can be read as a file; false for names that no file can have."""
    try:
        return path.is_file() or path.is_fifo()
    except (OSError, ValueError):
        return False


def is_folder(path: Path) -> bool:
    """Whether the path is a folder; false for names that no folder can have."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def read_bytes(path: Path, where: str, faults: Faults, mend: str = "Check the name.") -> bytes | None:
    """Return what a file holds.

    Parameters
    ----------
    where
        Place of the fault, should there be one: the file, or the key that names it.
    mend
        What to do if there is no such file.
    """
    if is_folder(path):
        faults.add(where, f"is a folder ({path})", "Name a file in it.", "folder")
        return None
    if not is_file(path):
        faults.add(where, f"no such file ({path})", mend, "no-file")
        return None
    try:
        return path.read_bytes()
    except OSError as error:
        faults.add(where, f"cannot be read ({error.strerror or error})", "Check its permissions.", "unreadable")
        return None


def decode(content: bytes, where: str, faults: Faults) -> str | None:
    """Return UTF-8 text, a byte order mark taken off; None, and a fault, for anything else."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        faults.add(f"{where}:{line}", "not UTF-8 text", "Save the file as UTF-8 text.", "not-utf8")
        return None
    if "\0" in text:
        faults.add(where, "looks like a binary file (holds NUL characters)", "Give a text file.", "binary")
        return None
    return text
