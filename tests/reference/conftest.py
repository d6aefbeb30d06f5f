"""The reference trial computed in memory, as it is and with something changed in its raw extract."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from crf2tlf import workflow
from crf2tlf.analysis.results import Results, Table
from tests import whole
from tests.whole import computed

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def reference() -> workflow.Outcome:
    """The reference trial as it is committed."""
    return whole.reference()


Changed = Callable[[str, str, str], workflow.Outcome]


@pytest.fixture
def changed(tmp_path: Path) -> Changed:
    """Compute the reference trial with one text in one raw file replaced; the text must stand there once."""

    def change(file: str, old: str, new: str) -> workflow.Outcome:
        for folder in ("specs", "raw"):
            shutil.copytree(ROOT / folder, tmp_path / folder)
        path = tmp_path / "raw" / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        path.write_text(text.replace(old, new), encoding="utf-8")
        return computed(tmp_path)

    return change


def table_cells(results: Results | None) -> dict[str, str]:
    """The text of every cell of the tables that shows results, by the cell's id."""
    assert results is not None
    return {
        cell.id: cell.text
        for output in results.outputs
        if output.kind == "table" and output.id != "reconciliation" and isinstance(output.body, Table)
        for row in output.body.rows
        for cell in row.cells
        if cell.id
    }


def changed_outputs(before: Results | None, after: Results | None) -> set[str]:
    """The outputs that do not look the same (the comparison with the publication left out)."""
    assert before is not None
    assert after is not None
    old = {output.id: output for output in before.outputs}
    return {o.id for o in after.outputs if o != old[o.id]} - {"reconciliation"}
