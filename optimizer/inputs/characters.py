"""Characters that text of ours may hold, and one way of writing each."""

from __future__ import annotations

import re
import unicodedata

#: Control characters but tab and line ends; signs without width, and those that turn text round, which make names
#: differ where they look the same; halves of characters; and numbers that are no characters.
_REFUSED = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069"
    r"\ud800-\udfff\ufffe\uffff]"
)
#: Bytes that need no look: printable ASCII, tab and line ends.
_PLAIN = bytes((*b"\t\n\r", *range(0x20, 0x7F)))


def refused_character(text: str) -> tuple[int, str] | None:
    """Return the position and number, ``U+001B``, of the first character that text may not hold; None without one."""
    found = _REFUSED.search(text)
    return None if found is None else (found.start(), f"U+{ord(found[0]):04X}")


def is_plain(content: bytes) -> bool:
    """Whether text is ASCII without control characters, so that no character needs a look."""
    return not content.translate(None, _PLAIN)


def composed(text: str) -> str:
    """Return text with each accented letter as one character (NFC): names are equal where they look equal."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def in_plain_digits(text: str) -> str:
    """Return text with the digits of other scripts, and full-width signs, written in ASCII."""
    wide = unicodedata.normalize("NFKC", text)
    return "".join(str(unicodedata.decimal(sign, sign)) for sign in wide)
