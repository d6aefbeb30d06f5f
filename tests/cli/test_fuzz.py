"""Whatever is done to one place of a spec or raw file: findings or success, never a traceback."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crf2tlf import workflow
from crf2tlf.findings import Findings, StudyError
from tests.cli.conftest import SMALL

FILES = sorted(p for folder in ("specs", "raw") for p in (SMALL / folder).rglob("*") if p.is_file())
WORDS = sorted({w for p in FILES for w in re.findall(r"[A-Za-z_][\w.]*|\d+", p.read_bytes().decode("latin-1"))})
CHARACTERS = " \n\t:,[]{}\"'#&*!|>%@`-=+()<>/\\?_019aX~;\x00\x07é症\ufeff"


@dataclass(frozen=True)
class Slip:
    """A slip of the keyboard in a file: characters at a position are replaced by others."""

    file: Path
    position: int
    length: int
    text: str

    def applied(self) -> bytes:
        old = self.file.read_bytes()
        return old[: self.position] + self.text.encode() + old[self.position + self.length :]


@st.composite
def slips(draw: st.DrawFn) -> Slip:
    """One character inserted, deleted or replaced; a word replaced by another; or a line left out."""
    file = draw(st.sampled_from(FILES))
    content = file.read_bytes()
    kind = draw(st.sampled_from(["character", "word", "line"]))
    if kind == "character":
        text = draw(st.sampled_from(["", *CHARACTERS]))
        return Slip(file, draw(st.integers(0, len(content))), draw(st.integers(0 if text else 1, 1)), text)
    pattern = rb"[A-Za-z_][\w.]*|\d+" if kind == "word" else rb"(?m)^.*\n?"
    places = [(m.start(), m.end() - m.start()) for m in re.finditer(pattern, content)]
    position, length = draw(st.sampled_from(places))
    return Slip(file, position, length, draw(st.sampled_from(WORDS)) if kind == "word" else "")


def checked(root: Path, slip: Slip) -> Findings:
    """Compute the study with a slip in one file; put the file back."""
    path, findings = root / slip.file.relative_to(SMALL), Findings()
    path.write_bytes(slip.applied())
    try:
        workflow.compute(root, None, "tlf", lambda _text: None, findings)
    except StudyError:
        assert findings.errors
    finally:
        path.write_bytes(slip.file.read_bytes())
    return findings


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("fuzz") / "study"
    shutil.copytree(SMALL, root)
    return root


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(slip=slips())
def test_a_slip_is_a_finding_or_does_no_harm(small: Path, slip: Slip) -> None:
    findings = checked(small, slip)
    for finding in findings:
        assert "\n" not in str(finding)
        assert (small / finding.place.file).exists() or finding.code.endswith("_MISSING"), finding
