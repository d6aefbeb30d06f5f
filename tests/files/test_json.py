"""JSON text: one record a line, always the same."""

import json

import numpy as np
import pytest

from crf2tlf.files.json import json_text

WRITTEN = [
    ([{"id": 1, "x": [1, 2]}, {"id": 2}], '[\n{"id": 1, "x": [1, 2]},\n{"id": 2}\n]\n'),
    (
        {"study": "X", "results": [{"id": "a"}, {"id": "b"}], "sets": {"s": [1, 2]}, "none": []},
        '{\n"study": "X",\n"results": [\n{"id": "a"},\n{"id": "b"}\n],\n"sets": {\n"s": [1, 2]\n},\n"none": []\n}\n',
    ),
    ({}, "{}\n"),
    ((1, "食欲不振", None, True), '[\n1,\n"食欲不振",\nnull,\ntrue\n]\n'),
    ([np.int64(3), np.float64(0.1), np.bool_(True)], "[\n3,\n0.1,\ntrue\n]\n"),
]


@pytest.mark.parametrize(("value", "text"), WRITTEN)
def test_one_record_a_line(value, text):
    assert json_text(value) == text
    assert json.loads(text) == json.loads(json.dumps(value, default=lambda x: x.item()))


def test_keys_keep_their_order_or_are_sorted():
    assert json_text({"b": {"d": 1, "c": 2}, "a": 0}) == '{\n"b": {\n"d": 1,\n"c": 2\n},\n"a": 0\n}\n'
    assert json_text({"b": {"d": 1, "c": 2}, "a": 0}, sort_keys=True) == '{\n"a": 0,\n"b": {\n"c": 2,\n"d": 1\n}\n}\n'


@pytest.mark.parametrize("value", [[float("nan")], {"a": {"b": float("inf")}}])
def test_json_has_no_nan(value):
    with pytest.raises(ValueError, match="not JSON compliant"):
        json_text(value)


@pytest.mark.parametrize("value", [{1: "a"}, [{1, 2}], [object()]])
def test_what_json_does_not_have_is_refused(value):
    with pytest.raises(TypeError):
        json_text(value)
