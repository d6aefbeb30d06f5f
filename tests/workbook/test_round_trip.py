"""Specs survive the way into a workbook and back: those of the studies, and arbitrary ones of every model."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from crf2tlf.findings import Findings, Place
from crf2tlf.spec.located import LocatedMap, yaml_value
from crf2tlf.spec.model import Rule
from crf2tlf.spec.study import DesignRecord
from crf2tlf.spec.template import Template
from crf2tlf.spec.validation import validate
from crf2tlf.workbook.exporting import export_specs
from crf2tlf.workbook.fields import fields_of
from crf2tlf.workbook.fold import fold
from crf2tlf.workbook.importing import apply_import, in_model_order, prepare_import, read_specs
from crf2tlf.workbook.layout import ROOTS
from crf2tlf.workbook.read import read_book
from crf2tlf.workbook.sheets import Book
from crf2tlf.workbook.unfold import root_of, unfold
from crf2tlf.workbook.values import block, plain, same
from crf2tlf.workbook.write import write_book
from crf2tlf.workbook.yaml_edit import edited, whole_file
from tests.workbook.spec_trees import NAMES, files

ROOT = Path(__file__).parents[2]
PILOT = ROOT / "tests" / "studies" / "pilot"
STUDIES = [ROOT, PILOT, ROOT / "examples" / "two-arm"]
ARBITRARY = settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def said(value: Any) -> Any:
    """What a model says, without places; of a design table's record, what its columns hold."""
    if isinstance(value, DesignRecord):
        return {column: text for column, text in value.cells.items() if text is not None}
    if isinstance(value, BaseModel):
        return [(name, said(getattr(value, name))) for name in type(value).model_fields if name != "place"]
    if isinstance(value, Rule | Template):
        return value.text
    if isinstance(value, dict):
        return [(key, said(item)) for key, item in value.items()]
    return [said(item) for item in value] if isinstance(value, list | tuple) else plain(value)


def load_specs(root: Path) -> dict[str, LocatedMap]:
    findings = Findings()
    specs = read_specs(root, findings)
    assert not findings.items
    return specs


def model_of_file(name: str, tree: LocatedMap) -> Any:
    kind, findings = root_of(name), Findings()
    assert kind is not None
    model = validate(kind.model, tree, findings)
    assert not findings.items
    return model


