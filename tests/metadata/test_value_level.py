"""Value-level metadata: which records a where clause takes, and what holds for them."""

from __future__ import annotations

from tests.conftest import BuildStudy
from tests.metadata.small import analysis, clause, described, item_of, method_of, study

ROWS = """\
- from: raw.lab
  where: KIND is not None
  set: {LBTESTCD: {value: GLUC}, LBCAT: KIND, LBORRES: KIND}
- from: raw.lab
  where: KIND is None
  set: {LBTESTCD: {value: ALT}, LBCAT: KIND, LBORRES: '"derived " + RES'}
"""


def test_the_topic_tells_records_apart(build_small: BuildStudy) -> None:
    built = build_small(study("LBTESTCD:\nLBTEST: LBTESTCD\nLBORRES:\nLBCAT:\n", ROWS))
    submission, _ = described(built)
    item = item_of(submission, "LB.LBORRES")
    assert [(clause(value), value.label, value.origin.type) for value in item.values if value.origin] == [
        ("LBTESTCD EQ GLUC", "GLUC", "Collected"),
        ("LBTESTCD EQ ALT", "ALT", "Derived"),
    ]
    assert item.origin is None
    assert (item.method, item.values[0].method) == (None, None)
    assert method_of(submission, item.values[1]).rule == '"derived " + RES'


def test_one_way_of_making_values_needs_no_value_level(build_small: BuildStudy) -> None:
    """Records whose value is missing are no other case: LBCAT is missing where KIND is."""
    submission, _ = described(build_small(study("LBTESTCD:\nLBORRES:\nLBCAT:\n", ROWS)))
    item = item_of(submission, "LB.LBCAT")
    assert item.values == ()
    assert item.origin is not None
    assert item.origin.type == "Collected"


def test_what_names_the_records_has_no_value_level(build_small: BuildStudy) -> None:
    submission, _ = described(build_small(study("LBTESTCD:\nLBTEST: LBTESTCD\nLBORRES:\nLBCAT:\n", ROWS)))
    for name in ("LBTESTCD", "LBTEST", "USUBJID"):
        assert item_of(submission, f"LB.{name}").values == ()


COMPOUND = """\
- from: raw.lab
  where: TEST == "GLUC" and KIND == "FASTED"
  set: {LBTESTCD: {value: GLUC}, LBCAT: {value: FASTED}, LBORRES: RES}
- from: raw.lab
  where: TEST == "GLUC" and KIND == "FED"
  set: {LBTESTCD: {value: GLUC}, LBCAT: {value: FED}, LBORRES: '"fed " + RES'}
- from: raw.lab
  where: TEST == "ALT"
  set: {LBTESTCD: {value: ALT}, LBCAT: {value: FASTED}, LBORRES: RES}
"""


def test_a_second_constant_where_the_topic_does_not_tell(build_small: BuildStudy) -> None:
    submission, _ = described(build_small(study("LBTESTCD:\nLBCAT:\nLBORRES:\n", COMPOUND)))
    assert [clause(value) for value in item_of(submission, "LB.LBORRES").values] == [
        "LBTESTCD EQ GLUC & LBCAT EQ FASTED",
        "LBTESTCD EQ GLUC & LBCAT EQ FED",
        "LBTESTCD EQ ALT",
    ]


def test_cases_of_a_variable(build_small: BuildStudy) -> None:
    variables = "LBTESTCD: TEST\nLBORRES: RES\nLBDY:\n  by: LBTESTCD\n  cases: {ALT: 'study_day(DAY, DM.RFSTDTC)'}\n"
    submission, _ = described(build_small(study(f"{variables}  else: number(FLAG)\n")))
    values = item_of(submission, "LB.LBDY").values
    assert {clause(value): value.origin.type for value in values if value.origin} == {
        "LBTESTCD EQ ALT": "Derived",
        "LBTESTCD IN GLUC/ALB": "Collected",
    }


