"""Arbitrary spec files of every model: all of its keys, with texts that Excel and YAML like to change."""

from __future__ import annotations

from typing import Any, Literal, get_args, get_origin

from hypothesis import strategies as st

from crf2tlf.workbook.fields import Content, alternatives, content_of, fields_of, model_of
from crf2tlf.workbook.layout import ROOTS, Root

AWKWARD = [
    "01",
    "1",
    "1.50",
    "1e5",
    "0x1F",
    "true",
    "NO",
    "no",
    "null",
    "~",
    "",
    " ",
    "a ",
    " a",
    "=1+1",
    "-X",
    "+1",
    "@A",
    "'q",
    '"A" if X else "B"',
    "a: b",
    "a # b",
    "#a",
    "- a",
    "[a]",
    "{a: b}",
    "[1, 2]",
    "one\ntwo",
    "one\n\n two\n",
    "\ttab",
    "a\rb",
    "\x07",
    "日本語の説明",
    "😀",
    "_x0041_",
    "2020-03-31",
    "2020-03-31T00:00:00",
    "a, b",
    "a,b",
    "A B",
    "%",
    "&a",
    "*a",
    "!t",
    "|",
    ">",
    "? a",
    "\\",
    "'",
    '"',
    "\u2028",
    "\ufeff",
    "x" * 300,
    "long " * 8_000,
    "12:30",
    "1_000",
    ".5",
    "Yes",
    "y",
    "- ",
    "[",
    "- a\nb",
    "(2)",
    "2.1",
]
TEXTS = st.sampled_from(AWKWARD) | st.text(st.characters(codec="utf-8"), max_size=12)
KEYS = st.sampled_from(["A", "B1", "01", "1", "日本", "a b", "A.B", "x:", "=1", "", " a", "NO", "[1]", "2.1", "a\nb"])
NUMBERS = st.sampled_from([1, 0, 2.5, 100, -1, 1e300, True, False])
DEEPEST = 3


def values(annotation: Any, depth: int) -> st.SearchStrategy[Any]:
    """Values as YAML would hold them, of the shapes that an annotation takes; not all of them are valid."""
    shapes = [_shape(part, depth) for part in alternatives(annotation) if part is not type(None)]
    return st.one_of(*(shape for shape in shapes if shape is not None)) if any(s is not None for s in shapes) else TEXTS


def _shape(part: Any, depth: int) -> st.SearchStrategy[Any] | None:
    origin = get_origin(part)
    model = model_of(part)
    if model is not None:
        return mappings(model, depth + 1)
    if origin is dict:
        return st.dictionaries(KEYS, values(get_args(part)[1], depth + 1), max_size=2 if depth < DEEPEST else 1)
    if origin is tuple:
        return st.lists(values(get_args(part)[0], depth + 1), max_size=2 if depth < DEEPEST else 1)
    if origin is Literal:
        return st.sampled_from(get_args(part))
    content = content_of(part)
    if content is Content.TRUTH:
        return st.booleans()
    if content is Content.NUMBER:
        return st.sampled_from([1, 2, 0.9, 30])
    return TEXTS if content is Content.TEXT else TEXTS | NUMBERS | st.lists(TEXTS, max_size=2) | st.none()


def mappings(model: Any, depth: int = 0) -> st.SearchStrategy[dict[str, Any]]:
    """Mappings with some of the model's keys."""
    fields = fields_of(model)
    given = {key: values(field.annotation, depth) for key, field in fields.items()} if depth <= DEEPEST else {}
    if depth == 0:
        return st.fixed_dictionaries({}, optional=given)
    return (
        st.sets(st.sampled_from(sorted(given)), max_size=3).flatmap(
            lambda keys: st.fixed_dictionaries({key: given[key] for key in sorted(keys)})
        )
        if given
        else st.just({})
    )


def files(root: Root) -> st.SearchStrategy[dict[str, Any]]:
    """Spec files of a kind, with the key that names them."""
    trees = mappings(root.model)
    if not root.table:
        return trees
    key = "id" if root.name == "output" else root.name
    return trees.map(lambda tree: {**tree, key: "X1"})


NAMES = {name: f"{root.folders[0]}/x1.yaml" if root.folders else f"{name}.yaml" for name, root in ROOTS.items()}
"""A path for a file of each kind."""
