"""Changes of prices that a file of options states, against the catalog and what the scenario buys."""

from __future__ import annotations

from collections.abc import Iterator

from optimizer.domain.purchase import PriceChange
from optimizer.inputs.buying_checks import match_names, refuse_unknown_names
from optimizer.inputs.document import Node, place_of
from optimizer.inputs.faults import Faults
from optimizer.inputs.purchase_terms import match_of
from optimizer.inputs.scenario import Inputs
from optimizer.inputs.schema_options import PriceChangeKeys


def price_changes_of(
    changes: list[PriceChangeKeys], inputs: Inputs, root: Node, faults: Faults
) -> Iterator[PriceChange]:
    """Return the changes; names that are not known, and options that are not bought, are faults."""
    options = inputs.scenario.purchase.options
    for number, change in enumerate(changes):
        path = ("price_changes", number, "match")
        refuse_unknown_names(match_names(path, change.match, inputs.catalog), root, faults)
        option = change.match.purchase_option
        if option is not None and option not in options:
            what = f"purchase.options has no {option}: its price changes nothing"
            mend = f"Add {option} there, or leave this change out."
            faults.add(place_of(root, (*path, "purchase_option")), what, mend, "contradiction")
        yield PriceChange(change.label, match_of(change.match), change.factor, change.weight)
