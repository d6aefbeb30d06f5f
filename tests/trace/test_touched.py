"""What a trace says that a change reaches is all that the change reaches: raw cells are edited and the study rebuilt.

``CRF2TLF_EDITS=200`` makes so many random edits of each study; in every run there are a few.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.trace.rebuilt import ROOT, TWO_ARM, RawFolder, rebuilt, traced
from tests.trace.touched import edits, misses

from crf2tlf.trace.chain import Chains
from crf2tlf.trace.touch import Touch

pytestmark = pytest.mark.slow

EDITS = int(os.environ.get("CRF2TLF_EDITS", "6"))


@pytest.mark.parametrize(("root", "seed"), [(ROOT, 5), (TWO_ARM, 6)], ids=["reference", "two-arm"])
def test_everything_that_an_edit_changes_was_named_before(root: Path, seed: int, tmp_path: Path) -> None:
    tracing = traced(root)
    touch, folder = Touch(Chains(tracing)), RawFolder(tracing.build.study, tmp_path / "raw")
    missed, changed = [], 0
    for edit in edits(folder, tracing, seed, EDITS):
        touched = touch.of(f"raw.{edit.form}", edit.line, [edit.column])
        after = rebuilt(tracing.build.study, folder.with_cell(edit.form, edit.line, edit.column, edit.value))
        found = misses(edit, tracing, touched, after)
        missed += [f"{edit}: {what}" for what in found.missed]
        changed += found.changed_values
    assert not missed
    assert changed > 0  # the edits do something