def test_results_differ_in_type_by_test(build_small: BuildStudy) -> None:
    """Decimals as they are in the data: 5.25 and 6.5 have two."""
    submission, _ = described(build_small(study("LBTESTCD: TEST\nLBORRES: RES\nLBMETHOD: RES\n")))
    values = item_of(submission, "LB.LBORRES").values
    assert [(clause(v), v.data_type, v.length, v.significant_digits) for v in values] == [
        ("LBTESTCD EQ GLUC", "float", 4, 2),
        ("LBTESTCD EQ ALT", "integer", 2, None),
        ("LBTESTCD EQ ALB", "text", 8, None),
    ]
    assert item_of(submission, "LB.LBMETHOD").values == ()  # no result


def test_a_codelist_for_each_test(build_small: BuildStudy) -> None:
    variables = (
        "LBTESTCD: TEST\nLBSTRESC: {rule: KIND, codelist: {by: LBTESTCD, cases: {GLUC: FASTING}}}\nLBMETHOD: KIND\n"
    )
    lists = "codelists: {FASTING: {terms: {FASTED: Fasted, FED: Fed}}}\n"
    rows = "- {from: raw.lab, where: KIND is not None}\n- {from: raw.lab, where: TEST == 'ALB', set: {LBSTRESC: RES}}\n"
    submission, _ = described(build_small(study(variables, rows, **{"specs/codelists.yaml": lists})))
    values = item_of(submission, "LB.LBSTRESC").values
    assert [(clause(value), value.codelist) for value in values] == [
        ("LBTESTCD EQ GLUC", "FASTING"),
        ("LBTESTCD EQ ALB", None),
    ]


def test_a_qualifier_each(build_small: BuildStudy) -> None:
    variables = "LBTESTCD: TEST\nLBORRES: RES\n"
    more = "supplemental:\n  LBKIND: {rule: KIND, label: Kind of sample}\n  LBLATE: {rule: DM.RFSTDTC, label: Later}\n"
    files = study(variables)
    files["specs/sdtm/lb.yaml"] += more
    submission, _ = described(build_small(files))
    item = item_of(submission, "SUPPLB.QVAL")
    assert [(clause(v), v.label, v.origin.type) for v in item.values if v.origin] == [
        ("QNAM EQ LBKIND", "Kind of sample", "Collected"),
        ("QNAM EQ LBLATE", "Later", "Derived"),
    ]
    assert item.origin is None
    assert item_of(submission, "SUPPLB.RDOMAIN").origin is not None


def test_copies_from_several_datasets(build_small: BuildStudy) -> None:
    rows = "- {from: LB, set: {PARAMCD: LBTESTCD, AVALC: LBORRES}}\n"
    rows += "- {from: DM, set: {PARAMCD: {value: START}, AVALC: RFSTDTC}}\n"
    built = build_small(analysis("PARAMCD:\nAVALC:\nSRCDOM: source_dataset()\n", rows))
    submission, _ = described(built, sdtm=False)
    values = {clause(v): v.origin.description for v in item_of(submission, "ADX.AVALC").values if v.origin}
    assert values["PARAMCD EQ START"] == "DM.RFSTDTC"
    assert set(values.values()) == {"LB.LBORRES", "DM.RFSTDTC"}
    assert item_of(submission, "ADX.USUBJID").origin is not None
    assert item_of(submission, "ADX.SRCDOM").values == ()


def test_only_results_have_the_name_of_their_test(build_small: BuildStudy) -> None:
    """The category of ALT is a category, whatever its records are about."""
    rows = ROWS.replace("{value: ALT}, LBCAT: KIND", "{value: ALT}, LBCAT: '\"derived \" + RES'")
    submission, _ = described(
        build_small(study("LBTESTCD:\nLBTEST: LBTESTCD\nLBORRES:\nLBCAT: {label: Category}\n", rows))
    )
    labels = {
        name: [value.label for value in item_of(submission, f"LB.{name}").values] for name in ("LBORRES", "LBCAT")
    }
    assert labels["LBORRES"] == ["GLUC", "ALT"]
    assert len(set(labels["LBCAT"])) == 1
    assert labels["LBCAT"][0] == item_of(submission, "LB.LBCAT").label
