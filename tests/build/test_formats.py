"""A form's date formats go with its values: through lookups and aggregates that give one of them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from crf2tlf.build import build_study

SMALL = Path(__file__).parents[1] / "cli" / "study"


# fmt: off
CASES: list[tuple[str, list[str | None]]] = [
    # the events of 01-001 start on 30-JUN-2016 and 2016/07/05, of 01-002 on 10-DEC-2016, of 02-001 on UN-FEB-2017
    ("iso8601(first(raw.ae.AESTDAT, order=[raw.ae.AESPID]))",  ["2016-06-30", "2016-12-10", "2017-02"]),
    ("iso8601(last(raw.ae.AESTDAT, order=[raw.ae.AESPID]))",   ["2016-07-05", "2016-12-10", "2017-02"]),
    ('iso8601(lookup(raw.ae.AESTDAT, where=raw.ae.AETERM == "Nausea"))', ["2016-06-30", "2016-12-10", None]),
]
# fmt: on


@pytest.mark.parametrize(("rule", "expected"), CASES)
def test_formats_through_aggregates(rule: str, expected: list[str | None], tmp_path: Path) -> None:
    shutil.copytree(SMALL, tmp_path / "study")
    spec = tmp_path / "study" / "specs" / "sdtm" / "dm.yaml"
    spec.write_text(spec.read_text().replace("variables:\n", f"variables:\n  RFPENDTC: {rule!r}\n"))
    build = build_study(tmp_path / "study")
    assert build is not None
    assert [str(finding) for finding in build.findings.errors] == []
    found = build.datasets["DM"].frame.sort_values("USUBJID")["RFPENDTC"]
    assert [None if value != value else value for value in found] == expected
