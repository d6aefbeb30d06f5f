"""``crf2tlf diff``: what differs between two data cuts, two versions of the programs, or two programmers."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.table import Table
from rich.text import Text

from crf2tlf.cli.console import Chosen, app, err, out, reporting, showing_progress
from crf2tlf.compare import (
    Comparison,
    DatasetComparison,
    Options,
    Side,
    Tolerance,
    compare_sides,
    open_forms,
    open_side,
)
from crf2tlf.compare.datasets import NEW, NEW_RECORD, OLD, OLD_RECORD, VARIABLE
from crf2tlf.compare.report import SUMMARY, as_data, remarks, summary
from crf2tlf.compare.workbook import write_workbook
from crf2tlf.findings import Findings, StudyError
from crf2tlf.spec import load_study

_ALWAYS = ("dataset", "old records", "new records")
_SAID_BELOW = ("keys", "keys from")


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
        _print(comparison, show)
    if excel is not None:
        _write(comparison, excel, (str(old), str(new)))
    if findings.errors or not comparison.equal:
        raise typer.Exit(1)


def _sides(old: Path, new: Path, forms: bool, findings: Findings) -> tuple[Side, Side]:
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
    try:
        write_workbook(comparison, excel, titles)
    except OSError as problem:
        err.print(f"{excel} cannot be written: {problem.strerror or problem}", style="red")
        raise typer.Exit(1) from None
    err.print(f"all differences are in {excel}")


def _print(comparison: Comparison, show: int) -> None:
    """Print the summary, and the first differences of each dataset."""
    for side, names in (("OLD", comparison.only_old), ("NEW", comparison.only_new)):
        if names:
            out.print(f"only in {side}: {', '.join(names)}")
    _print_summary(comparison)
    for found in comparison.datasets:
        _print_dataset(found, show)
    if comparison.cells:
        _print_cells(comparison, show)
    out.print("no differences" if comparison.equal else "OLD and NEW differ")


def _print_summary(comparison: Comparison) -> None:
    """Print the datasets that differ, and how many are equal; columns in which nothing stands are left out."""
    rows = [row for row, found in zip(summary(comparison), comparison.datasets, strict=True) if not found.equal]
    equal = [found.name for found in comparison.datasets if found.equal]
    if rows:
        seen = [n for n, name in enumerate(SUMMARY) if name not in _SAID_BELOW]
        columns = [n for n in seen if SUMMARY[n] in _ALWAYS or any(row[n] for row in rows)]
        table = Table(box=box.SIMPLE_HEAD, show_edge=False)
        for n in columns:
            table.add_column(SUMMARY[n], justify="right" if isinstance(rows[0][n], int) else "left")
        for row in rows:
            table.add_row(*(Text(f"{row[n]:,}" if isinstance(row[n], int) else str(row[n])) for n in columns))
        out.print(table)
    if equal:
        out.print(f"equal: {', '.join(equal)}")


def _print_dataset(found: DatasetComparison, show: int) -> None:
    said = remarks(found)
    if found.equal and not said:
        return
    out.print(f"\n{found.name}", style="bold")
    if found.keys:
        out.print(f"  keys: {', '.join(found.keys)} ({found.keys_from})")
    for remark in said:
        out.print(f"  {remark}")
    for a in found.attributes[:show]:
        out.print(f"  {a.variable or '(dataset)'}: {a.attribute} {a.old or '(none)'} → {a.new or '(none)'}")
    _print_more(len(found.attributes), show, "attributes")
    for what, frame in (("added", found.added), ("removed", found.removed)):
        for values in frame.head(show).itertuples(index=False, name=None):
            out.print(f"  {what}: {_record(found.keys, values, f'record {values[-1]}')}")
        _print_more(len(frame), show, f"{what} records")
    for change in found.changes.head(show).to_dict("records"):
        numbers = f"record {change[OLD_RECORD]}"
        if change[OLD_RECORD] != change[NEW_RECORD]:
            numbers = f"records {change[OLD_RECORD]} and {change[NEW_RECORD]}"
        where = _record(found.keys, tuple(change[key] for key in found.keys), numbers)
        out.print(f"  {where}: {change[VARIABLE]} {_value(change[OLD])} → {_value(change[NEW])}")
    _print_more(sum(found.changed.values()), show, "changed values")


def _record(keys: tuple[str, ...], values: tuple[object, ...], number: str) -> str:
    pairs = list(zip(keys, values, strict=False))
    telling = [pair for pair in pairs if pair[0] != "STUDYID"] or pairs
    named = ", ".join(f"{key}={_value(value)}" for key, value in telling)
    return f"{named} ({number})" if named else number


def _value(value: object) -> str:
    return value if isinstance(value, str) else "(missing)"


def _print_more(count: int, show: int, what: str) -> None:
    if count > show:
        out.print(f"  … {count - show:,} more {what}")


def _print_cells(comparison: Comparison, show: int) -> None:
    out.print(f"\n{len(comparison.cells)} cells of tables, listings and figures changed", style="bold")
    for cell in comparison.cells[:show]:
        old, new = ("(not there)" if text is None else text for text in (cell.old, cell.new))
        if cell.cell == "(figure)":
            old, new = "…", "…"
        where = cell.cell if cell.cell.startswith(f"{cell.output}/") else f"{cell.output} {cell.cell}"
        out.print(f"  {where}: {old} → {new}")
    _print_more(len(comparison.cells), show, "cells")
