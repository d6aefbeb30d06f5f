"""The files of the reference trial: Dataset-JSON is valid and says what the transport file says."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from crf2tlf import workflow
from crf2tlf.build import write_datasets, written_datasets
from crf2tlf.build.data_types import data_type
from crf2tlf.files.dataset_json import read_dataset_json
from crf2tlf.files.xpt import as_sas_numbers
from crf2tlf.files.xpt_check import read_back

SCHEMAS = Path(__file__).parents[1] / "files" / "schemas"


@pytest.fixture(scope="module")
def folder(reference: workflow.Outcome, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("datasets")
    for sdtm in (True, False):
        write_datasets(reference.build, written_datasets(reference.build, sdtm=sdtm), made)
    return made


def test_dataset_json_is_valid(folder: Path) -> None:
    whole = jsonschema.Draft201909Validator(json.loads((SCHEMAS / "dataset.schema.json").read_text()))
    first = jsonschema.Draft201909Validator(json.loads((SCHEMAS / "dataset-ndjson-schema.json").read_text()))
    files = sorted(folder.glob("*.json"))
    assert len(files) > 30
    for path in files:
        whole.validate(json.loads(path.read_text("utf-8")))
        line, *records = path.with_suffix(".ndjson").read_text("utf-8").split("\n")[:-1]
        first.validate(json.loads(line))
        assert len(records) == json.loads(line)["records"]


def test_dataset_json_says_what_the_transport_file_says(folder: Path) -> None:
    for path in sorted(folder.glob("*.xpt")):
        held, described = read_back(path)
        for suffix in (".json", ".ndjson"):
            found, dataset = read_dataset_json(path.with_suffix(suffix))
            assert (dataset.name, dataset.label) == (described.name, described.label)
            assert [(c.name, c.label) for c in dataset.columns] == [(v.name, v.label) for v in described.variables]
            for variable in described.variables:
                if variable.type == "Char":
                    assert found[variable.name].fillna("").tolist() == held[variable.name].tolist()
                else:
                    numbers = as_sas_numbers(found[variable.name], variable.format)
                    np.testing.assert_array_equal(numbers, held[variable.name])


def test_a_variable_has_one_length(folder: Path, reference: workflow.Outcome) -> None:
    found: dict[str, set[int]] = {}
    for dataset in reference.build.datasets.values():
        if dataset.spec.output and not dataset.is_supplement:
            for variable in read_back(folder / f"{dataset.name.lower()}.xpt")[1].variables:
                found.setdefault(variable.name, set()).add(variable.length)
    assert {name for name, lengths in found.items() if len(lengths) > 1} == set()
    assert len(found) > 200


def test_a_standard_date_has_the_type_of_a_date(reference: workflow.Outcome) -> None:
    """Every --DTC of the trial is a date, with its time or in part; none is mere text."""
    written = [dataset for dataset in reference.build.datasets.values() if dataset.spec.output]
    found = {data_type(d, v) for d in written for v in d.variables if v.name.endswith("DTC")}
    assert found <= {"date", "datetime", "partialDate", "partialDatetime"}
    assert "date" in found
