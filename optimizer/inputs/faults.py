"""Collecting faults, so that a planner hears of all of them at once."""

from __future__ import annotations

import re
from typing import NoReturn

from optimizer.errors import Fault, InputError

_PLACE = re.compile(r"(.+?):(\d+)(?: |$)")


class Faults:
    """Faults found so far; lives as long as one reading.

    A place is told once: what follows from a fault already told about the same place would only be noise.
    """

    def __init__(self) -> None:
        self._by_place: dict[str, list[Fault]] = {}

    def __len__(self) -> int:
        return sum(len(faults) for faults in self._by_place.values())

    def add(self, where: str, what: str, mend: str = "", code: str = "invalid") -> None:
        """Note a fault; ``where: what. mend.`` is what a planner reads."""
        self._by_place.setdefault(where, []).append(Fault(where, what, mend, code))

    def add_unless_told(self, where: str, what: str, mend: str = "", code: str = "invalid") -> None:
        """Note a fault, unless something is known to be wrong in the same place already."""
        if where not in self._by_place:
            self.add(where, what, mend, code)

    def raise_if_any(self) -> None:
        """End the reading if anything was found.

        Raises
        ------
        InputError
            As `refuse` does.
        """
        if self._by_place:
            self.refuse()

    def refuse(self) -> NoReturn:
        """End the reading.

        Raises
        ------
        InputError
            With every fault: files by their first one, the faults of a file by line.
        """
        files: dict[str, int] = {}

        def order(fault: Fault) -> tuple[int, int]:
            file, line = _file_and_line(fault.where)
            return files.setdefault(file, len(files)), line

        raise InputError(sorted((fault for faults in self._by_place.values() for fault in faults), key=order))


def _file_and_line(where: str) -> tuple[str, int]:
    """Split a place into its file (or option) and line, 0 where it has none."""
    match = _PLACE.match(where)
    return (match[1], int(match[2])) if match else (where.split(" ", 1)[0], 0)
