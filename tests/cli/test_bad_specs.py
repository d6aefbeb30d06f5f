"""Bad specs: YAML, keys, kinds, names and rules; each mistake with its file and line and what was expected."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Changed, Edit, assert_says, removed, replaced, run, stopped, written

AE, DM, MH = "specs/sdtm/ae.yaml", "specs/sdtm/dm.yaml", "specs/sdtm/mh.yaml"
ADSL, ADAE = "specs/adam/adsl.yaml", "specs/adam/adae.yaml"
STUDY, CODELISTS, ANALYSIS = "specs/study.yaml", "specs/codelists.yaml", "specs/analysis.yaml"
FORM, TABLE, LISTING = "specs/raw/ae.yaml", "specs/tlf/table-1.yaml", "specs/tlf/listing-1.yaml"

Case = tuple[str, Edit, str, tuple[str, ...]]
"""A name, what is changed, the finding's place and code (error is understood), and what it says."""


def rule(name: str, text: str, code: str, *words: str) -> Case:
    """A rule of AE.AESTDTC, in line 17."""
    return (name, replaced(AE, "AESTDTC: iso8601(AESTDAT)\n", f"AESTDTC: {text}\n"), f"{AE}:17 {code}", words)


def key(name: str, file: str, finding: str, old: str, new: str, *words: str) -> Case:
    """A change of one text in a spec, and the line and code of the finding."""
    return (name, replaced(file, old, new), f"{file}:{finding}", words)


YAML: list[Case] = [
    key("open list", AE, "4 SPEC_YAML", "rows:", "rows: [", "is not YAML"),
    key("tab", AE, "4 SPEC_YAML", "  - from", "\t- from", "is not YAML"),
    key("indentation", AE, "9 SPEC_YAML", "  AESEQ", "   AESEQ", "is not YAML"),
    key("duplicate key", AE, "20 SPEC_YAML", "  AEENDY", "  AESEQ", "AESEQ stands twice, first in line 9"),
    key("tag", AE, "7 SPEC_YAML", "{value: AE}", '!!python/object/apply:os.system ["x"]', "plain data"),
    key("tag of one's own", AE, "2 SPEC_YAML", "keys: [", "keys: !mine [", "the tag !mine is not taken"),
    key("no number", AE, "12 SPEC_YAML", "60", "!!int abc", "abc cannot be read as a number"),
    key("deep", AE, "7 SPEC_YAML", "{value: AE}", "[" * 100_000, "more than 40 levels deep"),
    key("a circle of aliases", AE, "7 SPEC_YAML", "{value: AE}", "&x [*x]", "more than 40 levels deep"),
    key("unknown alias", AE, "7 SPEC_YAML", "{value: AE}", "*x", "undefined alias 'x'"),
    key("control character", AE, "9 SPEC_YAML", "AESEQ", "AE\x07SEQ", "U+0007, which YAML does not take"),
    key("two documents", AE, "21 SPEC_YAML", "checks:", "---\nchecks:", "another document"),
    ("list at the top", written(AE, "- a\n"), f"{AE}:1 SPEC_YAML", ("not a mapping",)),
    ("text at the top", written(AE, "hello\n"), f"{AE}:1 SPEC_YAML", ("not a mapping",)),
    ("empty", written(AE, ""), f"{AE}:1 SPEC_YAML", ("is empty",)),
    ("not UTF-8", written(AE, b"dataset: AE\nlabel: \xe9\n"), f"{AE}:2 SPEC_YAML", ("save the file as UTF-8",)),
    ("a folder", lambda root: _folder(root / AE), f"{AE} SPEC_YAML", ("cannot be read",)),
    ("no study.yaml", removed(STUDY), f"{STUDY} SPEC_YAML", ("is missing",)),
    ("no specs", removed("specs"), "specs SPEC_YAML", ("there is no folder", "a study folder has its specs there")),
]