@pytest.fixture(scope="module", params=STUDIES, ids=lambda path: path.name)
def exported(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A study and the workbook of its specs."""
    return request.param, export_specs(request.param, tmp_path_factory.mktemp("specs") / "specs.xlsx", Findings())


def test_specs_of_a_study_survive_in_an_empty_folder(exported: tuple[Path, Path]) -> None:
    """Through the Excel file, into YAML files that did not exist, and read again: the models say the same."""
    (study, workbook), findings = exported, Findings()
    book = read_book(workbook, findings)
    assert book is not None
    trees = fold(book, findings)
    assert not findings.items
    specs = load_specs(study)
    assert set(trees) == set(specs)
    for name, tree in specs.items():
        text = whole_file(in_model_order(name, plain(trees[name])))
        again = yaml_value(text, Place(name))
        assert said(model_of_file(name, again)) == said(model_of_file(name, tree)), name


def test_an_export_is_the_same_each_time(tmp_path: Path) -> None:
    first, again = (export_specs(PILOT, tmp_path / name, Findings()) for name in ("specs.xlsx", "again.xlsx"))
    assert first.read_bytes() == again.read_bytes()


def test_an_export_that_nobody_edited_changes_nothing(exported: tuple[Path, Path], tmp_path: Path) -> None:
    study, workbook = exported
    prepared = prepare_import(study, workbook, Findings())
    assert (prepared.changes, dict(prepared.texts)) == ((), {})
    assert apply_import(tmp_path / "study", prepared) == []


def unread(book: Book) -> Book:
    """The sheets as Excel gives them back, without Excel: blanks around texts are gone."""
    for name, sheet in book.items():
        for line in sheet.lines:
            for cell in line.cells.values():
                assert name == "Details" or cell.text == cell.text.strip()
    return book


@pytest.mark.parametrize("kind", ROOTS)
@ARBITRARY
@given(data=st.data())
def test_arbitrary_specs_survive(kind: str, data: st.DataObject) -> None:
    """Every key of every model has a home, for values that are valid and for those that are not."""
    name, tree = NAMES[kind], located(data.draw(files(ROOTS[kind])))
    findings = Findings()
    trees = fold(unread(unfold({name: tree})), findings)
    assert not findings.items, findings.items
    first = plain(trees.get(name, {}))
    again = yaml_value("\n".join([*block(first), ""]), Place(name)) if first else LocatedMap()
    second = plain(fold(unfold({name: again}), Findings()).get(name, {})) if first else {}
    assert same(first, second)
    quiet = Findings()
    one, other = (validate(ROOTS[kind].model, t, quiet) for t in (tree, again)) if first else (None, None)
    if one is not None:
        assert said(other) == said(one)


@pytest.mark.parametrize("by", ["", [""], " a"], ids=str)
def test_what_only_details_says_of_a_variable_stays(by: Any) -> None:
    """No cell holds an empty text, so that the variable's own line says nothing and stands for null."""
    tree = {"dataset": "X1", "variables": {"A": {"by": by}}}
    folded = plain(fold(unfold({"sdtm/x1.yaml": located(tree)}), Findings())["sdtm/x1.yaml"])
    assert plain(yaml_value("\n".join(block(folded)), Place("x"))) == tree


def located(tree: dict[str, Any]) -> LocatedMap:
    """A tree as YAML would give it."""
    result = yaml_value("\n".join([*block(as_yaml(tree)), ""]), Place("x")) if tree else LocatedMap()
    if not tree:
        result.place, result.places = Place("x"), {}
    assert isinstance(result, LocatedMap)
    return result


def as_yaml(value: Any) -> Any:
    """Plain data of a tree of Python values."""
    from crf2tlf.workbook.values import Number

    if isinstance(value, dict):
        return {key: as_yaml(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [as_yaml(item) for item in value]
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    return Number(repr(value))


@ARBITRARY
@given(data=st.data())
@pytest.mark.parametrize("kind", ["dataset", "output", "codelists"])
def test_one_file_becomes_another_in_place(kind: str, data: st.DataObject) -> None:
    """Any change between two files of a kind can be made in the first one's text, or is refused."""
    from crf2tlf.workbook.yaml_edit import UneditableError

    old, new = (data.draw(files(ROOTS[kind])) for _ in range(2))
    if not old or not new:
        return
    text = "\n".join(["# kept", *block(as_yaml(old))]) + "\n"
    try:
        result = edited(text, as_yaml(old), as_yaml(new))
    except UneditableError:
        return
    assert same(plain(yaml_value(result, Place("x"))), as_yaml({**new})) or not same_keys(old, new)
    assert result.startswith("# kept\n")


def same_keys(old: Any, new: Any) -> bool:
    """Whether nothing moves: then the text says exactly the new value."""
    return isinstance(old, dict) and isinstance(new, dict) and list(old) == list(new)


def test_every_key_has_a_column_or_a_sheet() -> None:
    """A key that is added to a model is in the workbook without anything else being written."""
    for name, root in ROOTS.items():
        for key in fields_of(root.model):
            tree = located({**({"id" if name == "output" else name: "X1"} if root.table else {}), key: ["@1"]})
            texts = [
                cell.text
                for sheet in unfold({NAMES[name]: tree}).values()
                for line in sheet.lines
                for cell in line.cells.values()
            ]
            assert any(re.search("@1", text) for text in texts) or key in ("form", "dataset", "id"), (name, key)


AWKWARD_IN_EXCEL = [
    "=1+1",
    "-X",
    "@A",
    "01",
    "1",
    "NO",
    "true",
    "2020-03-31",
    "日本語",
    "a\nb",
    "#N/A",
    "1e5",
    "http://x.y",
]


def test_texts_that_excel_likes_to_change_survive_in_excel(tmp_path: Path) -> None:
    maps = {"M": {f"K{number}": text for number, text in enumerate(AWKWARD_IN_EXCEL)}, "E": {"A": "", "B": None}}
    maps["L"] = {"long": "=" + "long " * 30_000, "bell": "\x07", "blanks": "  a ", "escaped": "_x0041_", "": "blank"}
    tree = located({"maps": maps})
    path = write_book(unfold({"codelists.yaml": tree}), "X", "2026-01-01T00:00:00", tmp_path / "x.xlsx")
    findings = Findings()
    book = read_book(path, findings)
    assert book is not None
    assert plain(fold(book, findings)["codelists.yaml"]) == as_yaml({"maps": maps})
    assert not findings.items
