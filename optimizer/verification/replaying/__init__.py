"""A plan's whole traffic played against its pools: the latency reached in every hour, as planned and after a loss.

An event-by-event simulator with arrivals of its own; it shares nothing with what made the plan.
"""

from __future__ import annotations

from optimizer.verification.replaying.result import ReplayReport, ReplayRow
from optimizer.verification.replaying.run import replay
from optimizer.verification.replaying.what_if import FULLEST, WhatIf

__all__ = ["FULLEST", "ReplayReport", "ReplayRow", "WhatIf", "replay"]
