"""Signs that are safe to print: nothing that moves a cursor, nothing that an encoding lacks."""

from __future__ import annotations

import re

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_CONTROL_BUT_BREAKS = re.compile(r"(?!\n)[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
#: For streams whose encoding knows ASCII only.
_PLAIN_SIGNS = str.maketrans({"·": "-", "█": "#", "▌": "", "±": "+-", "…": ".", "●": "*", "○": "o", "─": "=", "│": "|"})


def clean(text: str) -> str:
    """Replace control characters: a name from a file must neither move the cursor nor turn text round."""
    return _CONTROL.sub("?", text)


def clean_lines(text: str) -> str:
    """Do the same for text of several lines."""
    return _CONTROL_BUT_BREAKS.sub("?", text)


def in_encoding(text: str, encoding: str | None) -> str:
    """Return `text` with signs that `encoding` lacks replaced by ones it has."""
    name = encoding or "ascii"
    try:
        text.encode(name)
    except (UnicodeEncodeError, LookupError):
        return text.translate(_PLAIN_SIGNS).encode("ascii", errors="replace").decode("ascii")
    return text