KEYS: list[Case] = [
    key("unknown key", AE, "21 SPEC_MODEL", "checks:", "chekcs:", "unknown key chekcs (did you mean checks?)"),
    key("unknown key inside", AE, "12 SPEC_MODEL", "length", "lenght", "unknown key lenght (did you mean length?)"),
    key("unknown key of the study", STUDY, "5 SPEC_MODEL", "data_cutoff", "data_cut_off",
        "(did you mean data_cutoff?)"),
    key("the program's own key", AE, "21 SPEC_MODEL", "checks:", "place: x\nchecks:",
        "place is not a key that specs take"),
    key("missing key", FORM, "1 SPEC_MODEL", "file: ae.csv\n", "", "the key file is required"),
    key("missing key inside", AE, "22 SPEC_MODEL", "that: AEENDTC >= AESTDTC, ", "",
        "checks.1: the key that is required"),
    key("text for a list", AE, "3 SPEC_MODEL", "rows:\n  - from: raw.ae", "rows: raw.ae",
        "rows: a list is wanted, not 'raw.ae'"),
    key("mapping for a list", AE, "3 SPEC_MODEL", "rows:\n  - from", "rows:\n  from",
        "a list is wanted, not a mapping"),
    key("list for a rule", AE, "11 SPEC_MODEL", "AETERM: AETERM", "AETERM: [AETERM]",
        "AETERM: a mapping of keys to values is wanted"),
    key("list for codes", FORM, "9 SPEC_MODEL", "{1: Mild, 2: Moderate, 3: Severe}", "[1]",
        "codes: a mapping of keys", "not a list"),
    key("number for a map", AE, "14 SPEC_MODEL", "map: NY", "map: 3",
        "map: text or a mapping of keys to values is wanted, not 3"),
    key("text for a number", AE, "12 SPEC_MODEL", "60", "sixty", "length: a whole number is wanted, not 'sixty'"),
    key("number too high", AE, "12 SPEC_MODEL", "60", "201", "length: a number of at most 200 is wanted, not 201"),
    key("number too low", AE, "12 SPEC_MODEL", "60", "0", "length: a number of at least 1 is wanted, not 0"),
    key("no truth value", AE, "12 SPEC_MODEL", "length: 60", "output: maybe",
        "output: true or false is wanted, not 'maybe'"),
    key("one of some", AE, "12 SPEC_MODEL", "length: 60", "type: txt", "one of text, number, date",
        "(did you mean text?)"),
    key("no day", STUDY, "5 SPEC_MODEL", "2018-12-31", "2018-02-31", "data_cutoff: a day such as 2020-03-31",
        "'2018-02-31'"),
    key("no time", STUDY, "4 SPEC_MODEL", "2026-01-01T00:00:00", "now", "release_timestamp: a date and time such as"),
    key("name in lower case", AE, "12 SPEC_MODEL", "AEDECOD:", "aedecod:", "upper case letters", "not 'aedecod'"),
    key("dataset's name", AE, "1 SPEC_MODEL", "dataset: AE", "dataset: ADVERSE_E",
        "2 to 8 upper case letters and digits"),
    key("id of an output", TABLE, "1 SPEC_MODEL", "id: table-1", "id: Table 1", "an id in lower case letters",
        "not 'Table 1'"),
    key("file in another folder", FORM, "3 SPEC_MODEL", "ae.csv", "../ae.csv", "without folders", "'../ae.csv'"),
    key("label over 40", ADSL, "8 SPEC_MODEL", "First Dose", "x" * 41, "the text has 41 characters, at most 40"),
    key("no keys", MH, "2 SPEC_MODEL", "[STUDYID, USUBJID, MHTERM]", "[]", "the list has 0 items, at least 1"),
    key("two ways at once", AE, "7 SPEC_MODEL", "{value: AE}", "{value: AE, rule: AETERM}", "only one of rule, value"),
    key("no finding code", STUDY, "6 SPEC_MODEL", "footnotes", "severity: {RAW_CODES: note}\nfootnotes",
        "(did you mean RAW_CODE?)"),
    key("no severity", STUDY, "6 SPEC_MODEL", "footnotes", "severity: {RAW_CODE: warn}\nfootnotes",
        "(did you mean warning?)"),
    key("subject column", FORM, "4 SPEC_MODEL", "subject: SUBJID", "subject: SUBJ", "SUBJ is not declared",
        "(did you mean SUBJID?)"),
    key("cut-off column", FORM, "14 SPEC_MODEL", "cutoff: AESTDAT", "cutoff: AESTDT", "AESTDT is not declared",
        "(did you mean AESTDAT?)"),
    key("cut-off without formats", FORM, "14 SPEC_MODEL", "cutoff: AESTDAT", "cutoff: AETERM", "AETERM needs formats"),
    key("one header twice", FORM, "13 SPEC_MODEL", "IT.AEOUT", "AESER", "the header AESER is already the column AESER"),
    key("a column the program makes", FORM, "7 SPEC_MODEL", "AESPID:", "USUBJID:", "study.yaml's rule makes",
        "from: USUBJID"),
    key("delimiter", FORM, "4 SPEC_MODEL", "subject", 'delimiter: "\\n"\nsubject', "cannot part cells", "comma"),
    key("date format", FORM, "10 SPEC_MODEL", "DD-MON-YYYY", "DD-QQQ-YYYY", "'DD-QQQ-YYYY' is no format",
        "YYYY, MM or MON, DD"),
]  # fmt: skip

