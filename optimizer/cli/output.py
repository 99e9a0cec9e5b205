"""Where a result goes: to stdout, or to a file that is whole or untouched."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from optimizer.cli.guard import silence_stdout, told
from optimizer.errors import FleetoptError
from optimizer.report.formats import Format
from optimizer.report.page import PIPE_WIDTH
from optimizer.report.report import Report, render
from optimizer.report.signs import in_encoding
from optimizer.whole_file import refuse_unwritable, write_file

STDOUT = Path("-")


@dataclass(frozen=True, slots=True)
class Delivery:
    """How a command's result leaves it.

    Without `output` the result goes to stdout. With it the file gets JSON, or HTML where its name ends so, and stdout
    the page; a `format` that is asked for goes to the file and leaves stdout empty. `quiet` leaves stdout empty as
    well.
    """

    format: Format | None
    output: Path | None
    quiet: bool = False

    def refuse_bad_output(self, *reads: str | Path) -> None:
        """Say that the file cannot be written before time is spent on its contents.

        Parameters
        ----------
        reads
            Files that the command reads; none of them is overwritten.

        Raises
        ------
        FleetoptError
            If the folder does not exist, the path is a folder or read, or either may not be written.
        """
        if self.output is not None and self.output != STDOUT:
            refuse_unwritable(self.output, reads)

    def deliver(self, report: Report) -> None:
        """Write the report to where it was asked for."""
        if self.output is None:
            write_stdout(report, self.format or Format.TABLE)
        elif self.output == STDOUT:
            write_stdout(report, self.format or Format.JSON)
        else:
            write_file(self.output, render(report, self.format or _format_of(self.output)))
            if self.format is None and not self.quiet:
                write_stdout(report, Format.TABLE)
            if not self.quiet:
                told(f"wrote {self.output}")


def _format_of(path: Path) -> Format:
    """What a file gets that no format is named for."""
    return Format.HTML if path.suffix.lower() in (".html", ".htm") else Format.JSON


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
            sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        silence_stdout()
        raise FleetoptError(f"stdout: cannot be written ({error.strerror or error}).") from error


def wants_colour() -> bool:
    """Whether colour is welcome in a terminal: not with NO_COLOR (no-color.org), not in a dumb one."""
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
