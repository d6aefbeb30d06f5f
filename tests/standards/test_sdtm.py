"""SDTMIG 3.4: facts of the guide, and the place of variables that a domain's table does not list."""

import subprocess
import sys

import pytest

from crf2tlf.standards import sdtm_dataset, sdtm_order, sdtm_variable, sdtm_variables

# dataset, variable, label, type, role, core, codelists: as printed in SDTMIG 3.4
LISTED = [
    ("AE", "AESEV", "Severity/Intensity", "Char", "Record Qualifier", "Perm", ("AESEV",)),
    ("AE", "AESER", "Serious Event", "Char", "Record Qualifier", "Exp", ("NY",)),
    ("DM", "AGE", "Age", "Num", "Record Qualifier", "Exp", ()),
    ("EX", "EPOCH", "Epoch", "Char", "Timing", "Perm", ("EPOCH",)),
    ("RS", "RSTESTCD", "Assessment Short Name", "Char", "Topic", "Req", ("ONCRTSCD",)),
    ("RS", "RSCAT", "Category for Assessment", "Char", "Grouping Qualifier", "Exp", ("CCCAT", "ONCRSCAT")),
    ("TR", "TRLNKID", "Link ID", "Char", "Identifier", "Exp", ()),
    ("TU", "TULOC", "Location of the Tumor/Lesion", "Char", "Record Qualifier", "Exp", ("LOC",)),
    ("GF", "GFSYM", "Genomic Symbol", "Char", "Variable Qualifier", "Perm", ()),
    ("MI", "MISPEC", "Specimen Material Type", "Char", "Record Qualifier", "Req", ("SPECTYPE",)),
]


@pytest.mark.parametrize(("dataset", "name", "label", "kind", "role", "core", "codelists"), LISTED)
def test_a_listed_variable_is_as_the_guide_prints_it(dataset, name, label, kind, role, core, codelists):
    found = sdtm_variable(dataset, name)
    assert found == sdtm_variables(dataset)[name]
    assert (found.label, found.type, found.role, found.core) == (label, kind, role, core)
    assert sorted(found.codelists) == sorted(codelists)


def test_the_order_of_dm():
    assert " ".join(sdtm_variables("DM")) == (
        "STUDYID DOMAIN USUBJID SUBJID RFSTDTC RFENDTC RFXSTDTC RFXENDTC RFCSTDTC RFCENDTC RFICDTC RFPENDTC DTHDTC"
        " DTHFL SITEID INVID INVNAM BRTHDTC AGE AGEU SEX RACE ETHNIC ARMCD ARM ACTARMCD ACTARM ARMNRS ACTARMUD"
        " COUNTRY DMDTC DMDY"
    )


@pytest.mark.parametrize("dataset", ["RS", "TR", "TU", "GF", "MI"])
def test_findings_of_oncology_and_genomics_are_there(dataset):
    needed = {f"{dataset}TESTCD", f"{dataset}ORRES", f"{dataset}STRESC", f"{dataset}DTC", "VISITNUM"}
    assert needed <= set(sdtm_variables(dataset))


# dataset, label, class
DATASETS = [
    ("AE", "Adverse Events", "Events"),
    ("RS", "Disease Response and Clin Classification", "Findings"),
    ("SUPPAE", "Supplemental Qualifiers for AE", "Relationship"),
    ("QSPH", "Questionnaires", "Findings"),  # a split dataset
    ("RELREC", "Related Records", "Relationship"),
]


@pytest.mark.parametrize(("name", "label", "observation_class"), DATASETS)
def test_datasets(name, label, observation_class):
    found = sdtm_dataset(name)
    assert (found.name, found.label, found.observation_class) == (name, label, observation_class)


def test_an_unknown_dataset():
    assert sdtm_dataset("XX") is None
    assert sdtm_variables("XX") == {}


