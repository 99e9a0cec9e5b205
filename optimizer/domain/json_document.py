"""Results that are documents: the same JSON from Python as from the command line, and its parts as tables."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimizer.errors import FleetoptError
from optimizer.whole_file import write_file

if TYPE_CHECKING:
    from pandas import DataFrame


def json_text(document: Any) -> str:  # noqa: ANN401  any JSON value
    """Return a document as JSON, keys in the order they have, refusing numbers JSON does not know."""
    return json.dumps(document, allow_nan=False, indent=2, ensure_ascii=False, sort_keys=False) + "\n"


class JsonDocument:
    """Base of results whose `to_dict` is what the command writes."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the document, made of plain dicts, lists, strings and numbers."""
        raise NotImplementedError

    def to_json(self, path: str | Path | None = None) -> str:
        """Return the document as the command's ``--format json`` and ``-o`` write it, byte for byte in UTF-8.

        Parameters
        ----------
        path
            A file to write it to as well, whole or not at all; None for none.

        Raises
        ------
        FleetoptError
            If the file cannot be written.
        """
        text = json_text(self.to_dict())
        if path is not None:
            write_file(Path(path), text)
        return text

    def to_frame(self, part: str) -> DataFrame:
        """Return a list of the document as a table, one row for each of its records.

        Parameters
        ----------
        part
            Where the list is: ``fleet``, ``pools``, ``cost.lines``. What a record holds in a record of its own becomes
            columns such as ``promised.p99_ms``; lists stay lists.

        Raises
        ------
        FleetoptError
            If the document has no such list; the message names those it has.
        """
        import pandas as pd

        lists = dict(_lists(self.to_dict()))
        if part not in lists:
            message = f"no list {part!r} in the document. It has {', '.join(sorted(lists)) or 'none'}."
            raise FleetoptError(message)
        return pd.json_normalize(lists[part])


def _lists(document: dict[str, Any], before: str = "") -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield every list of records, by its path."""
    for key, value in document.items():
        if isinstance(value, dict):
            yield from _lists(value, f"{before}{key}.")
        elif isinstance(value, (list, tuple)) and all(isinstance(item, dict) for item in value):
            yield f"{before}{key}", list(value)
