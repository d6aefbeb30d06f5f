"""Which part of the specs stands in which sheet: the names of sheets and columns, after Pinnacle 21's workbooks.

Every key of a model has a column by itself, since the columns are read from the models. What is listed here is which
mappings and lists get a sheet of their own, and the columns that the people of the field know.
"""

from __future__ import annotations

from dataclasses import dataclass

from crf2tlf.spec.analysis import AnalysisSpec, PopulationSpec, PublishedOutput, ReconciliationNote, ReconciliationSpec
from crf2tlf.spec.conformance import ConformanceSpec, ExplanationSpec
from crf2tlf.spec.dataset import CheckSpec, DatasetSpec, EachRow, RowSource, VariableSpec
from crf2tlf.spec.form import ColumnSpec as FormColumn
from crf2tlf.spec.form import FormSpec
from crf2tlf.spec.model import SpecModel
from crf2tlf.spec.output import ColumnSpec, ListingColumn, OutputSpec, RowSpec
from crf2tlf.spec.study import CodelistSpec, CodelistsSpec, DictionarySpec, StudySpec


@dataclass(frozen=True)
class Child:
    """A mapping or list that gets a sheet of its own: the keys that lead to it, and a row for each of its entries."""

    path: tuple[str, ...]
    table: Table
    part: str = ""
    """What the sheet's column Part says, where several mappings share a sheet."""


@dataclass(frozen=True)
class Table:
    """The rows of a sheet: entries of a mapping (``keyed``), or of a list.

    ``key`` is the column with the entry's name, or with a list's numbers; ``model`` is what an entry is, or None where
    it is one value, which stands in the column ``value``. ``known`` are the columns of Pinnacle 21's workbook in its
    order; those that are neither keys nor named in ``direct`` (by the key that they hold) are information.
    """

    sheet: str
    key: str
    keyed: bool
    model: type[SpecModel] | None
    known: tuple[str, ...] = ()
    direct: tuple[tuple[str, str], ...] = ()
    value: str = ""
    null_value: bool = False
    children: tuple[Child, ...] = ()
    inner: str = ""
    """The key of a list of the same kind in each entry: rows under rows, numbered 2.1."""


@dataclass(frozen=True)
class Root:
    """A kind of spec file: one row a file, in a sheet of its own, or a row for each key in the sheet Study."""

    name: str
    model: type[SpecModel]
    table: Table | None
    folders: tuple[str, ...] = ()
    children: tuple[Child, ...] = ()


_VALUE_LEVEL = (
    "Order", "Dataset", "Variable", "Where Clause", "Label", "Data Type", "Length", "Significant Digits", "Format",
    "Mandatory", "Codelist", "Origin", "Source", "Pages", "Method", "Predecessor", "Comment",
)  # fmt: skip
_VARIABLES = (
    "Order", "Dataset", "Variable", "Label", "Data Type", "Length", "Significant Digits", "Format", "Mandatory",
    "Assigned Value", "Codelist", "Origin", "Source", "Pages", "Method", "Predecessor", "Role", "Comment",
)  # fmt: skip
_DATASETS = (
    "Dataset", "Description", "Class", "SubClass", "Structure", "Purpose", "Key Variables", "Standard", "Repeating",
    "Reference Data", "Comment",
)  # fmt: skip
_CODELISTS = (
    "ID", "Name", "NCI Codelist Code", "Data Type", "Terminology", "Order", "Term", "NCI Term Code", "Decoded Value",
)  # fmt: skip

