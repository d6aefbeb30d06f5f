"""The command starts at once: what only some commands need is imported when they run."""

from __future__ import annotations

import subprocess
import sys

SLOW_TO_IMPORT = {
    *("docx", "fontTools", "jinja2", "lxml", "matplotlib", "numpy", "odmlib", "openpyxl", "pandas", "pyarrow"),
    *("pydantic", "pypdf", "pyreadstat", "ruamel", "scipy", "typst", "xlsxwriter"),
}
"""Packages that take a tenth of a second or more, alone or together."""


def imported_by(module: str) -> set[str]:
    """The modules that are there after the import of one in a new process."""
    code = f"import sys, {module}; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(run.stdout.split())


def test_the_command_line_starts_without_what_its_commands_run() -> None:
    modules = imported_by("crf2tlf.cli")
    assert "typer" in modules
    assert not SLOW_TO_IMPORT & modules
    rooms = {name.split(".")[1] for name in modules if name.startswith("crf2tlf.")}
    assert rooms == {"cli", "findings"}


def test_a_study_is_built_without_what_writes_documents() -> None:
    """Figures, Word, Excel, PDF and define files, and statistics: imported by a run that has a use for them."""
    modules = imported_by("crf2tlf.workflow")
    assert "pandas" in modules
    writers = {"docx", "fontTools", "matplotlib", "odmlib", "openpyxl", "pypdf", "scipy.stats", "typst"}
    assert not writers & modules
