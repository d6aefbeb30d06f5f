"""What all commands share: the program's options, printing of findings, progress, exit codes.

A module that declares commands imports what they run inside the command: importing all of it takes seconds, which
``crf2tlf --help``, a wrong option and every other command would have to wait for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from crf2tlf.findings import Finding, Findings, Severity, StudyError

if TYPE_CHECKING:
    from crf2tlf.workflow import Progress

app = typer.Typer(
    help="From raw CRF extracts to SDTM, ADaM, tables, listings and figures, driven by specs.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
# Texts are printed as they are: no markup, and no picture of a hundred for the line in "ae.csv:100:".
out = Console(soft_wrap=True, highlight=False, markup=False, emoji=False)
err = Console(soft_wrap=True, highlight=False, markup=False, emoji=False, stderr=True)
COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "blue"}


class Chosen:
    """Where the study and its raw data are, from the options before the command."""

    study = Path()
    raw: Path | None = None
    verbose = False
    own_methods = False


def _show_version(asked: bool) -> None:
    if asked:
        out.print(f"crf2tlf {version('crf2tlf')}")
        raise typer.Exit


@app.callback()
def options(
    study: Annotated[Path, typer.Option(help="The study's folder.", exists=True, file_okay=False)] = Path(),
    raw: Annotated[
        Path | None, typer.Option(help="The raw folder or zip archive, where it is not STUDY/raw.", exists=True)
    ] = None,
    methods: Annotated[
        bool, typer.Option("--methods", help="Let the study's own methods run: specs/methods.py is code.")
    ] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show each dataset and each file.")] = False,
    _version: Annotated[
        bool, typer.Option("--version", help="Show the program's version.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """From raw CRF extracts to SDTM, ADaM, tables, listings and figures, driven by specs."""
    Chosen.study, Chosen.raw, Chosen.verbose, Chosen.own_methods = study, raw, verbose, methods


@contextmanager
def reporting(findings: Findings) -> Iterator[None]:
    """Print the findings of a command, whatever its end; errors become exit code 1."""
    try:
        yield
    except StudyError:
        _show(findings)
        raise typer.Exit(1) from None
    _show(findings)


def _show(findings: Iterable[Finding]) -> None:
    shown = sorted(findings, key=lambda f: (f.severity is not Severity.ERROR, f.place))
    for finding in shown:
        err.print(str(finding), style=COLOURS[finding.severity])
    counts = Counter(f.severity for f in shown)
    if counts:
        err.print(", ".join(f"{counts[s]} {s}{'s' if counts[s] != 1 else ''}" for s in Severity if counts[s]))
    if any(finding.code == "CONFORM_FINDING" for finding in shown):
        err.print("findings of conformance: correct them, or say in specs/conformance.yaml why they remain")


@contextmanager
def showing_progress() -> Iterator[Progress]:
    """Show a moving line to a person; plain lines (all of them with --verbose) to a file or pipe."""
    if err.is_terminal:
        with err.status("reading specs") as status:
            yield status.update
    else:
        yield lambda text: out.print(text) if Chosen.verbose or not text.startswith("building ") else None