def test_a_supplemental_dataset_has_the_variables_of_suppqual():
    expected = "STUDYID RDOMAIN USUBJID IDVAR IDVARVAL QNAM QLABEL QVAL QORIG QEVAL"
    assert " ".join(sdtm_variables("SUPPTU")) == expected


# A variable that the domain's own table lacks: dataset, name, label, type, role
LENT = [
    ("AE", "AELNKID", "Link ID", "Char", "Identifier"),
    ("AE", "VISITNUM", "Visit Number", "Num", "Timing"),
    ("AE", "AEDTC", "Date/Time of Collection", "Char", "Timing"),  # SDTM 2.0, not MH's wording
    ("TU", "TUSTDTC", "Start Date/Time of Observation", "Char", "Timing"),
    ("AE", "AEEVAL", "Evaluator", "Char", "Record Qualifier"),  # of another class
    ("DM", "EPOCH", "Epoch", "Char", "Timing"),  # special purpose: timing and identifiers only
    ("XX", "XXSTDY", "Study Day of Start of Observation", "Num", "Timing"),  # a sponsor's own domain
    ("--", "--ENRF", "End Relative to Reference Period", "Char", "Timing"),  # the model's own
]


@pytest.mark.parametrize(("dataset", "name", "label", "kind", "role"), LENT)
def test_a_variable_lent_by_other_domains(dataset, name, label, kind, role):
    found = sdtm_variable(dataset, name)
    assert (found.name, found.label, found.type, found.role, found.core) == (name, label, kind, role, "Perm")


@pytest.mark.parametrize(
    ("dataset", "name"),
    [
        ("AE", "AEXYZ"),  # nobody has it
        ("AE", "SUBJID"),  # of DM alone
        ("DM", "DMSEV"),  # a qualifier of events
        ("TI", "EPOCH"),  # trial design is closed
        ("SUPPAE", "VISITNUM"),
    ],
)
def test_a_variable_that_a_dataset_may_not_take(dataset, name):
    assert sdtm_variable(dataset, name) is None


# dataset, names in order, one scenario a line
ORDERS = [
    # listed ones only
    ("DM", "STUDYID DOMAIN USUBJID AGE AGEU SEX RACE"),
    # identifiers follow identifiers, visits open the timing variables, the collection date precedes the start
    ("AE", "STUDYID DOMAIN USUBJID AESEQ AESPID AELNKID AELNKGRP AETERM AESEV VISITNUM VISIT EPOCH AEDTC AESTDTC"),
    ("AE", "AEENDTC AEDY AESTDY AEENRF AESTRTPT AESTTPT AEENRTPT"),
    ("TU", "TUSEQ TULNKID TUTESTCD TUTEST TUORRES TULOC TULOBXFL TUEVAL VISITNUM EPOCH TUDTC TUSTDTC TUDY"),
    # a sponsor's own domain: the kinds follow each other
    ("XX", "STUDYID DOMAIN USUBJID XXSEQ XXTERM XXCAT EPOCH XXSTDTC"),
    # unknown names last, as they came
    ("AE", "AETERM AESTDTC ZEBRA APPLE"),
]


@pytest.mark.parametrize(("dataset", "names"), ORDERS)
def test_the_standard_order(dataset, names):
    expected = names.split()
    known = [n for n in expected if n not in ("ZEBRA", "APPLE")]
    shuffled = ["ZEBRA", "APPLE", *reversed(known)] if len(known) < len(expected) else expected[::-1]
    assert sdtm_order(dataset, shuffled) == expected


def test_all_tables_load_in_less_than_a_second():
    program = (
        "import time; start = time.process_time()\n"
        "from crf2tlf.standards import adam_variable, codelist, sdtm_variable\n"
        "sdtm_variable('AE', 'AELNKID'), adam_variable('ADSL', 'TRT01P'), codelist('UNIT')\n"
        "print(time.process_time() - start)"
    )
    seconds = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert float(seconds) < 1
