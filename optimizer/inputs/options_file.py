"""A file of options, each read as a scenario and a catalog of its own; every fault of every option at once."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from pathlib import Path

from optimizer.domain.catalog import Catalog, Price, Source
from optimizer.domain.purchase import ON_DEMAND, SPOT, TERM_MONTHS, PriceChange
from optimizer.domain.scenario import Scenario
from optimizer.domain.words import counted
from optimizer.errors import Fault, InputError
from optimizer.inputs.document import Mark, Node, find, place_of
from optimizer.inputs.explain import validate
from optimizer.inputs.faults import Faults
from optimizer.inputs.files import is_file
from optimizer.inputs.option_terms import DEFAULT_DRAWS, CashTerms, DrawTerms, cash_terms_of, draw_terms_of
from optimizer.inputs.overrides import Change, read_document
from optimizer.inputs.price_changes import price_changes_of
from optimizer.inputs.scenario import Inputs, KnownCatalogs, load_inputs
from optimizer.inputs.schema_options import OptionKeys, OptionsKeys
from optimizer.inputs.shipped import CATALOG_FILE
from optimizer.inputs.utilisation_asked import UtilisationAsked, utilisation_of
from optimizer.inputs.wording import did_you_mean, show

#: Options that have rows in the table of prices.
BOUGHT = (ON_DEMAND, SPOT, *TERM_MONTHS)
HORIZON_OPTION = "--horizon"
FORBIDDEN = Source("stated", "not allowed by the option", "")


@dataclass(frozen=True, slots=True, eq=False)
class OptionInputs:
    """One option: its label, what it changes in words, and the scenario and catalog it is planned with."""

    label: str
    changes: tuple[str, ...]
    inputs: Inputs
    lead_time_months: int = 0
    as_today: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class OptionSet:
    """Every option of a file, and what else it asks; `break_even` holds (provider, instance type)."""

    options: tuple[OptionInputs, ...]
    break_even: tuple[tuple[str, str], ...]
    regret: bool
    #: How payments are followed; None where nobody asks.
    cash: CashTerms | None = None
    utilisation: tuple[UtilisationAsked, ...] = ()
    draws: DrawTerms = DEFAULT_DRAWS
    screening: bool = False
    price_changes: tuple[PriceChange, ...] = ()

    @property
    def tasks(self) -> int:
        """How many plans can be made at the same time, at most."""
        cases = 3 * (1 + len(self.price_changes)) if self.regret else 0
        return max(len(self.options), len(self.break_even), cases)


@dataclass(frozen=True, slots=True)
class Asking:
    """The scenario that options change, as `load_inputs` takes it, and a horizon that overrides theirs."""

    scenario: str | Path
    sets: tuple[str, ...] = ()
    overlays: tuple[Path, ...] = ()
    horizon_months: int | None = None


def load_options(asking: Asking, file: Path) -> OptionSet:
    """Read a file of options over a scenario.

    Raises
    ------
    InputError
        With every fault of the file, and of the scenario and catalog of each option.
    """
    faults = Faults()
    root = read_document(file, str(file), faults)
    keys = None if root is None else validate(OptionsKeys, root, faults)
    if root is None or keys is None:
        faults.refuse()
    found, refused = [], []
    known: KnownCatalogs = {}
    for index, option in enumerate(keys.options):
        try:
            inputs = _inputs(asking, file, root, index, known)
        except InputError as error:
            refused.append((option.label, error.faults))
            continue
        for path, pattern in _patterns(index, option):
            _refuse_unknown(inputs.catalog, pattern, place_of(root, path), faults)
        _refuse_unknown_servers(inputs.catalog, index, option, root, faults)
        catalog = _quoted(_restricted(inputs.catalog, option), option, inputs.scenario.horizon_start)
        _refuse_no_time(option, inputs.scenario, place_of(root, ("options", index, "lead_time_months")), faults)
        _refuse_no_fleet(option, inputs.scenario, place_of(root, ("options", index, "as_today")), faults)
        words, inputs = tuple(_in_words(option)), replace(inputs, catalog=catalog)
        found.append(OptionInputs(option.label, words, inputs, option.lead_time_months, option.as_today))
    for number, name in enumerate(keys.break_even):
        if found:
            _refuse_unknown(found[0].inputs.catalog, name, place_of(root, ("break_even", number)), faults, exact=True)
    first = found[0].inputs.catalog if found else None
    machines = () if first is None else utilisation_of(keys.break_even_utilisation, first, root, faults)
    changes = tuple(price_changes_of(keys.price_changes, found[0].inputs, root, faults)) if found else ()
    _tell(refused, len(keys.options), str(file), faults)
    faults.raise_if_any()
    asked = [_key(name) for name in keys.break_even]
    cash = cash_terms_of(keys.cash_flow, found[0].inputs.scenario)
    return OptionSet(
        options=tuple(found),
        break_even=tuple(asked),
        regret=keys.regret,
        cash=cash,
        utilisation=machines,
        draws=draw_terms_of(keys.draws),
        screening=keys.screening,
        price_changes=changes,
    )


def _tell(refused: Sequence[tuple[str, Sequence[Fault]]], options: int, file: str, faults: Faults) -> None:
    """Tell what every option has once, and what an option makes wrong elsewhere with its label."""
    labels: dict[Fault, list[str]] = {}
    for label, found in refused:
        for fault in found:
            labels.setdefault(fault, []).append(label)
    for fault, names in labels.items():
        plain = len(names) == options or fault.where.startswith(f"{file}:")
        what = fault.what if plain else f"with option {show(names[0])} {fault.what}"
        faults.add(fault.where, what, fault.mend, fault.code)


def _key(name: str) -> tuple[str, str]:
    provider, _, kind = name.partition("/")
    return provider, kind


def _inputs(asking: Asking, file: Path, root: Node, index: int, known: KnownCatalogs) -> Inputs:
    changes = [] if asking.horizon_months is None else [_horizon(asking.horizon_months)]
    values = find(root, ("options", index, "set"))
    if values is not None and not isinstance(values.value, tuple | str | int | float | None):
        changes += [Change(tuple(path.split(".")), node) for path, node in values.value.items()]
    for name, key in (("catalogs", "catalog"), ("price_rules", "price_rules")):
        node = find(root, ("options", index, name))
        if node is not None and isinstance(node.value, tuple):
            entries = tuple(_beside(file, item) for item in node.value) if key == "catalog" else node.value
            changes.append(Change((key,), Node(entries, node.mark), added=True))
    return load_inputs(asking.scenario, asking.sets, asking.overlays, changes=changes, known=known)


def _horizon(months: int) -> Change:
    return Change(("horizon", "months"), Node(months, Mark(HORIZON_OPTION)))


def _beside(file: Path, node: Node) -> Node:
    """Return a catalog's name; as a path where it is a folder beside the file of options."""
    folder = file.parent / str(node.value)
    return Node(str(folder.resolve()), node.mark) if is_file(folder / CATALOG_FILE) else node


