"""What is bought covers what runs."""

from __future__ import annotations

import numpy as np

from optimizer.domain.scenario import Floats
from optimizer.formulation.problem import Rows
from optimizer.formulation.rule import Relaxation, Rule


def purchases_cover_use(
    name: str, use: Floats, spot: Floats, signed: Floats, blocks: np.ndarray, columns: dict[str, np.ndarray]
) -> tuple[Rows, ...]:
    r"""Cover the use of one instance type in one location.

    .. math:: O_k + S_k + \sum_j C_j + E_k \ge \sum_b u_{b,k} y_b, \qquad S_k \le \sum_b s_{b,k} y_b \qquad \forall k

    Parameters
    ----------
    name
        The type and location, for labels.
    use, spot
        Instances of each block and their room for spot, shape (blocks, slots).
    signed
        Instances signed before, by slot.
    blocks
        Columns of the blocks.
    columns
        Columns of what is bought: ``on_demand`` and ``spot`` by slot (empty where not sold), ``steady`` by option.
    """
    slots = range(use.shape[1])
    cover_columns, cover_values, room_columns, room_values = [], [], [], []
    for slot in slots:
        using = np.flatnonzero(use[:, slot])
        mine = [columns[kind][slot : slot + 1] for kind in ("on_demand", "spot") if columns[kind].size]
        bought = np.concatenate([*mine, columns["steady"]])
        cover_columns.append(np.concatenate([bought, blocks[using]]))
        cover_values.append(np.concatenate([np.ones(bought.size), -use[using, slot]]))
        vacant = np.flatnonzero(spot[:, slot])
        if columns["spot"].size:
            room_columns.append(np.concatenate([columns["spot"][slot : slot + 1], blocks[vacant]]))
            room_values.append(np.concatenate([np.ones(1), -spot[vacant, slot]]))
    count = use.shape[1]
    cover = Rows.from_lists(
        "purchases_cover_use",
        tuple(f"{name},slot {slot}" for slot in slots),
        cover_columns,
        cover_values,
        -signed,
        np.full(count, np.inf),
    )
    if not room_columns:
        return (cover,)
    labels = tuple(f"room for spot,{name},slot {slot}" for slot in slots)
    lower = np.full(count, -np.inf)
    return cover, Rows.from_lists("purchases_cover_use", labels, room_columns, room_values, lower, np.zeros(count))


RULE = Rule(
    name="purchases_cover_use",
    place="rows",
    meaning="On demand, spot, committed, signed and owned instances together cover what runs, in every hour.",
    relaxation=Relaxation("run more than is bought", "instances", 200.0),
    apply=purchases_cover_use,
)
