"""``crf2tlf diff``: what differs between two data cuts, two versions of the programs, or two programmers."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crf2tlf.cli.console import Chosen, app, err, reporting, showing_progress
from crf2tlf.findings import Findings, StudyError

if TYPE_CHECKING:
    from crf2tlf.compare import Comparison, Side


class Method(StrEnum):
    """How two numbers are compared with the tolerance."""

    RELATIVE = "relative"
    ABSOLUTE = "absolute"


@app.command()
def diff(
    old: Annotated[Path, typer.Argument(help="A study, a folder of datasets, or a dataset.", exists=True)],
    new: Annotated[Path, typer.Argument(help="What to compare it with.", exists=True)],
    keys: Annotated[
        list[str] | None, typer.Option(help="Keys of a dataset: AE=USUBJID,AESEQ (once for each dataset).")
    ] = None,
    tolerance: Annotated[float, typer.Option(help="How far numbers may be apart, as SAS CRITERION=.", min=0)] = 0.0,
    method: Annotated[Method, typer.Option(help="What the tolerance is of, as SAS METHOD=.")] = Method.RELATIVE,
    ignore: Annotated[
        list[str] | None, typer.Option(help="Variables not compared: AESEQ, or AE.AESEQ; several with commas.")
    ] = None,
    only: Annotated[list[str] | None, typer.Option(help="Datasets to compare; several with commas.")] = None,
    attributes: Annotated[
        bool, typer.Option("--attributes/--no-attributes", help="Compare labels, types, lengths and formats.")
    ] = True,
    common: Annotated[
        bool, typer.Option("--common", help="Compare only datasets and variables that both sides have.")
    ] = False,
    forms: Annotated[
        bool, typer.Option("--forms", help="OLD and NEW are raw data: compare the forms of the study's specs.")
    ] = False,
    show: Annotated[int, typer.Option(help="How many differences of a dataset to print.", min=0)] = 10,
    excel: Annotated[Path | None, typer.Option(help="Write all differences to this workbook.", dir_okay=False)] = None,
    json_: Annotated[bool, typer.Option("--json", help="Print all differences as JSON instead.")] = False,
) -> None:
    """Compare OLD and NEW dataset by dataset by key; exit code 1 if they differ."""
    from crf2tlf.cli.differences import show_differences
    from crf2tlf.compare import Options, Tolerance, compare_sides
    from crf2tlf.compare.report import as_data

    numbers = Tolerance(tolerance, method.value)
    options = Options(_keys(keys or []), numbers, _listed(ignore), _listed(only), attributes, common)
    if excel is not None and excel.suffix.lower() != ".xlsx":
        raise typer.BadParameter("the workbook's name ends in .xlsx", param_hint="--excel")
    findings = Findings()
    with reporting(findings), showing_progress() as progress:
        sides = _sides(old, new, forms, findings)
        _reject_nothing(sides)
        seen = Chosen.verbose or err.is_terminal
        comparison = compare_sides(*sides, options, findings, progress if seen and not json_ else lambda _: None)
    if json_:
        typer.echo(json.dumps(as_data(comparison), ensure_ascii=False, indent=1))
    else:
        show_differences(comparison, show)
    if excel is not None:
        _write(comparison, excel, (str(old), str(new)))
    if findings.errors or not comparison.equal:
        raise typer.Exit(1)


def _sides(old: Path, new: Path, forms: bool, findings: Findings) -> tuple[Side, Side]:
    from crf2tlf.compare import open_forms, open_side
    from crf2tlf.spec import load_study

    if not forms:
        return open_side(old, findings), open_side(new, findings)
    study = load_study(Chosen.study, None, findings)
    if study is None:
        raise StudyError(findings.items)
    return open_forms(old, study, findings), open_forms(new, study, findings)


def _reject_nothing(sides: tuple[Side, Side]) -> None:
    """Two sides without datasets are no equal ones: somebody named the wrong folders."""
    for side, name in zip(sides, ("OLD", "NEW"), strict=True):
        if not side.tables:
            raise typer.BadParameter(
                "there is no dataset (.xpt, .sas7bdat, .json, .ndjson, .csv); raw data need --forms", param_hint=name
            )


def _keys(given: list[str]) -> dict[str, tuple[str, ...]]:
    """Return the keys of each dataset. Raises typer.BadParameter for what is not DATASET=KEY,KEY."""
    keys = {}
    for text in given:
        dataset, equals, names = text.partition("=")
        listed = tuple(_listed([names]))
        if not (dataset.strip() and equals and listed):
            raise typer.BadParameter(f"{text!r} is not of the form AE=USUBJID,AESEQ", param_hint="--keys")
        keys[dataset.strip()] = listed
    return keys


def _listed(texts: list[str] | None) -> tuple[str, ...]:
    return tuple(part.strip() for text in texts or [] for part in text.split(",") if part.strip())


def _write(comparison: Comparison, excel: Path, titles: tuple[str, str]) -> None:
    from crf2tlf.compare.workbook import write_workbook

    try:
        write_workbook(comparison, excel, titles)
    except OSError as problem:
        err.print(f"{excel} cannot be written: {problem.strerror or problem}", style="red")
        raise typer.Exit(1) from None
    err.print(f"all differences are in {excel}")
