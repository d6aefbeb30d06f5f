"""CDISC CORE as a separate process: the command that the user names, and what it writes.

``<command> DATA_DIR [--define FILE] --out FILE`` writes findings as JSON lines, or the JSON report of the engine's own
command line. Exit status 0: all rules ran; 3: some could not be run. docs/conformance.md describes the protocol.
"""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

from crf2tlf.conform.core_report import CoreReport, read_report
from crf2tlf.findings import Findings, Place

VARIABLE = "CRF2TLF_CORE"
"""The environment variable that names the command."""

PLACE = Place(VARIABLE)
TIME_LIMIT = 3600.0
_FINE, _SOME_NOT_RUN = 0, 3
_HELP = f"see docs/conformance.md for what the command in {VARIABLE} has to do"


class _Failure(Exception):
    """The engine gives nothing that can be used; the message says why."""


def run_core(
    command: str, folder: Path, define: Path | None, findings: Findings, *, time_limit: float = TIME_LIMIT
) -> CoreReport | None:
    """Run the CORE engine on the transport files of a folder.

    Returns None after a finding CONFORM_ENGINE where the command cannot be called, ends in another way than 0 or 3,
    takes longer than ``time_limit`` seconds, or writes what cannot be read.
    """
    try:
        with tempfile.TemporaryDirectory() as scratch:
            output = Path(scratch) / "findings.jsonl"
            status = _call([*_words(command), str(folder), *_define(define), "--out", str(output)], time_limit)
            report = _read(output)
    except _Failure as failure:
        findings.add("CONFORM_ENGINE", PLACE, f"{failure}; {_HELP}")
        return None
    _report_not_run(report, status, findings)
    return report


def _report_not_run(report: CoreReport, status: int, findings: Findings) -> None:
    reasons: dict[str, list[str]] = {}
    for rule in (rule for rule in report.rules if rule.reason):
        reasons.setdefault(rule.reason, []).append(rule.rule)
    for reason, codes in reasons.items():
        findings.add("CONFORM_NOT_RUN", PLACE, f"{', '.join(codes)}: {reason}", count=len(codes))
    if status == _SOME_NOT_RUN and not reasons:
        findings.add("CONFORM_NOT_RUN", PLACE, "the engine could not run some rules, and does not say which")


def _words(command: str) -> list[str]:
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise _Failure(f"the command {command!r} cannot be read: {error}") from error
    if not words:
        raise _Failure(f"{VARIABLE} is not set, so no command is named; set it, or leave --core out")
    return words


def _define(define: Path | None) -> list[str]:
    return ["--define", str(define)] if define else []


def _call(command: list[str], time_limit: float) -> int:
    """Run a command and return its exit status; one that takes too long is ended with all that it started."""
    nothing, pipe = subprocess.DEVNULL, subprocess.PIPE
    environment = {
        **os.environ,
        "PYTHONHASHSEED": "0",
    }  # the engine lists the members of sets: in the same order always
    try:
        process = subprocess.Popen(
            command, stdin=nothing, stdout=nothing, stderr=pipe, start_new_session=True, env=environment
        )
    except OSError as error:
        raise _Failure(f"{command[0]} cannot be called: {error.strerror or error}") from error
    try:
        _, errors = process.communicate(timeout=time_limit)
    except BaseException as error:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        if isinstance(error, subprocess.TimeoutExpired):
            raise _Failure(f"{command[0]} took longer than {time_limit:g} seconds and was stopped") from error
        raise
    if process.returncode not in (_FINE, _SOME_NOT_RUN):
        said = errors.decode("utf-8", "replace").strip().splitlines()
        last = f": {said[-1].strip()[:300]}" if said else ""
        raise _Failure(f"{command[0]} ended with {process.returncode}{last}")
    return process.returncode


def _read(output: Path) -> CoreReport:
    try:
        return read_report(output.read_text(encoding="utf-8"))
    except OSError as error:
        raise _Failure("the engine wrote no file of findings") from error
    except ValueError as error:
        raise _Failure(f"what the engine wrote cannot be read: {error}") from error
