"""A file that is whole or untouched, whatever stops its writing: an error, a full disk, a signal, a kill."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import stat
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from optimizer.errors import FleetoptError

#: What a file written aside is called: the beginning of its name, this, eight letters, the end.
MARK, END = ".fleetopt-", ".part"
_ASIDE = re.compile(rf"{re.escape(MARK)}[a-z0-9_]{{8}}{re.escape(END)}")
#: Letters of a name that the file aside repeats; a file system knows no names of any length.
NAME_KEPT = 40


def refuse_unwritable(path: Path, reads: Iterable[str | Path] = ()) -> None:
    """Say that a file cannot be written before time is spent on its contents.

    Parameters
    ----------
    reads
        Files that the command reads, where they are files: none of them is overwritten.

    Raises
    ------
    FleetoptError
        If it is a folder, lies in no folder, is read by the command, or may not be written.
    """
    try:
        problem = _problem(path, path.resolve(), reads)
    except (OSError, RuntimeError, ValueError) as error:  # names that no file can have, links in a circle
        problem = _reason(error), "Name another file."
    if problem:
        raise FleetoptError(f"{path}: cannot be written ({problem[0]}). {problem[1]}")


def _problem(path: Path, target: Path, reads: Iterable[str | Path]) -> tuple[str, str] | None:
    if target.is_dir():
        return "it is a folder", "Name a file in it."
    if not target.parent.is_dir():
        return f"folder {path.parent} does not exist", "Make it first, or name another."
    if target.exists():
        if any(Path(read).is_file() and target.samefile(read) for read in reads):
            return "it is what this command reads", "Name another file."
        if not os.access(target, os.W_OK):
            return "it is read-only", "Change its permissions, or name another file."
    is_replaced = target.is_file() or not target.exists()
    if is_replaced and not os.access(target.parent, os.W_OK | os.X_OK):
        return f"folder {path.parent} is read-only", "Change its permissions, or name another folder."
    return None


def write_file(path: Path, text: str) -> None:
    """Write a file aside, in the same folder, then put it in its place: readers see the old file or the new one.

    A link is followed; what is no plain file (``/dev/stdout``, a pipe) is written directly; an existing file keeps its
    permissions. What an earlier run left aside when it was killed is removed.

    Raises
    ------
    FleetoptError
        If it cannot be written; an old file is then as it was.
    """
    content = text.encode("utf-8", "backslashreplace")  # a path may hold bytes that are no text
    try:
        target = path.resolve()
        if target.exists() and not target.is_file():
            target.write_bytes(content)
        else:
            _remove_left(target)
            _replace(target, content)
    except BrokenPipeError:
        raise
    except (OSError, RuntimeError, ValueError) as error:
        raise FleetoptError(f"{path}: cannot be written ({_reason(error)}). Name another file.") from error


def _reason(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error)


def _beginning(target: Path) -> str:
    return f".{target.name[:NAME_KEPT]}"


def _replace(target: Path, content: bytes) -> None:
    stream, aside = _open_aside(target)
    try:
        with stream:
            stream.write(content)
            stream.flush()
            _like(target, stream.fileno())
            os.fsync(stream.fileno())
            os.replace(aside, target)  # noqa: PTH105  named so that a test can make it fail
    except BaseException:
        with contextlib.suppress(OSError):
            aside.unlink()
        raise
    _sync_folder(target.parent)


def _open_aside(target: Path) -> tuple[BinaryIO, Path]:
    """Return a new file in the folder of the target, locked as long as it is open: nobody takes it for a left one."""
    while True:
        handle, name = tempfile.mkstemp(prefix=_beginning(target) + MARK, suffix=END, dir=target.parent)
        with contextlib.suppress(OSError):  # a file system without locks
            fcntl.flock(handle, fcntl.LOCK_EX)
        if Path(name).exists():  # else it was taken for a left one before it was locked
            return os.fdopen(handle, "wb"), Path(name)
        os.close(handle)


def _remove_left(target: Path) -> None:
    """Remove files aside whose writer lives no more."""
    beginning = _beginning(target)
    there: list[Path] = []
    with contextlib.suppress(OSError):  # a folder that may be written to and not be read
        there = list(target.parent.iterdir())
    for path in there:
        if path.name.startswith(beginning) and _ASIDE.fullmatch(path.name, len(beginning)):
            with contextlib.suppress(OSError), path.open("rb") as stream:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)  # refused while its writer lives
                path.unlink()


def _like(target: Path, handle: int) -> None:
    """Give a new file the permissions and, where allowed, the owner of the one in place; else those of any new file."""
    if target.exists():
        there = target.stat()
        with contextlib.suppress(OSError):
            os.fchown(handle, there.st_uid, there.st_gid)
        os.fchmod(handle, stat.S_IMODE(there.st_mode))
        return
    mask = os.umask(0)
    os.umask(mask)
    os.fchmod(handle, 0o666 & ~mask)


def _sync_folder(folder: Path) -> None:
    """Have the new name on the disk as well, where the file system can do that."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
