"""Controlled terminology: terms by value and synonym, with NCI codes."""

from importlib import resources

import pytest

from crf2tlf.standards import codelist, codelist_names, sdtm_variables


def test_no_yes_response():
    ny = codelist("NY")
    assert (ny.code, ny.extensible) == ("C66742", False)
    assert {v: t.code for v, t in ny.terms.items()} == {"N": "C49487", "Y": "C49488", "NA": "C48660", "U": "C17998"}
    assert codelist("C66742") == ny


# codelist, text found, submission value (None: no such term)
FOUND = [
    ("NY", "Y", "Y"),
    ("NY", "yes", "Y"),  # synonym, any case
    ("AESEV", "mild", "MILD"),  # value, any case
    ("AESEV", " Severe ", "SEVERE"),
    ("AESEV", "Grade 2", "MODERATE"),
    ("SEX", "Male", "M"),
    ("SEX", "man", None),
    ("UNIT", "Pa", "Pa"),  # PA is another unit: as written it is found,
    ("UNIT", "pa", None),  # in another case it could be either
    ("SBJTSTAT", "completed", "COMPLETED"),  # ADaM CT
    ("DATEFL", "M", "M"),
]


@pytest.mark.parametrize(("name", "text", "value"), FOUND)
def test_find(name, text, value):
    term = codelist(name).find(text)
    assert (term.value if term else None) == value


@pytest.mark.parametrize(
    ("name", "code", "extensible", "package"),
    [
        ("AESEV", "C66769", False, "SDTM CT 2025-03-28"),
        ("UNIT", "C71620", True, "SDTM CT 2025-03-28"),
        ("DTYPE", "C81224", True, "ADaM CT 2026-03-27"),
        ("TPHASE", "C66737", True, "Protocol CT 2025-03-28"),
        ("STYPE", "C99077", False, "Protocol CT 2025-03-28"),
    ],
)
def test_codelists(name, code, extensible, package):
    found = codelist(name)
    assert (found.code, found.extensible, found.package) == (code, extensible, package)


def test_an_unknown_codelist():
    assert codelist("NOSUCH") is None
    assert codelist("C99999999") is None


def test_the_codelists_of_sdtm_variables_exist():
    datasets = ["AE", "CM", "DM", "DS", "EX", "GF", "MI", "RS", "SE", "SS", "SU", "TA", "TR", "TU", "VS"]
    named = {c for d in datasets for v in sdtm_variables(d).values() for c in v.codelists}
    assert named <= set(codelist_names())


def test_every_table_is_described_with_its_source():
    data = resources.files("crf2tlf.standards").joinpath("data")
    readme = data.joinpath("README.md").read_text(encoding="utf-8")
    assert "NCI" in readme
    for table in data.iterdir():
        assert table.name == "README.md" or f"`{table.name}`" in readme


# Source: NCI EVS, SDTM and ADaM Terminology (Codelist Name)
@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("EPOCH", "Epoch"),
        ("NY", "No Yes Response"),
        ("ACN", "Action Taken with Study Treatment"),
        ("TPHASE", "Trial Phase Response"),
        ("DATEFL", "Date Imputation Flag"),
        ("GAD02PC", "GAD02PC"),
    ],
)
def test_names_in_words(name, label):
    assert codelist(name).label == label
