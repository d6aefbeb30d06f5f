"""``crf2tlf queries LIST``: a reviewer's query list, followed up on the study's extract."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crf2tlf.cli.console import Chosen, app, err, out, reporting, showing_progress
from crf2tlf.findings import Findings, StudyError

if TYPE_CHECKING:
    from crf2tlf.review.query_list import QueryList
    from crf2tlf.review.query_outcome import FollowUp


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
        print_followed(list(followed.values()))
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
        command = check_command(raw)
        err.print(f"the build has errors: {len(of_build.errors)}; `{command}` shows them", style="yellow")
    return listed, followed


def check_command(raw: Path | None) -> str:
    """The command that checks the same study with the same raw data."""
    options = [
        *(["--study", str(Chosen.study)] if Chosen.study != Path() else []),
        *(["--raw", str(raw)] if raw else []),
        *(["--methods"] if Chosen.own_methods else []),
    ]
    return shlex.join(["crf2tlf", *options, "check"])


def _write(listed: QueryList, followed: dict[int, FollowUp], output: Path) -> None:
    from crf2tlf.review.query_list import write_queries
    from crf2tlf.review.query_outcome import outcome_columns

    try:
        write_queries(listed, outcome_columns(listed, followed), output)
    except OSError as problem:
        err.print(f"{output} cannot be written: {problem.strerror or problem}", style="red")
        raise typer.Exit(1) from None
    err.print(f"{output}: the list with what became of each query")


def print_followed(followed: list[FollowUp]) -> None:
    """Print a block of lines a query: a table of this many columns cannot be read in a usual terminal."""
    from crf2tlf.review.query_outcome import counted

    for one in followed:
        query = one.query
        out.print(" · ".join(part for part in (query.id, query.subject, query.about) if part), style="bold")
        out.print(f"  {one.outcome.value}: {_values(one)}".rstrip(": "))
        rest = (
            ("asked", " ".join(query.text.split())),
            ("what else", one.columns["CHANGED"]),
            ("note", one.note),
            ("where now", one.place),
        )
        for name, text in rest:
            if text:
                out.print(f"  {name}: {text}")
    out.print(counted(followed))


def _values(one: FollowUp) -> str:
    """The value in question then and now, where they are known."""
    if one.was == one.now:
        return one.now
    return f"{one.was or '(blank)'} → {one.now or '(blank)'}" if one.place else one.was
