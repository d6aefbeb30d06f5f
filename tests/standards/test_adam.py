"""ADaMIG 1.3 and OCCDS 1.1: names, templates with an index, names by their ending."""

import pytest

from crf2tlf.standards import adam_variable

# structure, name, label, type
DESCRIBED = [
    # listed
    ("ADSL", "TRTSDT", "Date of First Exposure to Treatment", "Num"),
    ("ADSL", "SAFFL", "Safety Population Flag", "Char"),
    ("BDS", "AVAL", "Analysis Value", "Num"),
    ("TTE", "CNSR", "Censor", "Num"),
    ("OCCDS", "TRTEMFL", "Treatment Emergent Analysis Flag", "Char"),
    # with an index: xx and zz of two digits, y and w as they are
    ("ADSL", "TRT01P", "Planned Treatment for Period 01", "Char"),
    ("ADSL", "TRT02PN", "Planned Treatment for Period 02 (N)", "Num"),
    ("ADSL", "AP01SDT", "Period 01 Start Date", "Num"),
    ("ADSL", "P01S2EDM", "Period 01 Subperiod 2 End Datetime", "Num"),
    ("ADSL", "STRAT1R", "Strat Factor 1 Value Used for Rand", "Char"),
    ("ADSL", "AGEGR1", "Pooled Age Group 1", "Char"),
    ("BDS", "AVALCAT1", "Analysis Value Category 1", "Char"),
    ("BDS", "AVALCA1N", "Analysis Value Category 1 (N)", "Num"),
    ("BDS", "ANL01FL", "Analysis Flag 01", "Char"),
    ("BDS", "R2A1HI", "Ratio to Analysis Range 1 Upper Limit", "Num"),
    ("OCCDS", "CQ01NAM", "Customized Query 01 Name", "Char"),
    # other structures' variables carried along
    ("BDS", "TRT01A", "Actual Treatment for Period 01", "Char"),
    ("OCCDS", "ASTDT", "Analysis Start Date", "Num"),
    # SDTM variables carried along
    ("ADSL", "ETHNIC", "Ethnicity", "Char"),
    ("OCCDS", "AETERM", "Reported Term for the Adverse Event", "Char"),
    ("BDS", "VISITNUM", "Visit Number", "Num"),
    # the numeric twin of a text
    ("ADSL", "SEXN", "Sex (N)", "Num"),
    # by the ending alone: the study gives the label
    ("ADSL", "PDDT", "", "Num"),
    ("ADSL", "PDDTF", "", "Char"),
    ("BDS", "CONFFL", "", "Char"),
    ("BDS", "CONFFN", "", "Num"),
]


@pytest.mark.parametrize(("structure", "name", "label", "kind"), DESCRIBED)
def test_label_and_type(structure, name, label, kind):
    found = adam_variable(structure, name)
    assert (found.name, found.label, found.type) == (name, label, kind)


@pytest.mark.parametrize(
    ("structure", "name"),
    [
        ("ADSL", "TRT1P"),  # a period has two digits
        ("ADSL", "TRT00P"),  # and counts from 01
        ("BDS", "ANL1XX"),
        ("BDS", "DT"),  # an ending needs a beginning
        ("BDS", "TRTxxP"),  # a template is not a name
        ("BDS", "*DT"),
        ("ADSL", "WEIRD"),
    ],
)
def test_names_that_no_standard_describes(structure, name):
    assert adam_variable(structure, name) is None


def test_imputation_flags_have_their_codelist():
    assert adam_variable("BDS", "ADTF").codelists == ("DATEFL",)
    assert adam_variable("ADSL", "PDDTF").codelists == ("DATEFL",)
    assert adam_variable("BDS", "ATMF").codelists == ("TIMEFL",)


def test_labels_fit_the_transport_format():
    # (not so for PBCHGC1N, whose label the guide itself prints with 41 characters)
    names = ["TR01PG1N", "P01S1SDF", "P01S1STF", "DCT01RSP", "TR01SDTF"]
    assert all(len(adam_variable("OTHER", name).label) <= 40 for name in names)
