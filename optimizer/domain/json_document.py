"""Results that are documents: the same JSON from Python as from the command line."""

from __future__ import annotations

import json
from typing import Any


def json_text(document: Any) -> str:  # noqa: ANN401  any JSON value
    """Return a document as JSON, keys in the order they have, refusing numbers JSON does not know."""
    return json.dumps(document, allow_nan=False, indent=2, ensure_ascii=False, sort_keys=False) + "\n"


class JsonDocument:
    """Base of results whose `to_dict` is what the command writes."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the document, made of plain dicts, lists, strings and numbers."""
        raise NotImplementedError

    def to_json(self) -> str:
        """Return the document as the command's ``--format json`` and ``-o`` write it, byte for byte in UTF-8."""
        return json_text(self.to_dict())
