"""A copy of everything that is shipped, to be damaged file by file and read again at little cost."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from optimizer.inputs import catalog_part, scenario, shipped, shipped_catalogs, shipped_scenarios
from optimizer.inputs.faults import Faults


class ShippedCopy:
    """Catalogs and scenarios in a folder, found instead of the shipped ones while the patch lasts.

    What did not change is read once: tables of a file by file, and catalogs as a whole.
    """

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.scenarios, self.catalogs = folder / "scenarios", folder / "catalogs"
        for name, source in shipped_catalogs().items():
            shutil.copytree(source, self.catalogs / name)
        shutil.copytree(next(iter(shipped_scenarios().values())).parent, self.scenarios)
        self.damaged: Path | None = None
        patch.setattr(shipped, "_PACKAGE", folder / "optimizer")
        patch.setattr(catalog_part, "_read_raw", self._kept(catalog_part._read_raw, self._file_of_raw))
        patch.setattr(catalog_part, "read_table", self._kept(catalog_part.read_table, self._file_of_table))
        patch.setattr(scenario, "read_catalogs", self._kept(scenario.read_catalogs, self._folder_of_catalog))

    def files(self, kind: str) -> list[Path]:
        """Return the files of a kind that a planner may break: ``scenario``, ``demand`` or ``catalog``."""
        found = {
            "scenario": self.scenarios.glob("*.yaml"),
            "demand": self.scenarios.glob("*/*.csv"),
            "catalog": (path for path in self.catalogs.glob("*/*") if path.suffix in (".csv", ".yaml")),
        }[kind]
        return sorted(found)

    def scenario_of(self, file: Path) -> Path:
        """Return a scenario that reads a file; the smallest where there are several."""
        scenarios = sorted(self.scenarios.glob("*.yaml"), key=lambda path: path.stat().st_size)
        if file in scenarios:
            return file
        name = file.parent.name if self.catalogs in file.parents else f"{file.parent.name}/{file.name}"
        asks = [path for path in scenarios if re.search(rf"[ \[]{re.escape(name)}\b", path.read_text(encoding="utf-8"))]
        return asks[0] if asks else scenarios[0]

    def catalogs_of(self, scenario: Path) -> list[Path]:
        """Return the folders of the catalogs that a whole scenario names."""
        line = next(line for line in scenario.read_text(encoding="utf-8").splitlines() if line.startswith("catalog:"))
        return [self.catalogs / name for name in re.findall(r"[\w-]+", line.partition(":")[2].partition("#")[0])]

    @contextmanager
    def damage(self, file: Path, content: bytes) -> Iterator[None]:
        """Hold other content in a file for a while."""
        whole = file.read_bytes()
        file.write_bytes(content)
        self.damaged = file
        try:
            yield
        finally:
            self.damaged = None
            file.write_bytes(whole)

    def _kept(self, read: Callable[..., Any], place_of: Callable[..., Path]) -> Callable[..., Any]:
        """Return a reader that reads what is not damaged once."""
        results: dict[Any, Any] = {}

        def reading(*arguments: Any) -> Any:
            place = place_of(*arguments)
            if self.damaged is not None and (place == self.damaged or place in self.damaged.parents):
                return read(*arguments)
            key = (place, repr((arguments[0], arguments[4:])) if place == self.catalogs else "")
            if key in results:
                return results[key]
            faults: Faults = arguments[3] if place == self.catalogs else arguments[-1]
            before = len(faults)
            result = read(*arguments)
            if len(faults) == before:
                results[key] = result
            return result

        return reading

    def _file_of_raw(self, found: shipped.Found, spec: Any, _: Faults) -> Path:
        return found.path / str(spec.file)

    def _file_of_table(self, raw: Any, *_: Any) -> Path:
        return self.catalogs / str(raw.file).removeprefix("catalogs/")

    def _folder_of_catalog(self, *_: Any) -> Path:
        return self.catalogs
