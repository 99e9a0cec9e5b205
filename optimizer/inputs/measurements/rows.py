"""Rows of a measurement file, whatever wrote it, in one form; and what is asked beside the file."""

from __future__ import annotations

from dataclasses import dataclass

#: Served model, precision, accelerator, accelerators of a replica.
Key = tuple[str, str, str, int]


@dataclass(frozen=True, slots=True)
class MeasurementAsked:
    """What the command line says of the files; a column of a file with the same meaning wins.

    Parameters
    ----------
    profile
        ``served-model/precision``; empty where the file names it.
    accelerator
        As the catalog calls it; empty where the file names it.
    batch_sizes
        Of each file that has no column for it, in the order of the files; one for all of them, or none.
    """

    profile: str = ""
    accelerator: str = ""
    accelerators_per_replica: int = 1
    min_vcpu: int = 0
    source: str = ""
    as_of: str = ""
    licence: str = ""
    batch_sizes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class MeasurementRow:
    """One measured row, seconds and items per second; None is not in the file.

    Parameters
    ----------
    mean_s, p95_s, p99_s
        Latency of a whole batch.
    concurrency
        Batches under way at once.
    label
        What tells the row from others of the file, for example a configuration; for messages.
    unusable
        Why it cannot be a service time, where the file itself says so.
    """

    where: str
    key: Key
    batch_items: int
    mean_s: float | None = None
    p95_s: float | None = None
    p99_s: float | None = None
    throughput_per_s: float | None = None
    concurrency: int = 1
    min_vcpu: int = 0
    source: str = ""
    as_of: str = ""
    licence: str = ""
    label: str = ""
    unusable: str = ""

    @property
    def service_s(self) -> float | None:
        """Mean time of a batch: as measured, else as the throughput has it."""
        if self.mean_s is not None:
            return self.mean_s
        if self.throughput_per_s:
            return self.batch_items * self.concurrency / self.throughput_per_s
        return self.p95_s


def common(asked: MeasurementAsked, file: str) -> tuple[Key, str]:
    """Return the key and the source of rows of a file that names neither."""
    model, _, precision = asked.profile.rpartition("/")
    key = (model, precision, asked.accelerator, asked.accelerators_per_replica)
    return key, asked.source or f"measured, {file}"
