"""The whole build of the pilot study by its command: SDTM, ADaM and tables, in a copy of the study."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .study import EXTRACTS, STUDY


@pytest.mark.slow
@pytest.mark.skipif(
    not EXTRACTS, reason="CRF2TLF_PILOT is not set: it names the folder with the pilot study's extracts"
)
def test_the_command_builds_everything_without_a_finding(tmp_path: Path) -> None:
    shutil.copytree(STUDY / "specs", tmp_path / "specs")
    command = [sys.executable, "-m", "crf2tlf.cli", "--study", str(tmp_path), "--raw", EXTRACTS, "build"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, "error" in done.stderr, "warning" in done.stderr) == (0, False, False)
    sdtm = {"ae", "dm", "ds", "ex", "vs", "suppae", "suppdm"}
    assert {path.stem for path in (tmp_path / "sdtm").glob("*.xpt")} == sdtm
    assert {path.stem for path in (tmp_path / "adam").glob("*.xpt")} == {"adsl", "adae", "advs"}
    tables = {f"table-14-{number}" for number in range(1, 6)}
    assert {path.stem for path in (tmp_path / "tlf").glob("*.docx")} == {*tables, "tlf"}
    for folder in ("sdtm", "adam"):
        assert (tmp_path / folder / "define.xml").is_file()
