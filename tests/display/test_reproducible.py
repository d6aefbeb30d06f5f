"""Two renders give the same bytes in any time zone and with any hash seed: shown in processes of their own."""

import hashlib
import os
import subprocess
import sys
import zipfile
from datetime import datetime
from pathlib import Path

import docx
import pytest
from openpyxl import load_workbook

from crf2tlf.analysis.results import Results
from crf2tlf.display import render
from crf2tlf.display.reproducible import release_time

from . import samples

RENDER = """
import sys
from pathlib import Path
from crf2tlf.analysis.results import Results
from crf2tlf.display import render
render(Results.model_validate_json(Path(sys.argv[1]).read_text(encoding="utf-8")), Path(sys.argv[2]))
"""


def digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def render_elsewhere(results: Results, folder: Path, zone: str, seed: str) -> dict[str, str]:
    folder.mkdir()
    source = folder.with_suffix(".json")
    source.write_text(results.model_dump_json(), encoding="utf-8")
    environment = {**os.environ, "TZ": zone, "PYTHONHASHSEED": seed}
    subprocess.run([sys.executable, "-c", RENDER, str(source), str(folder)], env=environment, check=True)
    return digests(folder)


@pytest.mark.slow
def test_the_same_bytes_anywhere(tmp_path: Path) -> None:
    results = samples.EVERYTHING.model_copy(update={"draft": True})
    first = render_elsewhere(results, tmp_path / "first", "Asia/Tokyo", "1")
    second = render_elsewhere(results, tmp_path / "second", "America/New_York", "2")
    assert len(first) == 8 + 2 + 2 * 4  # documents, collection and workbook, pictures twice
    assert first == second


def test_members_are_sorted_and_without_times(tmp_path: Path) -> None:
    render(samples.results(samples.DEMOGRAPHICS), tmp_path)
    for name in ("table-1.docx", "tlf.docx", "tlf.xlsx"):
        with zipfile.ZipFile(tmp_path / name) as archive:
            members = archive.infolist()
        names = [member.filename for member in members]
        assert names == ["[Content_Types].xml", *sorted(names[1:])]
        assert {member.date_time for member in members} == {(1980, 1, 1, 0, 0, 0)}


def test_documents_were_made_at_the_release(tmp_path: Path) -> None:
    render(samples.results(samples.DEMOGRAPHICS, release_timestamp="2024-03-01T18:30:00+09:00"), tmp_path)
    document = docx.Document(str(tmp_path / "tlf.docx")).core_properties
    book = load_workbook(tmp_path / "tlf.xlsx").properties
    made = [document.created, document.modified, book.created, book.modified]
    assert [time and time.replace(tzinfo=None) for time in made] == [datetime(2024, 3, 1, 9, 30)] * 4


@pytest.mark.parametrize(
    ("stamp", "expected"),
    [
        ("2024-03-01", datetime(2024, 3, 1)),
        ("2024-03-01T09:30:00", datetime(2024, 3, 1, 9, 30)),
        ("2024-03-01T09:30:00Z", datetime(2024, 3, 1, 9, 30)),
        ("2024-03-01T09:30:00+09:00", datetime(2024, 3, 1, 0, 30)),
    ],
)
def test_release_time(stamp: str, expected: datetime) -> None:
    assert release_time(stamp) == expected
