"""``crf2tlf queries LIST``: a reviewer's query list, followed up on the study's extract."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crf2tlf.cli.console import Chosen, app, err, out, reporting, showing_progress
from crf2tlf.findings import Findings, StudyError

if TYPE_CHECKING:
    from crf2tlf.review.query_list import QueryList
    from crf2tlf.review.query_outcome import FollowUp

_HEADINGS = ("query", "subject", "about", "outcome", "was", "now", "what else", "where now")


@app.command()
def queries(
    list_: Annotated[
        Path, typer.Argument(metavar="LIST", help="The query list: CSV or Excel.", exists=True, dir_okay=False)
    ],
    raw: Annotated[
        Path | None, typer.Option(help="The extract to look at: a raw folder or zip archive.", exists=True)
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="Write the list with what became of each query: .csv or .xlsx.", dir_okay=False)
    ] = None,
    json_: Annotated[bool, typer.Option("--json", help="Print what became of the queries as JSON instead.")] = False,
) -> None:
    """Follow up a reviewer's queries on the (next) extract; exit code 1 if the list has faults."""
    if output is not None and output.suffix.lower() not in (".csv", ".xlsx"):
        raise typer.BadParameter("the list's name ends in .csv or .xlsx", param_hint="--output")
    findings = Findings()
    with reporting(findings):
        listed, followed = _followed(list_, raw or Chosen.raw, findings, quiet=json_)
    if json_:
        from crf2tlf.review.query_outcome import as_data

        typer.echo(json.dumps([as_data(one) for one in followed.values()], ensure_ascii=False, indent=1))
    else:
        _print(list(followed.values()))
    if output is not None:
        _write(listed, followed, output)
    if findings.errors:
        raise typer.Exit(1)


def _followed(
    path: Path, raw: Path | None, findings: Findings, *, quiet: bool
) -> tuple[QueryList, dict[int, FollowUp]]:
    """Read the list, build the study from the extract, and follow the queries up.

    Raises StudyError where the list or the specs cannot be read. What the build finds is not the list's fault: it is
    counted only.
    """
    from crf2tlf import workflow
    from crf2tlf.review.queries import follow_up_list
    from crf2tlf.review.query_list import read_queries

    listed = read_queries(path, findings)
    if listed is None:
        raise StudyError(findings.items)
    of_build = Findings()
    with showing_progress() as progress:
        report = (lambda _text: None) if quiet else progress
        try:
            made = workflow.compute(Chosen.study, raw, "tlf", report, of_build, own_methods=Chosen.own_methods)
        except StudyError:
            findings.items.extend(of_build)
            raise
        assert made.results is not None
        followed = follow_up_list(listed, made.build, made.results, made.reconciliation, of_build, findings)
    if of_build.errors:
        err.print(f"the build has errors: {len(of_build.errors)}; `crf2tlf check` shows them", style="yellow")
    return listed, followed


def _write(listed: QueryList, followed: dict[int, FollowUp], output: Path) -> None:
    from crf2tlf.review.query_list import write_queries
    from crf2tlf.review.query_outcome import outcome_columns

    try:
        write_queries(listed, outcome_columns(listed, followed), output)
    except OSError as problem:
        err.print(f"{output} cannot be written: {problem.strerror or problem}", style="red")
        raise typer.Exit(1) from None
    err.print(f"{output}: the list with what became of each query")


def _print(followed: list[FollowUp]) -> None:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from crf2tlf.review.query_outcome import counted

    if followed:
        table = Table(box=box.SIMPLE_HEAD, show_edge=False)
        for heading in _HEADINGS:
            table.add_column(heading, overflow="fold")
        for one in followed:
            told = one.columns
            rest = "; ".join(text for text in (told["CHANGED"], one.note) if text)
            query = one.query
            cells = (query.id, query.subject, query.about, one.outcome.value, one.was, one.now, rest, one.place)
            table.add_row(*map(Text, cells))
        out.print(table)
    out.print(counted(followed))