def _patterns(index: int, option: OptionKeys) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for name, patterns in (("allow", option.allow or ()), ("forbid", option.forbid)):
        for number, pattern in enumerate(patterns):
            yield ("options", index, name, number), pattern


def _refuse_unknown(catalog: Catalog, name: str, where: str, faults: Faults, *, exact: bool = False) -> None:
    known = [f"{provider}/{kind}" for provider, kind in catalog.instance_types]
    if (name in known) if exact else any(_fits(*key, [name]) for key in catalog.instance_types):
        return
    close = did_you_mean(name, known if exact or "/" in name else [kind for _, kind in catalog.instance_types], "types")
    faults.add_unless_told(where, f"not among the instance types (found {show(name)})", close, "unknown-name")


def _refuse_unknown_servers(catalog: Catalog, index: int, option: OptionKeys, root: Node, faults: Faults) -> None:
    known = [f"{place}: {kind}" for _, kind, place in catalog.owned]
    for number, rule in enumerate(option.server_prices):
        wanted = f"{rule.location}: {rule.instance_type}"
        if not any(fnmatch.fnmatchcase(name, wanted) for name in known):
            what = f"no such server can be bought (found {show(wanted)})"
            mend = did_you_mean(wanted, known, "servers")
            faults.add(place_of(root, ("options", index, "server_prices", number)), what, mend, "unknown-name")


