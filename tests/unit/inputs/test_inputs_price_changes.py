"""Changes of prices in a file of options: what they hold, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimizer.domain.purchase import Match, PriceChange
from optimizer.inputs import Asking, OptionSet, load_options
from tests.unit.inputs.small_files import fault_at, faults_of

HEAD = "format: fleetopt/options/1\noptions: [{label: on demand, set: {purchase.options: [on_demand]}}]\n"


def _load(scenario: Path, text: str) -> OptionSet:
    file = Path("options.yaml")
    file.write_text(HEAD + text, encoding="utf-8")
    return load_options(Asking(scenario), file)


def test_changes_are_read_in_their_order(small: Path):
    """A match like that of a price rule, a factor, and a weight that is 0 where it is left out."""
    text = """\
regret: true
price_changes:
  - {label: a tenth more, match: {provider: aws, instance_type: "one.*"}, factor: 1.1, weight: 0.25}
  - {label: half, match: {purchase_option: on_demand}, factor: 0.5}
"""
    assert _load(small, text).price_changes == (
        PriceChange("a tenth more", Match("aws", None, "one.*", None), 1.1, 0.25),
        PriceChange("half", Match(None, None, None, "on_demand"), 0.5, 0.0),
    )


def test_every_fault_of_changes_is_told_at_its_line(small: Path):
    """Names that nothing fits, and an option that the scenario does not buy."""
    text = """\
regret: true
price_changes:
  - {label: a, match: {instance_type: "two.*"}, factor: 2}
  - {label: b, match: {location: aws/wst}, factor: 2}
  - {label: c, match: {purchase_option: spot}, factor: 2}
"""

    def read() -> OptionSet:
        return _load(small, text)

    assert fault_at(read, "options.yaml:5 price_changes.0.match.instance_type").code == "unknown-name"
    assert "aws/west" in fault_at(read, "options.yaml:6 price_changes.1.match.location").mend
    spot = fault_at(read, "options.yaml:7 price_changes.2.match.purchase_option")
    assert (spot.code, "purchase.options has no spot" in spot.what) == ("contradiction", True)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("price_changes: [{label: a, match: {}, factor: 2}]\n", "read by regret only"),
        ("regret: true\nprice_changes: [{label: a, match: {}, factor: 0}]\n", "factor"),
        ("regret: true\nprice_changes: [{label: a, match: {purchase_option: owned}, factor: 2}]\n", "keeps its price"),
        (
            "regret: true\nprice_changes: [{label: a, match: {}, factor: 2}, {label: a, match: {}, factor: 3}]\n",
            'two price changes have the label "a"',
        ),
        (
            "regret: true\nprice_changes: [{label: a, match: {}, factor: 2, weight: 0.7}, "
            "{label: b, match: {}, factor: 3, weight: 0.7}]\n",
            "sum to more than 1 (found 1.4)",
        ),
        (
            "regret: true\nprice_changes: ["
            + ", ".join(f"{{label: {n}x, match: {{}}, factor: 2}}" for n in range(4))
            + "]\n",
            "price_changes",
        ),
    ],
)
def test_what_makes_no_sense_is_refused(small: Path, text: str, what: str):
    """Without regret, a factor of 0, what is signed for, one label twice, weights above 1, too many."""
    faults = faults_of(lambda: _load(small, text))
    assert len(faults) == 1
    assert what in f"{faults[0].where} {faults[0].what}"
