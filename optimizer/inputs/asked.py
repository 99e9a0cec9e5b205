"""The parts of a scenario file that can be used, each judged alone.

One wrong key must not hide what is wrong elsewhere: names are looked up, and demand is read, for every part that fits
the schema by itself, whether or not the rest does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from optimizer.inputs.document import Node, Path, find
from optimizer.inputs.explain import Model, valid_or_none
from optimizer.inputs.schema import OriginKeys, PipelineKeys, PlanForKeys, ScenarioKeys, ServiceKeys


@dataclass(frozen=True, slots=True)
class Asked:
    """What a scenario file asks for, as far as it can be used.

    Parameters
    ----------
    catalogs, locations
        Names; empty where they are not given, or not as text.
    origin_names, day_types
        Every name given, whether or not its value can be used.
    origins, services, pipelines
        Those that fit the schema.
    planned
        Demand that capacity is planned for, None where it cannot be told.
    counted
        Demands that money is counted for.
    """

    root: Node
    catalogs: tuple[str, ...]
    locations: tuple[str, ...]
    origin_names: tuple[str, ...]
    day_types: tuple[str, ...]
    origins: Mapping[str, OriginKeys]
    services: Mapping[str, ServiceKeys]
    pipelines: Mapping[str, PipelineKeys]
    planned: str | None
    counted: tuple[str, ...]


def asked_of(root: Node) -> Asked:
    """Return the usable parts of a document."""
    default = ScenarioKeys.model_fields["day_types"].default
    return Asked(
        root=root,
        catalogs=texts_at(root, ("catalog",)),
        locations=texts_at(root, ("locations",)),
        origin_names=keys_at(root, ("origins",)),
        day_types=tuple(default) if find(root, ("day_types",)) is None else keys_at(root, ("day_types",)),
        origins=_valid(root, "origins", OriginKeys),
        services=_valid(root, "services", ServiceKeys),
        pipelines=_valid(root, "pipelines", PipelineKeys),
        planned=None if (plan_for := _plan_for(root)) is None else plan_for.capacity,
        counted=() if plan_for is None else tuple(plan_for.weights),
    )


def keys_at(root: Node, path: Path) -> tuple[str, ...]:
    """Return the keys of the mapping at a path; none where there is no mapping."""
    node = find(root, path)
    return tuple(node.value) if node is not None and isinstance(node.value, Mapping) else ()


def texts_at(root: Node, path: Path) -> tuple[str, ...]:
    """Return the text, or the texts of the list, at a path; none where there are none."""
    node = find(root, path)
    plain = node.plain() if node is not None else []
    items = [plain] if isinstance(plain, str) else plain
    return tuple(item for item in items if isinstance(item, str)) if isinstance(items, list) else ()


def _valid(root: Node, key: str, model: type[Model]) -> dict[str, Model]:
    found = {}
    for name in keys_at(root, (key,)):
        node = find(root, (key, name))
        if node is not None and (part := valid_or_none(model, node.plain())) is not None:
            found[name] = part
    return found


def _plan_for(root: Node) -> PlanForKeys | None:
    node = find(root, ("plan_for",))
    if node is None:
        return PlanForKeys()
    plain = node.plain()
    return valid_or_none(PlanForKeys, {"capacity": plain} if isinstance(plain, str) else plain)
