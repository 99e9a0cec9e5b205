"""Write the reference pages of ``docs/reference/`` from the models that read the files, and from the commands.

Run ``python tools/build_reference.py`` (or ``make reference``) after a key, a column or an option changed.
"""

from __future__ import annotations

from pathlib import Path

from reference.catalog import catalog_page
from reference.commands import commands_page
from reference.options import options_page
from reference.plan import plan_page
from reference.scenario import scenario_page

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "reference"


def pages() -> dict[str, str]:
    """Return every page by its file name."""
    return {
        "scenario.md": scenario_page(),
        "options.md": options_page(),
        "catalog.md": catalog_page(),
        "plan-json.md": plan_page(),
        "commands.md": commands_page(),
    }


def main() -> None:
    """Write the pages."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
        print(FOLDER / name)


if __name__ == "__main__":
    main()
