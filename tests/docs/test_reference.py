"""The reference pages are what the program says of itself, and nothing in them is left undescribed."""

from __future__ import annotations

import inspect
import re

import pytest
from docs.generate import FOLDER, RECORD_METHODS, SCHEMAS, WORDS, headings, keys, models, pages

from crf2tlf.methods import CATALOGUE
from crf2tlf.rules.call import SOURCE_FACTS


@pytest.mark.parametrize("name", pages())
def test_the_committed_page_is_the_generated_one(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == pages()[name], "run `make docs`"


def test_there_are_no_other_pages() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(pages())


@pytest.mark.parametrize("part", [part for parts in models().values() for part in parts], ids=lambda p: p.__name__)
def test_every_spec_key_is_described(part: type) -> None:
    names = headings()
    assert [key for key, _, _, meaning in keys(part, names) if not meaning] == []
    assert part.__doc__


def test_every_kind_of_spec_file_is_on_the_page() -> None:
    assert list(models()) == list(SCHEMAS)


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_method_has_a_docstring(name: str) -> None:
    assert inspect.getdoc(CATALOGUE[name].function)


@pytest.mark.parametrize("name", RECORD_METHODS)
def test_a_record_method_is_described_in_the_words_of_its_spec_keys(name: str) -> None:
    _, parts = RECORD_METHODS[name]
    section = pages()["methods.md"].split(f"### {name}\n")[1].split("\n### ")[0]
    words = {key for part in parts for key, _, _, _ in keys(part, headings())}
    described, table = section.split("In a spec these are the keys")
    assert words == {key.split(".")[-1] for key in re.findall(r"^\| `([\w.]+)`", table, flags=re.MULTILINE)}
    assert set(re.findall(r"``(\w+)``", described)) - {"derive_param_confirmed_bor", "ValueError"} <= words


def test_the_words_that_are_no_methods_are_described() -> None:
    described = {call.partition("(")[0] for call in WORDS}
    assert described == {*SOURCE_FACTS, "interval", "within", "decode", "nci_code", "desc"}
    assert all(WORDS.values())


def test_the_guide_names_every_method_and_no_other() -> None:
    guide = (FOLDER.parent / "spec-language.md").read_text(encoding="utf-8")
    table = guide.split("## Column methods")[1].split("\n\n")[1]
    named = [word for line in table.splitlines()[2:] for word in line.split("|")[2].split()]
    assert sorted(named) == sorted(name for name, entry in CATALOGUE.items() if entry.shape == "columns")
    others = [name for name, entry in CATALOGUE.items() if entry.shape != "columns"]
    assert [name for name in others if f"`{name}(" not in guide and f"`{name}`" not in guide] == []
