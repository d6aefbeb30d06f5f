"""Commands for specs that live in Excel: ``spec export`` and ``spec import``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from crf2tlf.cli.console import Chosen, app, err, out, reporting
from crf2tlf.findings import Findings

if TYPE_CHECKING:
    from crf2tlf.workbook.changes import Change
    from crf2tlf.workbook.importing import Import

spec = typer.Typer(help="Specs as an Excel workbook in Pinnacle 21's shape, and back.", no_args_is_help=True)
app.add_typer(spec, name="spec")


@spec.command("export")
def export_(
    file: Annotated[Path, typer.Argument(help="The workbook to write (.xlsx).", dir_okay=False)],
) -> None:
    """Write the specs into a workbook. Raw data are not needed."""
    from crf2tlf.workbook.exporting import export_specs
    from crf2tlf.workflow import writing

    findings = Findings()
    with reporting(findings), writing(Chosen.study, findings):
        path = export_specs(Chosen.study, file, findings)
    out.print(str(path))


@spec.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="The workbook to read (.xlsx).", exists=True, dir_okay=False)],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Write without asking.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change, and write nothing.")] = False,
    draft: Annotated[bool, typer.Option("--draft", help="Write also where rules have errors, to go on later.")] = False,
) -> None:
    """Change the specs to what a workbook says: shows the differences, asks, and writes.

    Comments and layout of what does not change stay. Without --yes and without a terminal to ask on, nothing is
    written and the exit code is 1.
    """
    from crf2tlf.workbook.importing import apply_import, prepare_import
    from crf2tlf.workflow import writing

    findings = Findings()
    with reporting(findings):
        prepared = prepare_import(Chosen.study, file, findings, draft=draft)
    _show_changes(prepared.changes)
    if not prepared.texts or dry_run:
        return
    if not yes and not _agreed(prepared):
        out.print("nothing was written; --yes writes")
        raise typer.Exit(1)
    with reporting(findings), writing(Chosen.study, findings):
        written = apply_import(Chosen.study, prepared)
    for path in written:
        out.print(str(path))


def _agreed(prepared: Import) -> bool:
    if not err.is_terminal:
        return False
    return typer.confirm(f"Write {len(prepared.texts)} files?", default=False, err=True)


def _show_changes(changes: tuple[Change, ...]) -> None:
    """Print a line for each difference: file, key, old and new value."""
    if not changes:
        out.print("no differences")
        return
    shown = Table(box=box.SIMPLE_HEAD, title=f"{len(changes)} differences", title_justify="left")
    for heading in ("File", "Key", "Now", "New"):
        shown.add_column(heading, overflow="fold")
    for change in changes:
        old, new = (value if value is not None else "–" for value in (change.old, change.new))
        shown.add_row(f"specs/{change.file}", change.key, old, new)
    Console(width=None if out.is_terminal else 160, highlight=False, markup=False, emoji=False).print(shown)
