"""Reading files as text, with every way a file can be unusable turned into a fault."""

from __future__ import annotations

import codecs
import unicodedata
from pathlib import Path

from optimizer.inputs.characters import composed, is_plain, refused_character
from optimizer.inputs.faults import Faults
from optimizer.inputs.wording import likely_name

#: A file of more bytes is none of ours; it would only fill the memory.
LARGEST = 400_000_000
#: Files looked at for a likely name.
MOST_NEIGHBOURS = 1000
_OTHER_ENCODINGS = {  # the longer marks first: one begins like another
    codecs.BOM_UTF32_LE: "UTF-32",
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}


def is_file(path: Path) -> bool:
    """Whether the path can be read as a file; false for names that no file can have."""
    try:
        return path.is_file() or path.is_fifo()
    except (OSError, ValueError):
        return False


def is_there(path: Path) -> bool:
    """Whether anything has that path; false for names that nothing can have."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def is_folder(path: Path) -> bool:
    """Whether the path is a folder; false for names that no folder can have."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def read_bytes(path: Path, where: str, faults: Faults, mend: str = "", largest: int = LARGEST) -> bytes | None:
    """Return what a file holds.

    Parameters
    ----------
    where
        Place of the fault, should there be one: the file, or the key that names it.
    mend
        What to do if there is no such file; if not given, a likely name is looked for in its folder.
    largest
        Bytes; a larger file is a fault.
    """
    if is_folder(path):
        faults.add_unless_told(where, f"is a folder ({path})", "Name a file in it.", "folder")
        return None
    there = as_written(path)
    if there is None and is_there(path):
        faults.add_unless_told(where, f"is a device or a socket ({path})", "Name a file.", "no-file")
        return None
    if there is None:
        faults.add_unless_told(where, f"no such file ({path})", mend or likely_file(path), "no-file")
        return None
    try:
        with there.open("rb") as stream:
            content = stream.read(largest + 1)
    except OSError as error:
        faults.add(where, f"cannot be read ({error.strerror or error})", "Check its permissions.", "unreadable")
        return None
    if len(content) > largest:
        size = f"{largest / 1e6:g} MB"
        faults.add(where, f"is larger than {size}", f"Give a file of at most {size}.", "too-large")
        return None
    return content


def as_written(path: Path) -> Path | None:
    """Return the path of a file in the spelling of its accents that the disk knows; None if there is no such file."""
    forms = (Path(unicodedata.normalize(form, str(path))) for form in ("NFC", "NFD") if not str(path).isascii())
    return next((form for form in (path, *forms) if is_file(form)), None)


def neighbours(path: Path) -> list[Path]:
    """Return what lies in the folder of a path, so much of it as is quickly looked at."""
    try:
        return [file for _, file in zip(range(MOST_NEIGHBOURS), path.parent.iterdir(), strict=False)]
    except (OSError, ValueError):
        return []


def likely_file(path: Path) -> str:
    """Return a mend for a file that is not there: the likeliest one in its folder, by name."""
    close = likely_name(path.name, [file.name for file in neighbours(path)])
    return f"Did you mean {path.with_name(close)}?" if close else "Check the name."


def decode(content: bytes, where: str, faults: Faults) -> str | None:
    """Return UTF-8 text without a byte order mark, its accents composed; None, and a fault, for anything else."""
    for mark, name in _OTHER_ENCODINGS.items():
        if content.startswith(mark):
            faults.add(f"{where}:1", f"not UTF-8 text (found {name})", "Save the file as UTF-8 text.", "not-utf8")
            return None
    try:
        text = content.decode("utf-8-sig").lstrip("\ufeff")
    except UnicodeDecodeError as error:
        place = f"{where}:{_line(content.decode('utf-8', 'replace'), len(content[: error.start].decode()))}"
        what = f"not UTF-8 text (found byte 0x{content[error.start]:02X})"
        faults.add(place, what, "Save the file as UTF-8 text.", "not-utf8")
        return None
    if is_plain(content) or (refused := refused_character(text)) is None:
        return composed(text)
    position, number = refused
    if number == "U+0000":
        what, mend, code = "looks like a binary file (found a NUL character)", "Give a text file.", "binary"
    else:
        what, mend, code = f"holds a character that no text needs (found {number})", "Delete it.", "control-character"
    faults.add(f"{where}:{_line(text, position)}", what, mend, code)
    return None


def _line(text: str, position: int) -> int:
    """Return the line a position stands on, from 1, whichever way lines end."""
    before = text[:position].replace("\r\n", "\n")
    return before.count("\n") + before.count("\r") + 1
