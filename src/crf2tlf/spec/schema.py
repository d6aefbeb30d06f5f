"""JSON Schemas of the spec files, so that an editor completes and checks them while they are written."""

from __future__ import annotations

import json
from pathlib import Path

from crf2tlf.spec.analysis import AnalysisSpec, ReconciliationSpec
from crf2tlf.spec.conformance import ConformanceSpec
from crf2tlf.spec.dataset import DatasetSpec
from crf2tlf.spec.form import FormSpec
from crf2tlf.spec.model import SpecModel
from crf2tlf.spec.output import OutputSpec
from crf2tlf.spec.study import CodelistsSpec, StudySpec

SCHEMAS: dict[str, type[SpecModel]] = {
    "study": StudySpec,
    "codelists": CodelistsSpec,
    "form": FormSpec,
    "dataset": DatasetSpec,
    "output": OutputSpec,
    "analysis": AnalysisSpec,
    "reconciliation": ReconciliationSpec,
    "conformance": ConformanceSpec,
}


def schemas() -> dict[str, dict[str, object]]:
    """Return the JSON Schema of each kind of spec file."""
    return {name: model.model_json_schema(by_alias=True) for name, model in SCHEMAS.items()}


def write_schemas(folder: Path) -> list[Path]:
    """Write each schema as ``<kind>.schema.json`` into a folder, which is made if need be; return the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, schema in schemas().items():
        path = folder / f"{name}.schema.json"
        path.write_text(json.dumps(schema, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        written.append(path)
    return written