def _refuse_no_time(option: OptionKeys, scenario: Scenario, where: str, faults: Faults) -> None:
    months = scenario.horizon_months
    if option.lead_time_months >= months:
        what = (
            f"machines arrive when the horizon of {counted(months, 'month')} is over (found {option.lead_time_months})"
        )
        faults.add_unless_told(where, what, "Shorten it, or lengthen the horizon.", "contradiction")


def _refuse_no_fleet(option: OptionKeys, scenario: Scenario, where: str, faults: Faults) -> None:
    if option.as_today and not any(row.count for row in scenario.running):
        mend = "Name a CSV of what runs: set: {running: fleet.csv}, or the key running of the scenario."
        faults.add_unless_told(where, "the scenario knows of nothing that runs today", mend, "missing")


def _fits(provider: str, kind: str, patterns: Sequence[str]) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for name in (kind, f"{provider}/{kind}") for pattern in patterns)


def _restricted(catalog: Catalog, option: OptionKeys) -> Catalog:
    """Return the catalog in which what is not allowed is not on offer."""
    if option.allow is None and not option.forbid:
        return catalog
    wanted = option.allow if option.allow is not None else ["*"]
    allowed = {key for key in catalog.instance_types if _fits(*key, wanted) and not _fits(*key, option.forbid)}
    return without_types(catalog, catalog.instance_types.keys() - allowed)


def without_types(catalog: Catalog, forbidden: AbstractSet[tuple[str, str]]) -> Catalog:
    """Return a catalog in which some (provider, instance type) cannot be bought; what is signed for stays.

    What is not known today is not on offer either, whatever a price rule says.
    """
    prices = {
        key: replace(row, status="not_offered", source=FORBIDDEN) if key[:2] in forbidden else row
        for key, row in catalog.prices.items()
    }
    for provider, kind in forbidden:
        for place in (name for name, row in catalog.locations.items() if row.provider == provider):
            for bought in BOUGHT:
                unknown = Price(provider, kind, place, bought, "not_offered", None, 0.0, 0, FORBIDDEN)
                prices.setdefault((provider, kind, place, bought), unknown)
    owned = {key: row for key, row in catalog.owned.items() if key[:2] not in forbidden}
    return replace(catalog, prices=prices, owned=owned)


def _quoted(catalog: Catalog, option: OptionKeys, quoted_on: str) -> Catalog:
    owned = dict(catalog.owned)
    for rule in option.server_prices:
        price, source = rule.purchase_price, Source("quote", rule.reason, quoted_on)
        for key, row in catalog.owned.items():
            if key[2] == rule.location and fnmatch.fnmatchcase(key[1], rule.instance_type):
                owned[key] = replace(
                    row, purchase_price_low=price, purchase_price_mid=price, purchase_price_high=price, source=source
                )
    return replace(catalog, owned=owned)


def _in_words(option: OptionKeys) -> Iterator[str]:
    for path, value in option.set.items():
        yield f"{path} = {_shown(value)}"
    for name in option.catalogs:
        yield f"catalog {name} laid over"
    if option.allow is not None:
        yield f"only {', '.join(option.allow)}"
    if option.forbid:
        yield f"without {', '.join(option.forbid)}"
    for rule in option.price_rules:
        named = rule.match.model_dump(exclude_none=True).values()
        price = f"{rule.price_per_hour or 0.0:g}"
        if rule.discount_share is not None:
            price = f"{-rule.discount_share * 100.0:+g} %"
        yield f"{' '.join(map(str, named)) or 'everything'}: {price} ({rule.reason})"
    for server in option.server_prices:
        yield f"{server.location} {server.instance_type}: {server.purchase_price:,.0f} ({server.reason})"
    if option.lead_time_months:
        yield f"machines arrive after {counted(option.lead_time_months, 'month')}"
    if option.as_today:
        yield "what runs today"


def _shown(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(_shown, value))
    if isinstance(value, dict):
        return ", ".join(f"{key} {_shown(item)}" for key, item in value.items())
    return str(value)
