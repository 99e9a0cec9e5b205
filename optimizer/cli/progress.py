"""What is going on, on stderr: one line that rewrites itself in a terminal, one line a stage without."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from types import TracebackType
from typing import Self, TextIO

from optimizer.report.signs import clean, in_encoding

_CLEAR = "\r\x1b[K"


class ProgressLine:
    """A callback for long work; call it with a stage and a detail. Use it in a `with` so that the line goes away.

    Parameters
    ----------
    stream
        Where to write; None for nothing at all.
    live
        Whether the stream is a terminal whose line may be rewritten.
    """

    def __init__(self, stream: TextIO | None, *, live: bool) -> None:
        self._stream = stream
        self._live = live
        self._stage = ""

    def __call__(self, stage: str, detail: str) -> None:
        """Show what happens now."""
        text = clean(f"{stage}: {detail}" if detail else stage)
        if self._live:
            self._write(_CLEAR + text[: max(shutil.get_terminal_size().columns - 1, 20)])
        elif stage != self._stage:
            self._write(f"{text}\n")
        self._stage = stage

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Clear the line."""
        if self._live and self._stage:
            self._write(_CLEAR)

    def _write(self, text: str) -> None:
        if self._stream is None:
            return
        with contextlib.suppress(OSError):
            self._stream.write(in_encoding(text, self._stream.encoding))
            self._stream.flush()


def progress_line(*, quiet: bool) -> ProgressLine:
    """Return progress for this process's stderr."""
    if quiet or sys.stderr is None:
        return ProgressLine(None, live=False)
    return ProgressLine(sys.stderr, live=sys.stderr.isatty() and os.environ.get("TERM") != "dumb")
