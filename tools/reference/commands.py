"""``commands.md``: every command with its options, and the exit codes."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from enum import Enum
from typing import Any, get_args, get_type_hints

import typer
from typer.models import ArgumentInfo

from optimizer import errors
from optimizer.cli import guard
from optimizer.cli.main import app
from reference.words import code, table

INTRO = """\
# Commands

The result goes to standard output, progress and warnings go to standard error, so pipes work. Without a terminal there
is no colour and 100 columns; `NO_COLOR` turns colour off anywhere. A terminal's width is followed from 40 columns on:
where a row does not fit, its names stand above its figures. Simulated capacities are kept in the folder that
`FLEETOPT_CACHE` names (else in the user's cache folder). `fleetopt --version` shows the version, `--help` with any
command its options.
"""
EXIT_CODES = (
    (errors.EXIT_DONE, "done"),
    (errors.EXIT_BAD_INPUT, "bad input, a failed check, or a failure"),
    (
        errors.EXIT_USAGE,
        "the command was not called as it should be; with `diff --detailed-exitcode`: the plans differ",
    ),
    (errors.EXIT_INFEASIBLE, "infeasible, and that is proved: no plan can keep what the scenario asks"),
    (
        errors.EXIT_NO_PLAN,
        "no plan found and nothing proved: a limit came first, or no plan of the kinds considered",
    ),
    (errors.EXIT_CHANGE, "with `replan --detailed-exitcode`: the plan in force should change"),
    (guard.EXIT_INTERRUPTED, "interrupted"),
    (guard.EXIT_BROKEN_PIPE, "the reader of the output went away"),
)


def commands_page() -> str:
    """Return the page."""
    codes = table(("code", "means"), ((str(number), words) for number, words in EXIT_CODES))
    shown = (_section(name, function) for name, function in _commands(app, "fleetopt"))
    return "\n".join((INTRO, *shown, "## Exit codes\n", codes))


def _commands(of: typer.Typer, name: str) -> Iterator[tuple[str, Callable[..., None]]]:
    for command in of.registered_commands:
        function = command.callback
        if function is not None:
            yield f"{name} {command.name or function.__name__.replace('_', '-')}", function
    for group in of.registered_groups:
        if group.typer_instance is not None:
            yield from _commands(group.typer_instance, f"{name} {group.name}")


def _section(name: str, function: Callable[..., None]) -> str:
    arguments, options = [], []
    defaults = inspect.signature(function).parameters
    for word, hint in get_type_hints(function, include_extras=True).items():
        if word == "return":
            continue
        kind, info = get_args(hint)
        (arguments if isinstance(info, ArgumentInfo) else options).append((kind, info, defaults[word].default))
    usage = " ".join([name, *(info.metavar or "" for _, info, _ in arguments), "[OPTIONS]"])
    about = (inspect.getdoc(function) or "").replace("\n\n", "\n").replace("\n", " ")
    head = f"## `{name}`\n\n{about}\n\n```text\n{usage}\n```\n\n"
    rows = [_row(*item) for item in (*arguments, *options)]
    return head + table(("option", "value", "default", "meaning"), rows)


def _row(kind: Any, info: Any, default: object) -> tuple[str, str, str, str]:  # noqa: ANN401  as annotated
    text, _, told = (info.help or "").partition("  [default: ")
    stated = told.removesuffix("]")
    if default is inspect.Parameter.empty:
        stated = "required"
    elif not stated and default is not None and not isinstance(default, bool):
        stated = str(default)
    is_argument = isinstance(info, ArgumentInfo)
    # The first name of an annotated option stands where a default stood once.
    names = [name for name in (info.default, *(info.param_decls or ())) if isinstance(name, str)]
    shown = code(info.metavar or "") if is_argument else ", ".join(map(code, names))
    return shown, "" if is_argument else _value(kind, info), stated, text


def _value(kind: Any, info: Any) -> str:  # noqa: ANN401
    bare = next((item for item in get_args(kind) if item is not type(None)), kind)
    if bare is bool:
        return ""
    if isinstance(bare, type) and issubclass(bare, Enum):
        return " · ".join(code(str(item.value)) for item in bare)
    return code(info.metavar or {int: "NUMBER", float: "NUMBER"}.get(bare, "TEXT"))
