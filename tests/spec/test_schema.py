"""The exported JSON Schemas take every committed spec, so that an editor marks mistakes and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from crf2tlf.spec.schema import schemas

ROOT = Path(__file__).resolve().parents[2]
EXPORTED = schemas()
KINDS = {"raw": "form", "sdtm": "dataset", "adam": "dataset"}


def committed() -> Iterator[tuple[str, str]]:
    for study in (ROOT, ROOT / "tests" / "studies" / "pilot"):
        for path in sorted((study / "specs").rglob("*.yaml")):
            kind = KINDS.get(path.parent.name, path.stem if path.stem in EXPORTED else "output")
            yield path.relative_to(ROOT).as_posix(), kind


def plain(value: Any) -> Any:
    """YAML values as JSON has them: keys are texts, dates are texts."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)


@pytest.mark.parametrize(("name", "kind"), list(committed()))
def test_committed_spec(name: str, kind: str) -> None:
    content = plain(YAML(typ="safe", pure=True).load((ROOT / name).read_text(encoding="utf-8")))
    faults = [f"{list(e.path)}: {e.message:.200}" for e in Draft202012Validator(EXPORTED[kind]).iter_errors(content)]
    assert faults == []


@pytest.mark.parametrize(
    "mistake",
    [
        {"dataset": "AE", "keys": ["USUBJID"], "rows": [{"from": "raw.ae"}], "variable": {}},  # an unknown key
        {"dataset": "AE", "keys": ["USUBJID"], "rows": []},  # no row source, no variables
        {"dataset": "ae", "keys": ["USUBJID"], "rows": [{"from": "raw.ae"}], "variables": {}},  # lower case
    ],
)
def test_a_mistake_is_marked(mistake: dict[str, Any]) -> None:
    assert list(Draft202012Validator(EXPORTED["dataset"]).iter_errors(mistake))
