"""Garbage collection, put off while a table is read."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator


@contextlib.contextmanager
def collection_put_off() -> Iterator[None]:
    """Put garbage collection off: a table makes hundreds of thousands of lists, none of them garbage yet.

    The collector would go through all of them again and again, which takes as long as reading a table with quotes.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
