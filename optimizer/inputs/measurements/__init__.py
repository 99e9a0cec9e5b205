"""Measurements people have, read as they are: Triton's analyzers, MLPerf summaries and results, plain CSV."""

from optimizer.inputs.measurements.reading import Measurements, read_measurements
from optimizer.inputs.measurements.rows import MeasurementAsked

__all__ = ["MeasurementAsked", "Measurements", "read_measurements"]
