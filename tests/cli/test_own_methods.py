"""Methods of a study's own: run only where the command line allows it; their mistakes are findings."""

from __future__ import annotations

from pathlib import Path

import pyreadstat
import pytest

from crf2tlf.methods import CATALOGUE
from tests.cli.conftest import Changed, Edit, assert_says, replaced, run, written

AE, STUDY, OWN = "specs/sdtm/ae.yaml", "specs/study.yaml", "specs/methods.py"
METHODS = '''"""Methods of this study."""

from crf2tlf.methods import Number, Text, method


@method()
def severity(grade: Number) -> Text:
    """The severity of a grade: MILD for 1, MODERATE for 2, SEVERE above. Missing where the grade is."""
    return grade.map({1: "MILD", 2: "MODERATE"}).astype("str").mask(grade > 2, "SEVERE")


@method()
def unnamed(value: Text) -> Text:
    """A method that the study does not name."""
    return value
'''
NAMED = replaced(STUDY, "constants:", "methods: [severity]\nconstants:")
USED = replaced(AE, "  AEBODSYS: {value: Unknown}\n", "  AEBODSYS: severity(number(AETOXGR))\n")


def study(*more: Edit) -> tuple[Edit, ...]:
    """A study whose AE calls the method."""
    return (written(OWN, METHODS), NAMED, USED, *more)


# fmt: off
MISTAKES: list[tuple[Edit, str, tuple[str, ...]]] = [
    (lambda root: (root / OWN).unlink(),                      f"{OWN}: error: METHODS_FILE",   ("cannot be read",)),
    (replaced(OWN, "def severity(", "def severity("[:-1]),    f"{OWN}:7: error: METHODS_FILE", ("is not Python",)),
    (replaced(OWN, "import Number,", "import Numbre,"),       f"{OWN}:3: error: METHODS_FILE", ("Numbre",)),
    # a name that the file lacks, and one of the program's own
    (replaced(STUDY, "[severity]", "[severty]"),     f"{STUDY}:1: error: METHODS_FILE", ("(did you mean severity?)",)),
    (replaced(OWN, "def severity(", "def upper("),            f"{OWN}:6: error: METHODS_FILE", ("already has",)),
    # mistakes while it works: an exception, no column, too few values, another kind
    (replaced(OWN, "return grade.map", "return grade.mpa"),   f"{AE}:13: error: RULE_ARGUMENT", (f"{OWN}:9", "mpa")),
    (replaced(OWN, "return grade.map(", "return 1\n    return grade.map("),
                                                              f"{AE}:13: error: RULE_ARGUMENT", ("gives int",)),
    (replaced(OWN, "-> Text:", "-> Number:"),                 f"{AE}:13: error: RULE_", ("number",)),
]
# fmt: on
IDS = ["no file", "no Python", "no such import", "no such method", "name taken", "exception", "no column", "kind"]


def test_values_come_from_the_method(changed: Changed) -> None:
    root = changed(*study())
    ran = run(root, "--methods", "build", "sdtm")
    assert (ran.exit_code, ran.findings) == (0, []), ran.err
    values = pyreadstat.read_xport(root / "sdtm" / "ae.xpt")[0]["AEBODSYS"]
    assert sorted(values) == ["MILD", "MILD", "MODERATE", "SEVERE"]


def test_nothing_runs_unless_it_is_allowed(changed: Changed, tmp_path: Path) -> None:
    trap = f"open({str(tmp_path / 'trap')!r}, 'w').close()\n"
    root = changed(*study(written(OWN, trap + METHODS)))
    ran = run(root, "build", "sdtm")
    assert ran.exit_code == 1
    assert_says(ran.finding(f"{STUDY}:1: error: METHODS_NOT_ALLOWED"), ("which is code", "--methods"))
    assert not (tmp_path / "trap").exists()


@pytest.mark.parametrize(("edit", "place", "words"), MISTAKES, ids=IDS)
def test_mistakes_are_findings(edit: Edit, place: str, words: tuple[str, ...], changed: Changed) -> None:
    root = changed(*study(edit))
    ran = run(root, "--methods", "build", "sdtm")
    assert ran.exit_code == 1
    found = [line for line in ran.findings if line.startswith(place)]
    assert found, ran.err
    assert_says(found[0], words)


def test_a_method_that_is_not_named_is_unknown(changed: Changed) -> None:
    root = changed(*study(replaced(AE, "severity(number(AETOXGR))", "unnamed(AETOXGR)")))
    ran = run(root, "--methods", "build", "sdtm")
    assert_says(ran.finding(f"{AE}:13: error: RULE_METHOD"), ("unknown method unnamed",))


def test_the_catalogue_forgets_the_methods_of_another_study(changed: Changed) -> None:
    root = changed(*study())
    assert run(root, "--methods", "check").exit_code == 0
    assert "severity" in CATALOGUE
    assert run(root, "build", "sdtm").exit_code == 1
    assert "severity" not in CATALOGUE
    assert "unnamed" not in CATALOGUE