CASES = Table("ValueLevel", "Value", True, None, _VALUE_LEVEL, value="rule or codelist")
VARIABLES = Table(
    "Variables", "Variable", True, VariableSpec, _VARIABLES,
    children=(Child(("cases",), CASES, "rule"), Child(("codelist", "cases"), CASES, "codelist")),
)  # fmt: skip
SUPPLEMENTAL = Table("Supplemental", "Variable", True, VariableSpec, ("Dataset", "Variable"))
KIND_RULES = Table("Row Kind Rules", "Variable", True, VariableSpec)
KINDS = Table("Row Kinds", "Kind", False, EachRow, children=(Child(("set",), KIND_RULES),))
ROW_RULES = Table("Row Rules", "Variable", True, VariableSpec)
ROWS = Table(
    "Row Sources", "Row", False, RowSource, children=(Child(("set",), ROW_RULES), Child(("each",), KINDS))
)  # fmt: skip
CHECKS = Table("Checks", "Check", False, CheckSpec)
DATASETS = Table(
    "Datasets", "Dataset", True, DatasetSpec, _DATASETS, direct=(("Key Variables", "keys"),),
    children=(
        Child(("variables",), VARIABLES), Child(("supplemental",), SUPPLEMENTAL), Child(("rows",), ROWS),
        Child(("checks",), CHECKS),
    ),
)  # fmt: skip
FORMS = Table(
    "Forms", "Form", True, FormSpec,
    children=(Child(("columns",), Table("Form Columns", "Column", True, FormColumn)),),
)  # fmt: skip
OUTPUTS = Table(
    "Outputs", "Output", True, OutputSpec,
    children=(
        Child(("columns",), Table("Output Columns", "Column", False, ColumnSpec, inner="columns")),
        Child(("rows",), Table("Output Rows", "Row", False, RowSpec, inner="rows")),
        Child(("numbers",), Table("Output Numbers", "Row", False, RowSpec, inner="rows")),
        Child(("listing", "columns"), Table("Listing Columns", "Column", False, ListingColumn)),
    ),
)  # fmt: skip
TERMS = Table("Codelists", "Term", True, None, _CODELISTS, value="Decoded Value", null_value=True)
CODELISTS = Table(
    "Codelist Sources", "ID", True, CodelistSpec,
    children=(Child(("terms",), TERMS, "terms"), Child(("add",), TERMS, "add")),
)  # fmt: skip
DICTIONARIES = Table(
    "Dictionaries", "ID", True, DictionarySpec, ("ID", "Name", "Data Type", "Dictionary", "Version"),
    direct=(("Dictionary", "name"), ("Version", "version")),
)  # fmt: skip
MAPPED = Table("Maps", "Collected Value", True, None, value="Submitted Value", null_value=True)
SHARED_COLUMNS = Table("Shared Columns", "Column", False, ColumnSpec, inner="columns")

ROOTS: dict[str, Root] = {
    "study": Root(
        "study", StudySpec, None,
        children=(
            Child(("dictionaries",), DICTIONARIES),
            Child(("constants",), Table("Constants", "Constant", True, None, value="Value")),
            Child(("severity",), Table("Severities", "Finding", True, None, value="Severity")),
        ),
    ),
    "codelists": Root(
        "codelists", CodelistsSpec, None,
        children=(
            Child(("codelists",), CODELISTS),
            Child(("maps",), Table("Maps", "Map", True, None, children=(Child((), MAPPED),))),
        ),
    ),
    "form": Root("form", FormSpec, FORMS, ("raw",)),
    "dataset": Root("dataset", DatasetSpec, DATASETS, ("sdtm", "adam")),
    "output": Root("output", OutputSpec, OUTPUTS, ("tlf",)),
    "analysis": Root(
        "analysis", AnalysisSpec, None,
        children=(
            Child(("populations",), Table("Populations", "Population", True, PopulationSpec)),
            Child(("columns",), Table("Shared Columns", "Name", True, None, children=(Child((), SHARED_COLUMNS),))),
            Child(("abbreviations",), Table("Abbreviations", "Abbreviation", True, None, value="Meaning")),
        ),
    ),
    "reconciliation": Root(
        "reconciliation", ReconciliationSpec, None,
        children=(
            Child(("outputs",), Table("Published Outputs", "Published Output", True, PublishedOutput)),
            Child(("notes",), Table("Reconciliation Notes", "Note", False, ReconciliationNote)),
        ),
    ),
    "conformance": Root(
        "conformance", ConformanceSpec, None,
        children=(Child(("explanations",), Table("Conformance Reasons", "Reason", False, ExplanationSpec)),),
    ),
}  # fmt: skip

INFORMATION: dict[str, tuple[str, ...]] = {
    "Standards": ("Name", "Type", "Publishing Set", "Version", "Status", "Comment"),
    "WhereClauses": ("ID", "Dataset", "Variable", "Comparator", "Value", "Comment"),
    "Methods": ("ID", "Name", "Type", "Description", "Expression Context", "Expression Code", "Document", "Pages"),
    "Comments": ("ID", "Description", "Document", "Pages"),
    "Documents": ("ID", "Title", "Href"),
    "Analysis Displays": ("ID", "Title", "Document", "Pages"),
    "Analysis Results": (
        "Display", "ID", "Description", "Variables", "Reason", "Purpose", "Selection Criteria", "Join Comment",
        "Documentation", "Documentation Refs", "Programming Context", "Programming Code", "Programming Document",
        "Pages",
    ),
    "Analysis Criteria": ("Display", "Result", "Variables", "Where Clause"),
}  # fmt: skip
"""Sheets of Pinnacle 21's workbook that only show what follows from the specs; their columns in its order."""

ORDER = (
    "Study", "Standards", "Datasets", "Variables", "ValueLevel", "WhereClauses", "Codelists", "Dictionaries", "Methods",
    "Comments", "Documents", "Analysis Displays", "Analysis Results", "Analysis Criteria", "Forms", "Form Columns",
    "Row Sources", "Row Rules", "Row Kinds", "Row Kind Rules", "Supplemental", "Checks", "Codelist Sources", "Maps",
)  # fmt: skip
"""The first sheets of the workbook: Pinnacle 21's, then the datasets' own. Others follow, Details is the last."""
