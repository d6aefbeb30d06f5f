"""Outputs compared by the texts of their cells: tables, listings, and every kind of figure."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from tests.whole import two_arm

from crf2tlf.compare.results import compare_outputs

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def outputs() -> list[dict[str, Any]]:
    results = two_arm().results
    assert results is not None
    return list(results.model_dump(mode="json")["outputs"])


def test_the_same_outputs_do_not_differ(outputs: list[dict[str, Any]]) -> None:
    assert {output["body"]["kind"] for output in outputs} >= {"table", "forest", "line", "kaplan_meier"}
    assert compare_outputs(outputs, deepcopy(outputs)) == ()


def test_a_figure_that_differs_is_one_change(outputs: list[dict[str, Any]]) -> None:
    changed = deepcopy(outputs)
    forest = next(output for output in changed if output["body"]["kind"] == "forest")
    forest["body"]["lines"][0]["label"] = "Everybody"
    assert [(change.output, change.cell) for change in compare_outputs(outputs, changed)] == [
        (forest["id"], "(figure)")
    ]
