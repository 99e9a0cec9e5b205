"""Warnings of the inputs, once, on stderr."""

from __future__ import annotations

from collections.abc import Sequence

from optimizer.cli.guard import told


def warned(warnings: Sequence[str], *, quiet: bool) -> None:
    """Tell each warning once, in the order they came."""
    if not quiet:
        for warning in dict.fromkeys(warnings):
            told(f"warning: {warning}")
