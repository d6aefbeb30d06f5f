"""``crf2tlf trace``: from a number down to the lines of the CRF, and from a line to all that it reaches."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated

import typer

from crf2tlf.cli.console import Chosen, app, err, out, reporting, showing_progress
from crf2tlf.findings import Findings, StudyError


class Way(StrEnum):
    """Which way a record is traced."""

    BACK = "back"
    ON = "on"
    BOTH = "both"


@app.command()
def trace(
    what: Annotated[
        list[str],
        typer.Argument(
            help="OUTPUT ROW COLUMN, the id of a cell or result, DATASET NUMBER, raw/FILE:LINE, or USUBJID; after a "
            "record its variables may be named."
        ),
    ],
    way: Annotated[
        Way, typer.Option(help="Of a record: back to what it was made from, on to what it reaches, or both.")
    ] = Way.BOTH,
    everything: Annotated[bool, typer.Option("--all", help="Show the records behind denominators too.")] = False,
    json_: Annotated[bool, typer.Option("--json", help="Print everything as JSON instead.")] = False,
) -> None:
    """Trace a number down to its CRF lines, or a record to every value and cell that it reaches."""
    from crf2tlf import workflow
    from crf2tlf.trace.answer import answer
    from crf2tlf.trace.find import NotFound

    findings = Findings()
    with reporting(findings), showing_progress() as progress:
        report = progress if err.is_terminal else lambda _text: None  # standard output has the answer alone
        tracing = workflow.trace(Chosen.study, Chosen.raw, report, findings, own_methods=Chosen.own_methods)
        try:
            found = answer(tracing, what, back=way is not Way.ON, on=way is not Way.BACK)
        except NotFound as error:
            findings.add("TRACE_NOT_FOUND", error.place, str(error))
            raise StudyError(findings.items) from None
    if json_:
        typer.echo(json.dumps(found.data, ensure_ascii=False, indent=1))
        return
    for line in found.lines(everything=everything):
        out.print(line)
