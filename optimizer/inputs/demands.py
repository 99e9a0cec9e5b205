"""Demand of each service, from a file of rates or a constant, as arrays over origins and periods."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path as FilePath

import numpy as np

from optimizer.domain.scenario import Demand, Floats
from optimizer.domain.words import counted
from optimizer.inputs.asked import Asked, keys_at
from optimizer.inputs.demand_file import DEMANDS, TOLERANCE, DemandFile, Rates, rates_of, read_demand_file
from optimizer.inputs.document import Path, find, place_of
from optimizer.inputs.faults import Faults
from optimizer.inputs.files import decode, read_bytes
from optimizer.inputs.pipelines import PIPELINES, SERVICES, with_pages
from optimizer.inputs.schema import DemandKeys
from optimizer.inputs.wording import did_you_mean, listed
from optimizer.units import HOURS_PER_DAY


@dataclass(frozen=True, slots=True)
class ReadDemands:
    """Demand by service and by pipeline (those without a fault), hashes of the files they come from, and warnings.

    The demand of a service holds what the pages of pipelines bring; that of a pipeline is of pages.
    """

    by_service: Mapping[str, Demand]
    file_sha256: tuple[str, ...]
    warnings: tuple[str, ...]
    by_pipeline: Mapping[str, Demand] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Named:
    """What has a demand of its own: a service or a pipeline, and its keys."""

    table: str
    name: str
    keys: DemandKeys

    @property
    def label(self) -> str:
        """``service ranking``."""
        return f"{self.table[:-1]} {self.name}"

    def path(self, *parts: str) -> Path:
        """Path of a key of the demand."""
        return (self.table, self.name, "demand", *parts)


def read_demands(asked: Asked, folder: FilePath, faults: Faults, given: DemandFile | None = None) -> ReadDemands:
    """Read the demand of every service and pipeline that fits the schema; each file once.

    Parameters
    ----------
    folder
        Where file names start from: the folder of the scenario.
    given
        What every file holds, where it was read already.
    """
    files = _read_files(asked, folder, faults) if given is None else {given.table.file: given}
    found: dict[tuple[str, str], Demand] = {}
    warnings: list[str] = []
    for named in _with_demand(asked) if asked.origin_names and asked.day_types else ():
        if named.keys.constant_per_s is not None:
            demand, silent = _constant(asked, named, faults)
        else:
            demand, silent = _from_file(asked, named, given or files.get(str(named.keys.file)), faults)
        if demand is None:
            continue
        found[named.table, named.name], capped = _mean_within_peak(demand)
        warnings += _quiet(named.label, silent, demand)
        if capped:
            warnings.append(
                f"{named.label}: in {counted(capped, 'hour')} `mean` is above `{asked.planned}`: "
                f"billed at {asked.planned} there."
            )
    hashes = tuple(file.sha256 for _, file in sorted(files.items()))
    pages = {name: demand for (table, name), demand in found.items() if table == PIPELINES}
    own = {name: demand for (table, name), demand in found.items() if table == SERVICES}
    return ReadDemands(with_pages(asked, own, pages), hashes, tuple(warnings), pages)


def _with_demand(asked: Asked) -> list[_Named]:
    services = [_Named(SERVICES, name, keys.demand) for name, keys in asked.services.items() if keys.demand is not None]
    return [*services, *(_Named(PIPELINES, name, keys.demand) for name, keys in asked.pipelines.items())]


def _mean_within_peak(demand: Demand) -> tuple[Demand, int]:
    """Bill no hour above the peak planned for, and count the hours where that matters.

    One `mean` stands beside low, mid and high, so it may well lie above a low peak.
    """
    mean = np.minimum(demand.mean_per_s, demand.peak_per_s)
    above = demand.mean_per_s > demand.peak_per_s * (1.0 + TOLERANCE)
    mean.setflags(write=False)
    return replace(demand, mean_per_s=mean), int(above.sum())


def _quiet(label: str, silent: tuple[str, ...], demand: Demand) -> list[str]:
    if not demand.peak_per_s.any():
        return [f"{label}: its demand is 0 everywhere."]
    if silent:
        return [f"{label}: no demand is given for origin {listed(silent)}: taken as 0."]
    return []


def _read_files(asked: Asked, folder: FilePath, faults: Faults) -> dict[str, DemandFile]:
    """Read every file that a `demand.file` names, also of services and pipelines with other faults."""
    files: dict[str, DemandFile] = {}
    tried: set[str] = set()
    owners = [(table, name) for table in (SERVICES, PIPELINES) for name in keys_at(asked.root, (table,))]
    for owner in owners:
        path = (*owner, "demand", "file")
        node = find(asked.root, path)
        if node is None or not isinstance(node.value, str) or node.value in tried:
            continue
        tried.add(node.value)
        content = read_bytes(folder / node.value, place_of(asked.root, path), faults)
        text = None if content is None else decode(content, node.value, faults)
        if content is None or text is None:
            continue
        sha256 = hashlib.sha256(content).hexdigest()
        if (file := read_demand_file(text, node.value, sha256, asked.planned, faults)) is not None:
            files[node.value] = file
    return files


def _constant(asked: Asked, named: _Named, faults: Faults) -> tuple[Demand | None, tuple[str, ...]]:
    rates = named.keys.constant_per_s or {}
    for origin in set(rates) - set(asked.origin_names):
        place = place_of(asked.root, named.path("constant_per_s", origin))
        mend = did_you_mean(origin, asked.origin_names, "origins")
        faults.add_unless_told(place, "unknown origin", mend, "unknown-name")
    column = np.array([rates.get(origin, 0.0) for origin in asked.origin_names])
    peak = np.repeat(column[:, None], len(asked.day_types) * HOURS_PER_DAY, axis=1)
    silent = tuple(origin for origin in asked.origin_names if origin not in rates)
    planned = asked.planned or ""
    # A constant demand has no band: low, mid and high are the same.
    peaks = dict.fromkeys((*DEMANDS, planned), peak)
    return _demand(peaks, planned, None, named.keys.peak_to_mean or 1.0, "constant rates of the scenario"), silent


def _from_file(
    asked: Asked, named: _Named, file: DemandFile | None, faults: Faults
) -> tuple[Demand | None, tuple[str, ...]]:
    if file is None or asked.planned is None:
        return None, ()
    if not _mean_is_known(asked, named, file, faults):
        return None, ()
    place = place_of(asked.root, named.path("series"))
    series = named.keys.series or named.name
    found = rates_of(file, series, place, asked.origin_names, asked.day_types, faults, asked.root.mark.file)
    if found is None or asked.planned not in found.by_column:
        return None, ()
    if missing := [demand for demand in asked.counted if demand not in found.by_column]:
        what = f"{file.table.file} has no column {missing[0]}"
        mend = f"Add it, or count money for {' and '.join(sorted(found.by_column.keys() & set(DEMANDS)))} only."
        faults.add_unless_told(place_of(asked.root, ("plan_for", "cost", missing[0])), what, mend, "missing")
        return None, ()
    return _scaled(found, named.keys, asked.planned, f"{file.table.file}, series {series}"), found.silent_origins


def _mean_is_known(asked: Asked, named: _Named, file: DemandFile, faults: Faults) -> bool:
    """Whether the mean is given once: as a column, or as a ratio."""
    has_column, has_ratio = "mean" in file.given, named.keys.peak_to_mean is not None
    if has_column == has_ratio:
        place = place_of(asked.root, named.path("peak_to_mean"))
        file_name = file.table.file
        what = f"{file_name} has a column mean too" if has_column else f"is missing, and {file_name} has no column mean"
        mend = "Delete one of the two." if has_column else "Add peak_to_mean: 1.5, or the column."
        faults.add_unless_told(place, what, mend, "exactly-one")
    return has_column != has_ratio


def _scaled(found: Rates, keys: DemandKeys, planned: str, source: str) -> Demand:
    calls = keys.calls_per_page or 1.0
    rates = {name: values * calls for name, values in found.by_column.items()}
    peaks = {name: rates[name] for name in DEMANDS if name in rates}
    return _demand(peaks, planned, rates.get("mean"), keys.peak_to_mean or 1.0, source)


def _demand(peaks: Mapping[str, Floats], planned: str, mean: Floats | None, peak_to_mean: float, source: str) -> Demand:
    mean = peaks[planned] / peak_to_mean if mean is None else mean
    for array in (mean, *peaks.values()):
        array.setflags(write=False)
    return Demand(mean, peaks[planned], dict(peaks), source)