NAMES: list[Case] = [
    key("row source", AE, "4 SPEC_REFERENCE", "raw.ae", "raw.aes", "there is no raw.aes", "(did you mean raw.ae?)"),
    key("key", AE, "1 SPEC_REFERENCE", "AEDECOD,", "AEDECODE,", "AEDECODE is not one of its variables"),
    key("map", AE, "14 SPEC_REFERENCE", "map: NY", "map: NYY", "no map NYY", "(did you mean NY?)"),
    key("codelist", MH, "13 SPEC_REFERENCE", "codelist: ORGAN", "codelist: ORGANS", "(did you mean ORGAN?)"),
    key("CDISC codelist", CODELISTS, "6 SPEC_REFERENCE", "terms: {LUNG: Lung, SKIN: Skin}", "from: AESEVV",
        "(did you mean AESEV?)"),
    key("codelist by", AE, "16 SPEC_REFERENCE", "AETOXGR: AETOXGR",
        "AETOXGR: {rule: AETOXGR, codelist: {by: AESERR, cases: {Y: NY}}}", "AESERR", "(did you mean AESER?)"),
    key("subject dataset", STUDY, "1 SPEC_REFERENCE", "title:", "subject_dataset: DMM\ntitle:",
        "no dataset DMM (did you mean DM?)"),
    key("group", AE, "4 RULE_NAME", "from: raw.ae", "from: raw.ae\n    group: SUBJIDD", "(did you mean SUBJID?)"),
    key("kept variable", ADSL, "5 RULE_NAME", "AGEU,", "AGEUU,", "unknown name AGEUU", "(did you mean AGEU?)"),
    key("check", AE, "22 RULE_NAME", "that: AEENDTC", "that: AEENDTCC", "(did you mean AEENDTC?)"),
    key("check of no condition", AE, "22 RULE_TYPE", "that: AEENDTC >= AESTDTC", "that: AEENDTC",
        "a check takes a condition"),
    key("variable of no standard", ADSL, "11 SPEC_VARIABLE", ", label: Number of Events", "",
        "ADSL.AEN is not in the standard; give it a label"),
    key("qualifier without a label", MH, "13 SPEC_VARIABLE", "label: Organ, ", "", "MHORGAN", "needs a label"),
    key("qualifier's name", MH, "13 SPEC_VARIABLE", "MHORGAN", "MHORGANOF", "at most 8 characters"),
    key("qualifier in ADaM", ADSL, "1 SPEC_VARIABLE", "variables:", "supplemental: {X: {value: x}}\nvariables:",
        "supplemental qualifiers are for SDTM"),
    key("usubjid", STUDY, "3 RULE_NAME", "SUBJECT", "SUBJCT", "unknown column SUBJCT (did you mean SUBJECT?)"),
    key("usubjid that is no text", STUDY, "3 RULE_TYPE", "'\"SML-01-\" + SUBJECT'", "RECORD",
        "takes text, its rule gives number"),
    key("population", TABLE, "1 SPEC_REFERENCE", "population: safety", "population: safty", "(did you mean safety?)"),
    key("dataset of an output", TABLE, "9 SPEC_REFERENCE", "from: ADAE", "from: ADAEE",
        "no dataset ADAEE (did you mean ADAE?)"),
    key("variable of an output", TABLE, "7 RULE_NAME", "of: AGE", "of: AGEE", "no variable AGEE (did you mean AGE?)"),
    key("variable of a listing", LISTING, "8 RULE_NAME", "AETERM", "AETERMS", "(did you mean AETERM?)"),
    key("template, unknown constant", TABLE, "2 TEMPLATE", "STUDYID", "STUDID",
        "unknown constant study.STUDID (did you mean STUDYID?)"),
    key("template, undefined name", TABLE, "5 TEMPLATE", "N = {{ N }}", "N = {{ NN }}", "unknown name NN"),
    key("template, malformed", TABLE, "2 TEMPLATE", "{{ study.STUDYID }}", "{{ study.STUDYID",
        "'Table 1. Patients of {{ study.STUDYID'"),
    key("statistic", TABLE, "7 TEMPLATE", "{of: AGE}", '{of: AGE}, show: "{meen:1}"',
        "no statistic meen (did you mean mean?)"),
]  # fmt: skip

