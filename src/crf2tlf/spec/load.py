"""Reading a study folder's specs into one frozen :class:`Study`; every problem is a finding, all are collected."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from crf2tlf.findings import Findings, Place, nearest
from crf2tlf.spec.analysis import AnalysisSpec, ReconciliationSpec
from crf2tlf.spec.conformance import ConformanceSpec
from crf2tlf.spec.dataset import DatasetSpec
from crf2tlf.spec.form import FormSpec
from crf2tlf.spec.located import LocatedMap, load_yaml
from crf2tlf.spec.model import SpecModel, as_plain
from crf2tlf.spec.output import OutputSpec
from crf2tlf.spec.study import CodelistsSpec, StudySpec
from crf2tlf.spec.validation import validate

M = TypeVar("M", bound=SpecModel)

FILES = ("study.yaml", "codelists.yaml", "analysis.yaml", "reconciliation.yaml", "conformance.yaml")
FOLDERS = ("raw", "sdtm", "adam", "tlf")
"""What is read from ``specs/``."""

PROPOSED = "proposed"
"""The folder of proposals: nothing in it is read until somebody accepts it."""


@dataclass(frozen=True)
class Study:
    """All specs of a study folder, and where its raw data are."""

    root: Path
    raw: Path
    spec: StudySpec
    codelists: CodelistsSpec
    forms: MappingProxyType[str, FormSpec]
    sdtm: MappingProxyType[str, DatasetSpec]
    adam: MappingProxyType[str, DatasetSpec]
    outputs: MappingProxyType[str, OutputSpec] = field(default_factory=lambda: MappingProxyType({}))
    analysis: AnalysisSpec = field(default_factory=AnalysisSpec)
    reconciliation: ReconciliationSpec | None = None
    conformance: ConformanceSpec = field(default_factory=ConformanceSpec)

    @property
    def datasets(self) -> dict[str, DatasetSpec]:
        """SDTM and ADaM datasets by name, as the specs list them."""
        return {**self.sdtm, **self.adam}

    @property
    def constants(self) -> dict[str, Any]:
        """What ``study.NAME`` means in rules and templates."""
        spec = self.spec
        given = {name: as_plain(value) for name, value in spec.constants.items()}
        cutoff = spec.data_cutoff.isoformat() if spec.data_cutoff else None
        versions = {name.upper(): version for name, version in spec.standards.model_dump().items()}
        identity = {"STUDYID": spec.study, "TITLE": spec.title, "PROTOCOL": spec.protocol, "DATA_CUTOFF": cutoff}
        return {**given, **identity, **versions}


def load_study(root: Path, raw: Path | None, findings: Findings) -> Study | None:
    """Load the specs under ``root/specs``; ``raw`` is the raw folder or archive where it is not ``root/raw``.

    Returns None when a spec cannot be loaded; the findings say why. The severity policy of study.yaml is put into
    ``findings`` before anything else is checked.
    """
    specs = root / "specs"
    if not specs.is_dir():
        findings.add("SPEC_YAML", Place("specs"), f"there is no folder {specs}; a study folder has its specs there")
        return None
    _report_extra_files(specs, root, findings)
    spec = _load_one(specs / "study.yaml", root, StudySpec, findings)
    if spec:
        findings.policy = dict(spec.severity)
    codelists = _load_optional(specs / "codelists.yaml", root, CodelistsSpec, findings)
    forms = _load_all(specs / "raw", root, FormSpec, lambda form: form.form, findings)
    sdtm = _load_all(specs / "sdtm", root, DatasetSpec, lambda dataset: dataset.dataset, findings)
    adam = _load_all(specs / "adam", root, DatasetSpec, lambda dataset: dataset.dataset, findings)
    outputs = _load_all(specs / "tlf", root, OutputSpec, lambda output: output.id, findings)
    analysis = _load_optional(specs / "analysis.yaml", root, AnalysisSpec, findings)
    reconciliation = _load_optional(specs / "reconciliation.yaml", root, ReconciliationSpec, findings)
    conformance = _load_optional(specs / "conformance.yaml", root, ConformanceSpec, findings)
    for name in sdtm.keys() & adam.keys():
        findings.add("SPEC_MODEL", adam[name].place, f"the dataset {name} is also in {sdtm[name].place}")
    if not spec or findings.errors:
        return None
    frozen = MappingProxyType
    return Study(
        root,
        raw or _raw_of(root),
        spec,
        codelists or CodelistsSpec(),
        frozen(forms),
        frozen(sdtm),
        frozen(adam),
        frozen(outputs),
        analysis or AnalysisSpec(),
        reconciliation,
        conformance or ConformanceSpec(),
    )


def _raw_of(root: Path) -> Path:
    """Return where a study's raw data are: its folder ``raw``, or the archive ``raw.zip`` in its place."""
    folder, archive = root / "raw", root / "raw.zip"
    return archive if archive.is_file() and not folder.exists() else folder


def spec_files(folder: Path) -> Iterable[Path]:
    """Return the YAML files of a folder in the order of their names."""
    return sorted(p for p in folder.glob("*.y*ml") if p.suffix in (".yaml", ".yml"))


def _report_extra_files(specs: Path, root: Path, findings: Findings) -> None:
    """Report YAML files that nothing reads: in an unknown folder, or of an unknown name."""
    for path in sorted(specs.rglob("*.y*ml")):
        name = path.relative_to(specs)
        if name.parts[0] == PROPOSED:
            _report_proposal(path, root, findings)
            continue
        known = name.parts[0] in FOLDERS if len(name.parts) == 2 else str(name) in FILES
        if not known and path.suffix in (".yaml", ".yml"):
            guess = nearest(name.parts[0], FOLDERS if len(name.parts) > 1 else FILES)
            findings.add("SPEC_FILE_EXTRA", Place(path.relative_to(root).as_posix()), f"nothing reads this file{guess}")


def _report_proposal(path: Path, root: Path, findings: Findings) -> None:
    """Say that a proposed spec waits to be read, with the places where only a person can decide."""
    decisions = path.read_text(encoding="utf-8", errors="replace").count("DECIDE: ")
    name = path.relative_to(root / "specs" / PROPOSED).with_suffix("").as_posix()
    marked = f"{decisions} places to decide are marked DECIDE; " if decisions else ""
    message = f"a proposal that nothing reads yet; {marked}read it, and take it with `crf2tlf init . --accept {name}`"
    findings.add("PROPOSAL_OPEN", Place(path.relative_to(root).as_posix()), message)


def _load_optional(path: Path, root: Path, model: type[M], findings: Findings) -> M | None:
    return _load_one(path, root, model, findings) if path.exists() else None


def _load_one(path: Path, root: Path, model: type[M], findings: Findings) -> M | None:
    name = path.relative_to(root).as_posix()
    if not path.exists():
        findings.add("SPEC_YAML", Place(name), "is missing; a study folder needs it")
        return None
    tree: LocatedMap | None = load_yaml(path, name, findings)
    return validate(model, tree, findings) if tree is not None else None


def _load_all(
    folder: Path, root: Path, model: type[M], name_of: Callable[[M], str], findings: Findings
) -> dict[str, M]:
    loaded: dict[str, M] = {}
    for path in spec_files(folder):
        spec = _load_one(path, root, model, findings)
        if spec is None:
            continue
        name = name_of(spec)
        if name in loaded:
            findings.add("SPEC_MODEL", spec.place, f"{name} is already described in {loaded[name].place.file}")
        loaded[name] = spec
    return loaded
