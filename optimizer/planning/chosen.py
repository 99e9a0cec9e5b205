"""What a solve chose, with what it carries, promises and buys."""

from __future__ import annotations

from dataclasses import dataclass

from optimizer.formulation.blocks import Block
from optimizer.planning.buying import KeyBuy
from optimizer.planning.layout import BlockLoad
from optimizer.solve import Outcome


@dataclass(frozen=True, slots=True, eq=False)
class Chosen:
    """Blocks, with what they carry and promise (seconds), and what is bought for them."""

    blocks: tuple[Block, ...]
    loads: tuple[BlockLoad, ...]
    promises_s: tuple[float, ...]
    buys: tuple[KeyBuy, ...]
    outcome: Outcome
