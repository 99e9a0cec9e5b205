"""Where a result goes: to stdout, or to a file that is whole or untouched."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from optimizer.cli.guard import silence_stdout, told
from optimizer.errors import FleetoptError
from optimizer.report.formats import Format
from optimizer.report.page import PIPE_WIDTH
from optimizer.report.report import Report, render
from optimizer.report.signs import in_encoding

STDOUT = Path("-")


@dataclass(frozen=True, slots=True)
class Delivery:
    """How a command's result leaves it.

    Without `output` the result goes to stdout. With it the file gets JSON, and stdout the page; a `format` that is
    asked for goes to the file and leaves stdout empty. `quiet` leaves stdout empty as well.
    """

    format: Format | None
    output: Path | None
    quiet: bool = False

    def refuse_bad_output(self) -> None:
        """Say that the file cannot be written before time is spent on its contents.

        Raises
        ------
        FleetoptError
            If the folder does not exist or the path is a folder.
        """
        if self.output is None or self.output == STDOUT:
            return
        if self.output.is_dir():
            raise FleetoptError(f"{self.output}: cannot be written (it is a folder). Name a file in it.")
        if not self.output.parent.is_dir():
            raise FleetoptError(f"{self.output}: cannot be written (folder {self.output.parent} does not exist).")

    def deliver(self, report: Report) -> None:
        """Write the report to where it was asked for."""
        if self.output is None:
            write_stdout(report, self.format or Format.TABLE)
        elif self.output == STDOUT:
            write_stdout(report, self.format or Format.JSON)
        else:
            write_file(self.output, render(report, self.format or Format.JSON))
            if self.format is None and not self.quiet:
                write_stdout(report, Format.TABLE)
            if not self.quiet:
                told(f"wrote {self.output}")


def write_stdout(report: Report, format_: Format) -> None:
    """Print a report: at the terminal's width and in colour where there is one, else plain and 100 columns wide.

    Raises
    ------
    FleetoptError
        If stdout cannot take it (a full disk).
    """
    if sys.stdout is None:
        return
    terminal = sys.stdout.isatty()
    width = shutil.get_terminal_size().columns if terminal else PIPE_WIDTH
    text = render(report, format_, width, colour=terminal and wants_colour())
    for_people = format_ in (Format.TABLE, Format.MARKDOWN)
    try:
        if for_people or not hasattr(sys.stdout, "buffer"):
            sys.stdout.write(in_encoding(text, sys.stdout.encoding))
        else:  # data is UTF-8, whatever the terminal speaks
            sys.stdout.flush()
            sys.stdout.buffer.write(text.encode())
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        silence_stdout()
        raise FleetoptError(f"stdout: cannot be written ({error.strerror or error}).") from error


def wants_colour() -> bool:
    """Whether colour is welcome in a terminal: not with NO_COLOR (no-color.org), not in a dumb one."""
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def write_file(path: Path, text: str) -> None:
    """Write a file aside, in the same folder, then put it in its place: readers see the old file or the new one.

    A link is followed; what is no plain file (``/dev/stdout``, a pipe) is written directly; an existing file keeps its
    permissions.

    Raises
    ------
    FleetoptError
        If it cannot be written; an old file is then as it was.
    """
    try:
        target = path.resolve()
        if target.exists() and not target.is_file():
            target.write_text(text, encoding="utf-8")
        else:
            _replace(target, text)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise FleetoptError(f"{path}: cannot be written ({error.strerror or error}).") from error


def _replace(target: Path, text: str) -> None:
    handle, aside = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        Path(aside).chmod(_mode(target))
        os.replace(aside, target)  # noqa: PTH105  named so that a test can make it fail
    except BaseException:
        with contextlib.suppress(OSError):
            Path(aside).unlink()
        raise


def _mode(target: Path) -> int:
    """Permissions of the file in place, else those a new file would get."""
    if target.exists():
        return stat.S_IMODE(target.stat().st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