RULES: list[Case] = [
    rule("unknown name", "iso8601(AESTDATE)", "RULE_NAME", "unknown name AESTDATE", "(did you mean AESTDAT?)"),
    rule("unknown variable", "DM.RFSTDT", "RULE_NAME", "unknown name DM.RFSTDT (did you mean RFSTDTC?)"),
    rule("unknown dataset", "ADSLL.TRTSDT", "RULE_NAME", "unknown name ADSLL.TRTSDT (did you mean ADSL?)"),
    rule("unknown form", "raw.demgo.TRTSDAT", "RULE_NAME", "(did you mean raw.demog?)"),
    rule("unknown column", "raw.demog.TRTSDATE", "RULE_NAME", "(did you mean TRTSDAT?)"),
    rule("unknown constant", "study.LONGDAYS", "RULE_NAME", "study.LONGDAYS (did you mean LONG_DAYS?)"),
    rule("unknown method", "iso8610(AESTDAT)", "RULE_METHOD", "unknown method iso8610 (did you mean iso8601?)"),
    rule("missing argument", "text()", "RULE_ARGUMENT", "text(value) needs value"),
    rule("surplus argument", "upper(AESTDAT, AEENDAT)", "RULE_ARGUMENT", "upper(value) takes 1 argument", "not 2"),
    rule("unknown argument", 'iso8601(AESTDAT, format=["YYYY"])', "RULE_ARGUMENT", "(did you mean formats?)"),
    rule("argument of a wrong kind", "pad(AESTDAT, 'x')", "RULE_ARGUMENT", "width: a whole number is wanted, not 'x'"),
    rule("no such format", "iso8601(AESTDAT, formats=['QQ'])", "RULE_ARGUMENT", "'QQ' is no format"),
    rule("no regular expression", "flag(matches(AETERM, '('))", "RULE_ARGUMENT", "'(' is no regular expression"),
    rule("column of a wrong kind", "text(round(AESTDAT))", "RULE_TYPE", "round: value takes number, AESTDAT is text"),
    rule("kinds that do not add", "AESTDAT + 1", "RULE_TYPE", "AESTDAT (text) + 1 (number)"),
    rule("kinds that do not compare", "yn(AESTDAT > 3)", "RULE_TYPE", "3 does not compare with text", 'write "3"'),
    rule("number for a text", "number(AESPID)", "RULE_TYPE", "AESTDTC takes text, its rule gives number"),
    rule("condition for a text", 'AESER == "Y"', "RULE_TYPE", "cannot hold a condition; use yn(…) or flag(…)"),
    rule("no end", "upper(AESTDAT", "RULE_SYNTAX", "'upper(AESTDAT'", "never closed"),
    rule("Python", '__import__("os").system("x")', "RULE_SYNTAX", "cannot be called; methods have plain names"),
    rule("attribute", "AESTDAT.__class__", "RULE_NAME", "unknown name AESTDAT.__class__"),
    rule("lambda", '"lambda: 1"', "RULE_SYNTAX", "is not part of the rule language"),
    rule("too deep", "upper(" * 150 + "AESTDAT" + ")" * 150, "RULE_SYNTAX", "nested too deeply"),
    rule("too long", '"' + "+".join(["AESTDAT"] * 600) + '"', "RULE_SYNTAX", "longer than 4000 characters"),
    rule("beyond all bounds", "pad(AESTDAT, 99999999999)", "RULE_ARGUMENT", "a width from 1 to 200, not 99999999999"),
    rule("itself", "upper(AESTDTC)", "RULE_NAME", "AESTDTC stands in its own rule"),
    key("no condition", AE, "5 RULE_TYPE", "from: raw.ae", "from: raw.ae\n    where: AESER", "'AESER' is text"),
    key("constant of a wrong kind", DM, "13 RULE_TYPE", "years_between(BRTHDTC, RFICDTC)", "{value: forty}",
        "'forty' is not a number"),
    key("name over 8", ADSL, "8 SPEC_MODEL", "TRTSDT: {", "TRTSDATES: {", "TRTSDATES: a name has at most 8 characters"),
    key("label that is not ASCII", ADSL, "8 TEXT_ASCII", "First Dose", "Première dose", "'Première dose'"),
]  # fmt: skip


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


