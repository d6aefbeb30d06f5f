"""A study traced once, and built again in memory from raw data that were changed: what a trace promises is compared."""

from __future__ import annotations

import csv
import io
import re
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from crf2tlf import workflow
from crf2tlf.analysis import analyse
from crf2tlf.analysis.results import Results
from crf2tlf.build import BuildResult, build_datasets
from crf2tlf.findings import Findings
from crf2tlf.spec import Study
from crf2tlf.trace import Tracing

Cells = Mapping[tuple[str, int], frozenset[str]]
"""Raw cells: the columns by form and line."""
ROOT = Path(__file__).parents[2]
TWO_ARM = ROOT / "examples" / "two-arm"


@dataclass(frozen=True)
class Rebuilt:
    """A build from changed raw data, with its results."""

    build: BuildResult
    results: Results


def traced(root: Path, raw: Path | None = None) -> Tracing:
    """Build a study with what its rules read."""
    return workflow.trace(root, raw, lambda _text: None, Findings())


def rebuilt(study: Study, raw: Path) -> Rebuilt:
    """Build a study that is loaded already from another raw folder; findings do not matter."""
    findings = Findings(study.spec.severity)
    build = build_datasets(replace(study, raw=raw), findings)
    return Rebuilt(build, analyse(build, findings))


class RawFolder:
    """A copy of a study's raw folder: every change begins with the files as they were."""

    def __init__(self, study: Study, folder: Path) -> None:
        self.study = study
        self.folder = folder
        shutil.copytree(study.raw, folder)
        self.encodings = {form.file: form.encoding for form in study.forms.values()}
        self.texts = {file: (folder / file).read_text(encoding) for file, encoding in self.encodings.items()}

    def rows(self, file: str) -> list[list[str]]:
        """Return the cells of a file, one list a line; the extracts have no line breaks inside a cell."""
        rows = list(csv.reader(io.StringIO(self.texts[file])))
        assert len(rows) == len(self.texts[file].splitlines())
        return rows

    def restore(self) -> None:
        """Write all files as they were."""
        for file, text in self.texts.items():
            (self.folder / file).write_text(text, self.encodings[file], newline="\n")

    def with_cell(self, form: str, line: int, column: str, value: str) -> Path:
        """Return the folder with one cell changed."""
        self.restore()
        spec = self.study.forms[form]
        rows = self.rows(spec.file)
        rows[line - 1][rows[0].index(spec.header(column))] = value
        self._write(spec.file, rows)
        return self.folder

    def with_cells(self, cells: Cells) -> Path:
        """Return the folder with only some lines of the files, and in them only some columns filled.

        What decides on which records of a form count stays: its subject, cut-off and what tells duplicates.
        """
        for name, form in self.study.forms.items():
            rows = self.rows(form.file)
            deciding = {form.subject, *([form.cutoff] if form.cutoff else [])}
            deciding |= set(form.duplicates.by) if form.duplicates else set()
            deciding |= {word for rule in form.leave_out for word in re.findall(r"\w+", rule.where.text)}
            kept = [rows[0]]
            for (other, line), columns in sorted(cells.items()):
                if other == name:
                    known = {form.header(column) for column in {*columns, *deciding} if column in form.columns}
                    pairs = zip(rows[0], rows[line - 1], strict=True)
                    kept.append([cell if header in known else "" for header, cell in pairs])
            self._write(form.file, kept)
        return self.folder

    def _write(self, file: str, rows: Iterable[Iterable[str]]) -> None:
        with (self.folder / file).open("w", encoding=self.encodings[file], newline="") as out:
            csv.writer(out, lineterminator="\n").writerows(rows)
