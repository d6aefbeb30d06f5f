"""Two versions compared: data cuts, programs, or double programming; datasets by key, tables by cell."""

from crf2tlf.compare.align import Method, Tolerance
from crf2tlf.compare.compare import Comparison, Options, compare_sides
from crf2tlf.compare.datasets import DatasetComparison, compare_tables
from crf2tlf.compare.report import as_data, summary
from crf2tlf.compare.sides import Side, open_forms, open_side
from crf2tlf.compare.table import Attributes, Table
from crf2tlf.compare.workbook import write_workbook

__all__ = [
    "Attributes",
    "Comparison",
    "DatasetComparison",
    "Method",
    "Options",
    "Side",
    "Table",
    "Tolerance",
    "as_data",
    "compare_sides",
    "compare_tables",
    "open_forms",
    "open_side",
    "summary",
    "write_workbook",
]
