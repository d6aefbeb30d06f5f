"""Cell templates and the texts around tables."""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType

import pandas as pd
import pytest

from crf2tlf.analysis.data import AnalysisError
from crf2tlf.analysis.templates import fill
from crf2tlf.analysis.texts import Texts
from crf2tlf.findings import Findings, Place
from crf2tlf.spec import Study
from crf2tlf.spec.model import Rule
from crf2tlf.spec.study import CodelistsSpec, StudySpec
from crf2tlf.spec.template import Template

PLACE = Place("specs/tlf/table-1.yaml", 7)


@pytest.mark.parametrize(
    ("template", "value", "text"),
    [
        ("{x}", 9, "9"),
        ("{x}", 2.5, "2.5"),
        ("{x:1}", 4.35, "4.4"),  # SAS and hand calculation; Python's format gives 4.3
        ("{x:0}", Fraction(25, 2), "13"),  # 1 of 8 in percent, exactly halfway
        ("{x:1}", 0, "0.0"),
        ("{x:1z}", 0, "0"),
        ("{x:1z}", 0.04, "0.0"),  # small, but not none
        ("{x:1h}", 100, "100"),
        ("{x:1h}", Fraction(100), "100"),
        ("{x:1h}", 99.96, "100.0"),  # nearly all, but not all
        ("{x:1<}", Fraction(100, 2001), "<0.1"),
        ("{x:1<}", 0.05, "0.1"),
        ("{x:1<}", 0, "0.0"),
        ("{x:1>}", Fraction(100 * 2000, 2001), ">99.9"),
        ("{x:1zh<>}", 0, "0"),
        ("{x:0zh<>}", 99.7, ">99"),
        ("{x:p4}", 0.0411, "0.0411"),
        ("{x:p4}", 0.00002, "<0.0001"),
        ("{x:%B %Y}", pd.Timestamp("2016-06-21"), "June 2016"),
        ("{x:%d %b %Y}", pd.Timestamp("2016-06-01"), "01 Jun 2016"),
        ("{x}", pd.Timestamp("2016-06-21"), "2016-06-21"),
        ("{x}", "word", "word"),
        ("n = {x} ({{{x}}})", 3, "n = 3 ({3})"),
        ("{x:1}", math.nan, "–"),
        ("{x}", None, "–"),
        ("no field", 1, "no field"),
    ],
)
def test_a_template_shows_a_value(template: str, value: object, text: str) -> None:
    assert fill(Template(template, PLACE), lambda _name: value, "–") == text  # type: ignore[arg-type,return-value]


@pytest.mark.parametrize(
    ("template", "value", "message"),
    [
        ("{x", 1, "a brace without its pair"),
        ("x}", 1, "a brace without its pair"),
        ("{}", 1, "a brace without its pair"),
        ("{x!r}", 1, "a brace without its pair"),
        ("{x.__class__:1:2}", 1, "no format"),
        ("{x:two}", 1, "no format"),
        ("{x:%H}", 1, "no format"),
        ("{x:1}", "word", "1 is for numbers or dates, the value is the text 'word'"),
        ("{x:1}", pd.Timestamp("2016-06-21"), "1 is for numbers, the value is a date"),
        ("{x:%Y}", 1, "%Y is for dates, the value is a number"),
    ],
)
def test_a_template_that_does_not_fit_is_a_mistake_with_its_place(template: str, value: object, message: str) -> None:
    with pytest.raises(AnalysisError, match=message) as caught:
        fill(Template(template, PLACE), lambda _name: value, "–")  # type: ignore[arg-type,return-value]
    assert (caught.value.code, caught.value.place) == ("TEMPLATE", PLACE)


def texts() -> Texts:
    given = {"RATE": 0.15, "DAYS": 28}
    spec = StudySpec(study="S", title="T", usubjid=Rule("SUBJECT"), release_timestamp="2026-01-01", constants=given)
    nothing: MappingProxyType[str, object] = MappingProxyType({})
    study = Study(Path(), Path(), spec, CodelistsSpec(), nothing, nothing, nothing)  # type: ignore[arg-type]
    return Texts(study, Findings())


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("Patients (N = {{ N }})", "Patients (N = 9)"),
        ("p₀ = {{ study.RATE | percent }}%, {{ study.RATE | decimals(3) }}", "p₀ = 15%, 0.150"),
        ("after {{ study.DAYS }} days in {{ study.STUDYID }}", "after 28 days in S"),
        ("{% if N == 0 %}Nobody{% else %}Somebody{% endif %}", "Somebody"),
        ("{{ cells['orr/n'] }}", "3 (33)"),
        ("a } and a < b & c", "a } and a < b & c"),
    ],
)
def test_a_text_takes_constants_and_counts(template: str, text: str) -> None:
    renderer = texts()
    assert renderer.render(Template(template, PLACE), N=9, cells={"orr/n": "3 (33)"}) == text
    assert not renderer.findings.items


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{{ M }}", "unknown name M"),
        ("{{ study.DAY }}", "unknown constant study.DAY (did you mean DAYS?)"),
        ("{{ N", "unexpected end of template"),
        ("{{ cells.absent }}", "has no attribute 'absent'"),
        ("{{ N | shout }}", "No filter named 'shout'"),
        ("{{ study.RATE | decimals('x') }}", "invalid literal"),
        # what could run, repeat or grow
        ("{{ ''.__class__.__mro__ }}", "unsafe"),
        ("{{ study.items() }}", "a call is not taken"),
        ("{% for x in 'abc' %}{{ x }}{% endfor %}", "a loop is not taken"),
        ("{{ 'x' * 1000000000 }}", "a multiplication is not taken"),
        ("{{ 9 ** 9 ** 9 }}", "a power is not taken"),
        ("{{ '%1000000000d' % 1 }}", "a % is not taken"),
        ("{% set a = 'x' %}{% set a = a ~ a %}{{ a }}", "set is not taken"),
        ("{% include 'study.yaml' %}", "an include is not taken"),
        ("{{ lipsum(1) }}", "a call is not taken"),
    ],
)
def test_a_text_with_a_mistake_is_a_finding_and_stays_as_it_is(template: str, message: str) -> None:
    renderer = texts()
    assert renderer.render(Template(template, PLACE), N=9, cells={"orr": "3"}) == template
    (finding,) = renderer.findings
    assert (finding.code, finding.place) == ("TEMPLATE", PLACE)
    assert message in finding.message
