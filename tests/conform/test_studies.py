"""The CDISC pilot under the conformance rules; the reference trial is in tests/reference."""

from __future__ import annotations

import pytest

from crf2tlf.conform import check
from crf2tlf.findings import Findings
from tests import whole

# Counts that CDISC CORE 0.17.1 has too on the same files stand with its rule.
PILOT_FINDINGS = {
    ("SERIOUSNESS", "AE", 36),  # CORE-000022
    ("OUTCOME_DATE", "AE", 250),  # CORE-000657
    ("DM_ARM", "DM", 52),  # CORE-000121: screen failures with an arm of that name
    ("STUDY_DAY_MISSING", "AE", 1191),  # CORE-000321 and CORE-000793 report the variable once: AEDTC without AEDY
    ("STUDY_DAY_MISSING", "DS", 798),  # the same
    ("CODE_PAIR", "AE", 9),  # CORE-000716: a class without its code in some records
    ("DM_EXPOSURE_DATES", "DM", 2),  # an exposure without an end, and no RFXENDTC
    ("AE_AFTER_CONSENT", "AE", 33),
    ("UNIQUE_KEY", "AE", 6),  # records entered twice, told apart by the form's line only
    ("EXPECTED_VARIABLE", "DM", 1),  # ACTARMUD came with SDTMIG 3.3
    ("EXPECTED_VARIABLE", "VS", 1),  # VSLOBXFL too
    ("ADSL_SUBJECTS_OF_DM", "ADSL", 1),  # screen failures with an arm of that name are not in ADSL
    ("BASE_ONE", "ADVS", 5477),  # BASETYPE is the position; temperature, weight and height have none
    ("DATASETS", "TS", 1),
    *(("TRIAL_DESIGN", name, 1) for name in ("TA", "TE", "TV", "TI")),
}


@pytest.mark.slow
def test_the_pilot_has_the_findings_that_its_data_have() -> None:
    found = {(f.rule, f.dataset, f.count) for f in check(whole.pilot().build, Findings()).findings}
    assert found == PILOT_FINDINGS
