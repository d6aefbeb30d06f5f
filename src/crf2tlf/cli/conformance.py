"""What ``crf2tlf check --conformance`` prints, and the workbook that it writes."""

from __future__ import annotations

from rich import box
from rich.console import Console
from rich.table import Table

from crf2tlf.cli.console import Chosen, out
from crf2tlf.conform import findings_table, summary_table
from crf2tlf.conform.workbook import conformance_workbook
from crf2tlf.workflow import Outcome, writing

FOR_THE_WORKBOOK = {"Variables", "First records", "Values", "Source"}


def show_conformance(outcome: Outcome) -> int:
    """Print what the rules found, and write all of it to conformance.xlsx; return how much of it is unexplained."""
    assert outcome.conformance is not None
    tables = Console(width=None if out.is_terminal else 200, highlight=False, markup=False, emoji=False)
    for table in (findings_table(outcome.conformance), summary_table(outcome.conformance)):
        shown = Table(title=table.title, title_justify="left", box=box.SIMPLE_HEAD)
        places = [place for place, heading in enumerate(table.headings) if heading not in FOR_THE_WORKBOOK]
        for place in places:
            shown.add_column(table.headings[place])
        for row in table.rows:
            shown.add_row(*(str(row[place]) for place in places))
        if table.rows:
            tables.print(shown)
    with writing(Chosen.study, outcome.findings):
        path = conformance_workbook(outcome.conformance, outcome.build.study.spec, Chosen.study / "conformance.xlsx")
    out.print(f"{path}: all findings and rules")
    return len(outcome.conformance.unexplained)
