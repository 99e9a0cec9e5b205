"""Options beside each other in the same draws."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor

from optimizer.decisions.draws.demands import demands_known
from optimizer.decisions.draws.drawn import Luck, told, totals_of
from optimizer.decisions.draws.nodes import NodeQuestion, Nodes, nodes_of
from optimizer.decisions.draws.records import DrawnOption, Draws
from optimizer.decisions.made import OTHER_MONEY, Made
from optimizer.decisions.work import Question, run_all
from optimizer.domain.scenario import Floats
from optimizer.inputs.option_terms import DrawTerms


def drawn(
    options: Sequence[tuple[str, Question, Made]],
    terms: DrawTerms,
    number: int,
    executor: Executor,
    tell: Callable[[str, str], None],
) -> Draws:
    """Draw the totals of options.

    Parameters
    ----------
    options
        Label, question and what became of it.
    number
        How many draws; their seed is that of the plans.
    """
    seed = options[0][1].how.seed if options else 0
    demands = _demands(options, terms)
    asked = [NodeQuestion(*option, demands) for option in options]

    def done(index: int, finished: int) -> None:
        tell(f"draws {finished} of {len(asked)}", asked[index].label)

    money = asked[0].made.bill.objective.currency if asked else ""
    other = [item for item in asked if item.made.bill.objective.currency != money]
    asked = [item for item in asked if item not in other]
    found = run_all(executor, nodes_of, asked, done)
    whole = [(item, nodes) for item, nodes in zip(asked, found, strict=True) if isinstance(nodes, Nodes)]
    totals = [_totals(item, nodes, Luck(number, seed, terms)) for item, nodes in whole]
    by_label = {one.label: one for one in told([item.label for item, _ in whole], totals)} if totals else {}
    answers = (
        by_label[item.label] if isinstance(nodes, Nodes) else DrawnOption(item.label, reasons=nodes)
        for item, nodes in zip(asked, found, strict=True)
    )
    apart = (DrawnOption(item.label, reasons=(OTHER_MONEY,)) for item in other)
    return Draws(number, seed, demands, terms, (*answers, *apart))


def _demands(options: Sequence[tuple[str, Question, Made]], terms: DrawTerms) -> tuple[str, ...]:
    """Demands that every option knows; one alone leaves nothing to draw."""
    if terms.traffic == "as_planned" or not options:
        return ()
    known = [demands_known(question.scenario) for _, question, _ in options]
    common = tuple(name for name in known[0] if all(name in names for names in known))
    return common if len(common) > 1 else ()


def _totals(item: NodeQuestion, nodes: Nodes, luck: Luck) -> Floats:
    scenario, catalog = item.question.scenario, item.question.catalog
    zones = {name: len(place.zones) for name, place in catalog.locations.items()}
    return totals_of(nodes, item.demands, luck, scenario.horizon_hours, zones)
