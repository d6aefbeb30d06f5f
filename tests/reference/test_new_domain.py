"""A new domain for the reference trial needs one YAML file for the form and one for the domain, and no Python."""

from __future__ import annotations

import shutil
from pathlib import Path

from crf2tlf.build import build_study
from crf2tlf.findings import Findings

ROOT = Path(__file__).resolve().parents[2]

FORM = """\
form: lab
label: Laboratory tests
file: lab.csv
subject: SUBJID
columns:
  SUBJID: {label: Subject number, required: true}
  VISITNUM: {label: Visit number, required: true}
  VISIT: Visit name
  LBDAT: {label: Date of sample, formats: [DD-MON-YYYY], required: true}
  ALT: ALT (U/L)
  AST: AST (U/L)
cutoff: LBDAT
"""

DOMAIN = """\
dataset: LB
keys: [STUDYID, USUBJID, LBTESTCD, VISITNUM]
rows:
  - from: raw.lab
    each:
      - {where: ALT is not None, parameter: {LBTESTCD: ALT, LBTEST: Alanine Aminotransferase}, set: {LBORRES: ALT}}
      - {where: AST is not None, parameter: {LBTESTCD: AST, LBTEST: Aspartate Aminotransferase}, set: {LBORRES: AST}}
variables:
  STUDYID: study.STUDYID
  DOMAIN: {value: LB}
  USUBJID: USUBJID
  LBSEQ: sequence()
  LBTESTCD:
  LBTEST:
  LBCAT: {value: CHEMISTRY}
  LBORRES:
  LBORRESU: {value: U/L}
  LBSTRESC: LBORRES
  LBSTRESN: number(LBORRES)
  LBSTRESU: LBORRESU
  LBLOBXFL: baseline_flag(LBSTRESN, LBDTC, DM.RFXSTDTC, by=[USUBJID, LBTESTCD], order=[LBDTC])
  VISITNUM: number(VISITNUM)
  VISIT: upper(VISIT)
  EPOCH: interval(LBDTC, SE.EPOCH, SE.SESTDTC, SE.SEENDTC)
  LBDTC: iso8601(LBDAT)
  LBDY: study_day(LBDTC, DM.RFSTDTC)
"""

RAW = """\
SUBJID,VISITNUM,VISIT,LBDAT,ALT,AST
01-001,1,Screening,20-JUN-2016,21,19
01-001,2,Week 4,26-JUL-2016,45,
02-001,1,Screening,12-SEP-2016,18,22
"""


def test_lb_from_two_yaml_files(tmp_path: Path) -> None:
    for folder in ("specs", "raw"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    for path, text in {"specs/raw/lab.yaml": FORM, "specs/sdtm/lb.yaml": DOMAIN, "raw/lab.csv": RAW}.items():
        (tmp_path / path).write_text(text, encoding="utf-8")
    findings = Findings()
    build = build_study(tmp_path, None, findings)
    assert build is not None
    assert not findings.errors, [str(f) for f in findings.errors]
    lb = build.datasets["LB"].frame
    shown = lb[["LBSEQ", "LBTESTCD", "LBSTRESN", "LBLOBXFL", "VISITNUM", "EPOCH", "LBDTC"]]
    assert shown.astype(object).where(shown.notna(), None).values.tolist() == [
        [1, "ALT", 21, "Y", 1, "SCREENING", "2016-06-20"],
        [2, "ALT", 45, None, 2, "TREATMENT", "2016-07-26"],
        [3, "AST", 19, "Y", 1, "SCREENING", "2016-06-20"],
        [1, "ALT", 18, "Y", 1, "SCREENING", "2016-09-12"],
        [2, "AST", 22, "Y", 1, "SCREENING", "2016-09-12"],
    ]
    assert [v.name for v in build.datasets["LB"].variables][:6] == [
        *("STUDYID", "DOMAIN", "USUBJID", "LBSEQ", "LBTESTCD", "LBTEST")
    ]
