"""The CORE engine as a separate process: what is called, what is read, and what becomes of its failures."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import pytest

from crf2tlf.conform.core import run_core
from crf2tlf.conform.core_report import CoreReport, read_report
from crf2tlf.findings import Findings

LINES = [
    {"rule": "CORE-1", "dataset": "AE", "message": "Has\nend", "row": 12, "values": {"AEOUT": "X", "AEENDTC": None}},
    {"rule": "CORE-1", "dataset": "AE", "message": "Has\nend", "row": 44, "values": {"AEENDTC": None, "AEOUT": "X"}},
    {"rule": "CORE-1", "dataset": "CE", "message": "Has\nend", "row": 1, "values": {"CEOUT": "Y"}},
    {"rule": "CORE-2", "dataset": "CM", "message": "Order", "row": None, "values": {"$a": ["A", "B"], "$b": ["A"]}},
    {"rule": "CORE-3", "dataset": "AE", "not run": "no define.xml", "errors": []},
]  # fmt: skip


def as_lines(entries: list[dict[str, object]]) -> str:
    return "\n".join(json.dumps(entry) for entry in entries)


def test_records_with_the_same_message_are_one_finding() -> None:
    first, second, third = read_report(as_lines(LINES)).findings
    assert (first.rule, first.dataset, first.message, first.count) == ("CORE-1", "AE", "Has end", 2)
    assert (first.records, first.variables, first.values) == ((12, 44), ("AEENDTC", "AEOUT"), ("AEENDTC=, AEOUT=X",))
    assert (second.dataset, second.records) == ("CE", (1,))
    assert (third.records, third.variables) == ((), ())
    assert third.values == ("$a=only here: B",)


def test_rules_are_listed_with_what_became_of_them() -> None:
    entries = [
        *LINES,
        {"rule": "CORE-4", "status": "passed", "message": "Fine", "source": "CG0001"},
        {"version": "0.17.1"},
    ]
    read = read_report(as_lines(entries))
    assert [(r.rule, r.status, r.findings, r.reason) for r in read.rules] == [
        ("CORE-1", "findings", 2, ""),
        ("CORE-2", "findings", 1, ""),
        ("CORE-3", "not run", 0, "no define.xml"),
        ("CORE-4", "passed", 0, ""),
    ]
    assert read.rules[3].source == "CG0001"
    assert read.version == "0.17.1"


def test_the_report_of_the_engines_own_command_line_is_read() -> None:
    issue = {"core_id": "CORE-1", "message": "End", "dataset": "ae.xpt", "row": 3}
    broken = {"core_id": "CORE-2", "message": "broken", "dataset": "ae.xpt", "row": ""}
    report = {
        "Conformance_Details": {"CORE_Engine_Version": "0.17.1"},
        "Issue_Details": [
            {**issue, "variables": ["AEENDTC"], "values": ["2020"]},
            {**broken, "variables": "", "values": "traceback"},
        ],
        "Rules_Report": [
            {"core_id": "CORE-1", "cdisc_rule_id": "CG0001", "fda_rule_id": "FB0001", "status": "ISSUE REPORTED"},
            {"core_id": "CORE-2", "cdisc_rule_id": "", "message": "broken", "status": "EXECUTION ERROR"},
            {"core_id": "CORE-3", "cdisc_rule_id": "CG0003", "message": "Fine", "status": "SKIPPED"},
        ],
    }
    read = read_report(json.dumps(report, indent=2))
    (finding,) = read.findings
    assert (finding.dataset, finding.records, finding.values) == ("AE", (3,), ("AEENDTC=2020",))
    assert finding.source == "CG0001, FB0001"
    assert [(r.rule, r.status) for r in read.rules] == [
        ("CORE-1", "findings"), ("CORE-2", "not run"), ("CORE-3", "not applicable"),
    ]  # fmt: skip
    assert read.version == "0.17.1"


@pytest.mark.parametrize(
    "text",
    [
        "no JSON",
        "[1, 2]",
        '{"dataset": "AE"}',
        '{"rule": 1, "dataset": "AE", "message": "Has end"}',
        '{"rule": "CORE-1", "dataset": ["AE"], "message": "Has end"}',
        '{"rule": "CORE-1", "dataset": "AE", "row": 1}',
        '{"rule": "", "dataset": "AE", "message": "Has end"}',
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="line 1"):
        read_report(text)


# Commands: small programs that behave as an engine would


def program(tmp_path: Path, text: str) -> str:
    path = tmp_path / "engine.py"
    path.write_text("import sys, json, time, pathlib\nout = sys.argv[-1]\n" + text)
    return f'"{sys.executable}" "{path}"'


def called(
    tmp_path: Path, text: str, define: Path | None = None, time_limit: float = 60
) -> tuple[CoreReport | None, list[str]]:
    findings = Findings()
    report = run_core(program(tmp_path, text), tmp_path / "data folder", define, findings, time_limit=time_limit)
    return report, [f"{finding.code}: {finding.message}" for finding in findings]


WRITES_ARGUMENTS = (
    'pathlib.Path(out).write_text(json.dumps({"rule": "R", "dataset": "AE", "message": " ".join(sys.argv[1:-1])}))'
)


def test_the_command_gets_the_folder_and_the_define(tmp_path: Path) -> None:
    report, found = called(tmp_path, WRITES_ARGUMENTS, tmp_path / "define.xml")
    assert report is not None
    assert report.findings[0].message == f"{tmp_path}/data folder --define {tmp_path}/define.xml --out"
    assert found == []
    report, _ = called(tmp_path, WRITES_ARGUMENTS)
    assert report is not None
    assert report.findings[0].message == f"{tmp_path}/data folder --out"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("print('no Python 3.12', file=sys.stderr); sys.exit(1)", "ended with 1: no Python 3.12"),
        ("pass", "wrote no file"),
        ("pathlib.Path(out).write_text('broken')", "line 1 is no JSON"),
        ("time.sleep(60)", "took longer than 0.5 seconds"),
    ],
)
def test_a_failing_engine_is_a_finding_that_says_what_to_do(tmp_path: Path, text: str, says: str) -> None:
    report, found = called(tmp_path, text, time_limit=0.5 if "sleep" in text else 60)
    assert report is None
    assert len(found) == 1
    assert found[0].startswith("CONFORM_ENGINE: ")
    assert says in found[0]
    assert "docs/conformance.md" in found[0]


@pytest.mark.parametrize(
    ("command", "says"), [("/no/such/engine", "cannot be called"), ("", "no command"), ('"', "cannot be read")]
)
def test_a_command_that_cannot_be_called_is_a_finding(tmp_path: Path, command: str, says: str) -> None:
    findings = Findings()
    assert run_core(command, tmp_path, None, findings) is None
    (finding,) = findings
    assert finding.code == "CONFORM_ENGINE"
    assert says in finding.message


def test_rules_that_were_not_run_are_a_finding(tmp_path: Path) -> None:
    line = '{"rule": "CORE-3", "dataset": "AE", "not run": "no define.xml"}'
    report, found = called(tmp_path, f"pathlib.Path(out).write_text('{line}'); sys.exit(3)")
    assert report is not None
    assert found == ["CONFORM_NOT_RUN: CORE-3: no define.xml"]
    _, found = called(tmp_path, "pathlib.Path(out).write_text(''); sys.exit(3)")
    assert found == ["CONFORM_NOT_RUN: the engine could not run some rules, and does not say which"]


def test_an_engine_that_is_stopped_takes_what_it_started_along(tmp_path: Path) -> None:
    mark = tmp_path / "alive"
    later = f"import time, pathlib; time.sleep(3); pathlib.Path({str(mark)!r}).write_text('still here')"
    text = f"import subprocess; subprocess.run([sys.executable, '-c', {later!r}])"
    _, found = called(tmp_path, text, time_limit=0.5)
    assert "took longer" in found[0]
    time.sleep(4)
    assert not mark.exists()
