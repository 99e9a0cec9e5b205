"""Infeasible as an answer: why no plan fits, whether that is proved, and what would help."""

from optimizer.planning.infeasible.answer import explained
from optimizer.planning.infeasible.changes import Case
from optimizer.planning.infeasible.proof import instant_refusal
from optimizer.planning.infeasible.room import Room
from optimizer.planning.infeasible.slow_pages import no_split
from optimizer.planning.infeasible.unserved import unserved_pairs, why_unserved
from optimizer.planning.infeasible.why import told_together

__all__ = [
    "Case",
    "Room",
    "explained",
    "instant_refusal",
    "no_split",
    "told_together",
    "unserved_pairs",
    "why_unserved",
]