CASES = [*YAML, *KEYS, *NAMES, *RULES]


@pytest.mark.parametrize(("edit", "start", "words"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_a_mistake_in_a_spec_is_a_finding_and_nothing_is_written(
    changed: Changed, edit: Edit, start: str, words: tuple[str, ...]
) -> None:
    place, code = start.split()
    assert_says(stopped(changed(edit)).finding(f"{place}: error: {code}"), words)


CIRCLES = [
    (
        "two variables",
        (
            replaced(AE, "AESTDTC: iso8601(AESTDAT)\n", "AESTDTC: AEENDTC\n"),
            replaced(AE, "AEENDTC: iso8601(AEENDAT)\n", "AEENDTC: AESTDTC\n"),
        ),
        "AE.AESTDTC ← AE.AEENDTC ← AE.AESTDTC",
    ),
    (
        "two datasets",
        (
            replaced(DM, "RFSTDTC: iso8601(TRTSDAT)", "RFSTDTC: min(AE.AESTDTC)"),
            replaced(AE, "AESTDTC: iso8601(AESTDAT)\n", "AESTDTC: DM.RFSTDTC\n"),
        ),
        "AE.AESTDTC ← DM.RFSTDTC ← AE.AESTDTC",
    ),
    (
        "records of two datasets",
        (replaced(DM, "from: raw.demog", "from: AE"), replaced(AE, "from: raw.ae", "from: DM")),
        "records of AE ← records of DM ← records of AE",
    ),
]


@pytest.mark.parametrize(("edits", "circle"), [c[1:] for c in CIRCLES], ids=[c[0] for c in CIRCLES])
def test_a_circle_is_shown(changed: Changed, edits: tuple[Edit, ...], circle: str) -> None:
    found = [line for line in stopped(changed(*edits)).findings if ": RULE_CYCLE: " in line]
    assert any(circle in line for line in found), found


def test_datasets_may_need_each_other_without_a_circle(changed: Changed) -> None:
    root = changed(replaced(DM, "  COUNTRY:", "  DTHDTC: max(AE.AESTDTC)\n  COUNTRY:"))
    assert run(root, "check").exit_code == 0


def test_an_alias_bomb_is_read_in_no_time(changed: Changed) -> None:
    bomb = ", ".join(f"&{b} [{', '.join([f'*{a}'] * 10)}]" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    edit = replaced(AE, "checks:", f"bomb: [&a [x, x, x, x, x, x, x, x, x, x], {bomb}]\nchecks:")
    assert ": SPEC_YAML: " in stopped(changed(edit)).findings[0]


def test_a_file_that_nothing_reads_is_a_warning(changed: Changed) -> None:
    ran = run(changed(written("specs/analyses.yaml", "a: 1\n"), written("specs/sdtm/notes.txt", "x")), "check")
    assert ran.exit_code == 0
    assert "(did you mean analysis.yaml?)" in ran.finding("specs/analyses.yaml: warning: SPEC_FILE_EXTRA")
    assert len(ran.findings) == 1


def test_two_specs_of_one_name(changed: Changed) -> None:
    ran = stopped(changed(replaced("specs/raw/demog.yaml", "form: demog", "form: ae")))
    assert "ae is already described in specs/raw/ae.yaml" in ran.finding("specs/raw/demog.yaml:1: error: SPEC_MODEL")


def test_several_mistakes_in_the_forms_of_specs_are_reported_together(changed: Changed) -> None:
    ran = stopped(
        changed(
            replaced(AE, "length: 60", "lenght: 60"),
            replaced(AE, "value: AE", "vallue: AE"),
            replaced(FORM, "file:", "flie:"),
            replaced(STUDY, "2018-12-31", "today"),
            written(TABLE, "id: ["),
        )
    )
    starts = [": ".join(line.split(": ")[:3]) for line in ran.findings]
    assert starts == [
        "specs/raw/ae.yaml:1: error: SPEC_MODEL",  # file is required
        "specs/raw/ae.yaml:3: error: SPEC_MODEL",  # flie
        "specs/sdtm/ae.yaml:7: error: SPEC_MODEL",
        "specs/sdtm/ae.yaml:12: error: SPEC_MODEL",
        "specs/study.yaml:5: error: SPEC_MODEL",
        "specs/tlf/table-1.yaml:1: error: SPEC_YAML",
    ]


def test_several_mistakes_in_rules_data_and_outputs_are_reported_together(changed: Changed) -> None:
    ran = stopped(
        changed(
            replaced(AE, "AEDECOD: {rule: upper", "AEDECOD: {rule: uper"),
            replaced(ADSL, "MH.MHTERM", "MH.MHTRM"),
            replaced("raw/ae.csv", "30-JUN-2016", "31-FEB-2017"),
            replaced("raw/demog.csv", "01-002", "01-003"),
            replaced(TABLE, "of: AGE", "of: AGEE"),
            replaced(LISTING, "title: Listing 1.", "title: Listing {{ NO }}"),
        )
    )
    ran.finding("raw/ae.csv:2: error: RAW_DATE")
    ran.finding("raw/ae.csv:4: error: RAW_SUBJECT")
    ran.finding("specs/sdtm/ae.yaml:12: error: RULE_METHOD")
    ran.finding("specs/adam/adsl.yaml:10: error: RULE_NAME")
    ran.finding("specs/tlf/table-1.yaml:7: error: RULE_NAME")
    ran.finding("specs/tlf/listing-1.yaml:2: error: TEMPLATE")
