"""Values change in the text of a YAML file, and everything else keeps its bytes."""

from __future__ import annotations

from typing import Any

import pytest

from crf2tlf.findings import Place
from crf2tlf.spec.located import yaml_value
from crf2tlf.workbook.values import plain, same
from crf2tlf.workbook.yaml_edit import UneditableError, edited

FILE = """\
# What is collected
dataset: AE   # events
keys: [STUDYID, USUBJID,   AESEQ]
label: 'Adverse'

# Its records
rows:
  - from: raw.ae
    where: AEYN == "Y"    # a record that says no is none

  # those of others
  - from: raw.other
    set: {X: 1, Y: "b",
          Z: c}
variables:
  A: study.A
  # The term
  B: >-
    first half
    and second half
  C: {rule: c, decimals: 2}   # rounded

  D:
    rule: d
    map:
      1: ONE
      2: TWO
  E:
# the end
"""

CASES: dict[str, tuple[list[Any], str, str]] = {
    # what is changed: path and value, the lines that go, the lines that come
    "a scalar before a comment": ([(["dataset"], "AEX")], "dataset: AE   #", "dataset: AEX   #"),
    "quotes are kept": ([(["label"], "It's")], "label: 'Adverse'", "label: 'It''s'"),
    "an item in brackets": ([(["keys", 1], "SUBJ")], "USUBJID,   AESEQ", "SUBJ,   AESEQ"),
    "an item more in brackets": ([(["keys", 3], "AETERM")], "AESEQ]", "AESEQ, AETERM]"),
    "a value in braces": ([(["rows", 1, "set", "Y"], "q")], 'Y: "b"', 'Y: "q"'),
    "a key more in braces": ([(["rows", 1, "set", "W"], "w")], "Z: c}", "Z: c, W: w}"),
    "a key less in braces": ([(["rows", 1, "set", "Y"], ...)], 'X: 1, Y: "b",\n', "X: 1,\n"),
    "the first key less in braces": ([(["rows", 1, "set", "X"], ...)], 'X: 1, Y: "b"', 'Y: "b"'),
    "a text in folded lines that becomes short": (
        [(["variables", "B"], "x")],
        "B: >-\n    first half\n    and second half\n",
        "B: x\n",
    ),
    "a value that was null": ([(["variables", "E"], "e")], "  E:\n", "  E: e\n"),
    "a key more in a block": ([(["variables", "F"], "f")], "  E:\n", "  E:\n  F: f\n"),
    "a key less in a block": ([(["variables", "A"], ...)], "  A: study.A\n", ""),
    "a key in a nested block": ([(["variables", "D", "map", "2"], "ZWEI")], "2: TWO", "2: ZWEI"),
    "an item less": (
        [(["rows", 0], ...)],
        '  - from: raw.ae\n    where: AEYN == "Y"    # a record that says no is none\n',
        "",
    ),
    "a mapping more in a list": (
        [(["rows", 2], {"from": "AE"})],
        "          Z: c}\n",
        "          Z: c}\n  - from: AE\n",
    ),
    "the first key of an item": ([(["rows", 0, "from"], ...)], "- from: raw.ae\n    where", "- where"),
    "a scalar becomes a mapping": (
        [(["variables", "A"], {"rule": "a", "label": "Letter: A"})],
        "A: study.A",
        'A: {rule: a, label: "Letter: A"}',
    ),
    "a text with lines": ([(["variables", "A"], "one\ntwo")], "A: study.A", "A: |-\n    one\n    two"),
    "a text that YAML would read as a number": ([(["variables", "A"], "01")], "A: study.A", 'A: "01"'),
    "a text that begins with a sign": ([(["variables", "A"], "=1+1")], "A: study.A", 'A: "=1+1"'),
}


@pytest.mark.parametrize("name", CASES)
def test_only_what_changes_changes(name: str) -> None:
    changes, gone, come = CASES[name]
    old = plain(yaml_value(FILE, Place("")))
    new = plain(yaml_value(FILE, Place("")))
    for path, value in changes:
        set_at(new, path, value)
    assert FILE.count(gone) == 1
    text = edited(FILE, old, new)
    assert text == FILE.replace(gone, come)
    assert same(plain(yaml_value(text, Place(""))), new)


def set_at(tree: Any, path: list[Any], value: Any) -> None:
    """Set or, for ``...``, remove what stands at a path."""
    for step in path[:-1]:
        tree = tree[step]
    if value is ...:
        del tree[path[-1]]
    elif isinstance(tree, list) and path[-1] == len(tree):
        tree.append(value)
    else:
        tree[path[-1]] = value


def test_entries_move_with_their_text() -> None:
    text = "v:\n  A: a  # one\n  B: {rule: b}\n  C: c\n"
    old = {"v": {"A": "a", "B": {"rule": "b"}, "C": "c"}}
    new = {"v": {"B": {"rule": "b"}, "C": "c", "A": "a"}}
    assert edited(text, old, new) == "v:\n  B: {rule: b}\n  C: c\n  A: a\n"


def test_line_ends_and_the_mark_at_the_start_stay() -> None:
    assert edited("\ufeffa: 1\r\nb: x\r\n", {"a": "1", "b": "x"}, {"a": "1", "b": "y"}) == "\ufeffa: 1\r\nb: y\r\n"


def test_a_number_stays_a_number_where_a_text_is_wanted() -> None:
    assert edited("length: 8\n", {"length": "8"}, {"length": "200"}) == "length: 200\n"


def test_anchors_are_refused() -> None:
    with pytest.raises(UneditableError, match="anchors"):
        edited("a: &x {p: q}\nb: *x\n", {"a": {"p": "q"}, "b": {"p": "q"}}, {"a": {"p": "r"}, "b": {"p": "q"}})
