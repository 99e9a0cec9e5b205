"""Engines to choose from, and operating points in few words."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.performance import OperatingPoint, kernel, vectorised


@pytest.fixture
def use(monkeypatch):
    """Return a function that makes one engine, by name, serve the rest of the test."""

    def choose(name):
        engine = vectorised if name == "numpy" else kernel.compiled_engine()
        if engine is None:
            pytest.skip("numba, the extra `fast`, is not installed")
        monkeypatch.setattr(kernel, "engine", lambda: engine)
        return engine

    return choose


@pytest.fixture
def affine():
    """Return a function that makes a point with s(k) = (1 - slope) + slope k / b, so s(b) = 1 s."""

    def make(batch, target_s, *, slope=0.5, dispatch="round_robin", max_wait_s=0.0, percentile=0.99):
        service = (1.0 - slope) + slope * np.arange(1, batch + 1) / batch
        return OperatingPoint(tuple(service.tolist()), max_wait_s, target_s, percentile, dispatch)

    return make
