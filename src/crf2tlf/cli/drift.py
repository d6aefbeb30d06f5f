"""``crf2tlf drift OLD``: the study's raw extract against the last one, under the form specs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from crf2tlf.cli.console import Chosen, app, err, out, reporting
from crf2tlf.findings import Findings, StudyError


@app.command()
def drift(
    old: Annotated[Path, typer.Argument(help="The last extract: a raw folder, a zip, or a study folder.", exists=True)],
    excel: Annotated[Path | None, typer.Option(help="Write the report to this workbook.", dir_okay=False)] = None,
) -> None:
    """Compare the study's raw extract with the last one; exit code 1 if the specs need a change."""
    from crf2tlf.compare.extracts import compare_extracts, read_extract
    from crf2tlf.compare.extracts_workbook import HEADINGS, drift_row, write_drift
    from crf2tlf.spec import load_study

    if excel is not None and excel.suffix.lower() != ".xlsx":
        raise typer.BadParameter("the workbook's name ends in .xlsx", param_hint="--excel")
    findings = Findings()
    with reporting(findings):
        study = load_study(Chosen.study, Chosen.raw, findings)
        if study is None:
            raise StudyError(findings.items)
        extracts = [read_extract(study, raw, findings) for raw in (old, study.raw)]
        if not all(one.forms for one in extracts):
            findings.stop_on_errors()
        found = compare_extracts(study, extracts[0], extracts[1])
    shown = Table(box=box.SIMPLE_HEAD)
    for heading in HEADINGS:
        shown.add_column(heading, overflow="fold")
    for one in found:
        shown.add_row(*drift_row(one))
    if found:
        Console(width=None if out.is_terminal else 200, highlight=False, markup=False, emoji=False).print(shown)
    if excel is not None:
        try:
            write_drift(found, excel, (str(old), str(study.raw)))
        except OSError as problem:
            err.print(f"{excel} cannot be written: {problem.strerror or problem}", style="red")
            raise typer.Exit(1) from None
        out.print(f"{excel}: the report")
    needed = sum(one.spec for one in found)
    out.print(
        f"differences: {len(found)}; that need a change of the specs: {needed}" if found else "nothing has drifted"
    )
    if needed or findings.errors:
        raise typer.Exit(1)
