"""The metadata of a submission as data: what Define-XML, Dataset-JSON, the guides and the annotated CRF are made from.

The words are those of Define-XML 2.1. Everything here is a value: no files, no XML, no OIDs (:mod:`crf2tlf.build.oids`
makes those from names).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from crf2tlf.build.data_types import DataType

OriginType = Literal["Collected", "Derived", "Assigned", "Protocol", "Predecessor", "Not Available"]
OriginSource = Literal["Investigator", "Subject", "Vendor", "Sponsor"]
Comparator = Literal["EQ", "NE", "LT", "LE", "GT", "GE", "IN", "NOTIN"]


@dataclass(frozen=True)
class Origin:
    """Where values come from.

    ``source`` is None for a predecessor; ``description`` names the predecessor (``DM.AGE``); ``forms`` are the raw
    forms (by the name in their specs) whose pages of the annotated CRF show the question.
    """

    type: OriginType
    source: OriginSource | None = None
    description: str = ""
    forms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Comparison:
    """A part of a where clause: a variable of a dataset compared with one value, or with several (IN, NOTIN)."""

    dataset: str
    variable: str
    comparator: Comparator
    values: tuple[str, ...]


WhereClause = tuple[Comparison, ...]
"""All of its comparisons hold."""


@dataclass(frozen=True)
class Method:
    """How derived values are made: in words, and as the rule of the specs that made them.

    ``id`` is unique in the submission; one method may serve several variables. ``place`` is the rule's spec and line.
    """

    id: str
    name: str
    type: Literal["Computation", "Imputation"]
    description: str
    rule: str = ""
    place: str = ""


@dataclass(frozen=True)
class Comment:
    """A remark on a dataset, a variable, or values of one."""

    id: str
    text: str


@dataclass(frozen=True)
class Term:
    """A term of a codelist: submitted value, decode, NCI code; ``extended`` where the study adds it to CDISC's."""

    value: str
    decode: str | None = None
    code: str | None = None
    extended: bool = False


@dataclass(frozen=True)
class Codelist:
    """The values a variable may take: terms, or an external dictionary with its version in place of terms.

    ``id`` is the name that specs use; ``code`` the NCI code of a CDISC codelist; ``standard`` the key of
    :attr:`Submission.standards` whose terminology it is of, None for one of the study's own.
    """

    id: str
    name: str
    data_type: Literal["text", "integer", "float"]
    terms: tuple[Term, ...] = ()
    code: str | None = None
    standard: str | None = None
    dictionary: str | None = None
    version: str | None = None


@dataclass(frozen=True)
class Item:
    """A variable, or (with ``where``) the values of a variable for which a where clause holds.

    ``codelist``, ``method`` and ``comment`` are ids; ``length`` is that in the transport file, None for dates and
    times; ``significant_digits`` goes with floats; ``key`` is the place among the dataset's keys, from 1.
    ``values`` is the value-level metadata. ``core`` is the standard's (Req, Exp, Perm, Cond), for people.
    """

    name: str
    label: str
    data_type: DataType
    origin: Origin | None
    length: int | None = None
    significant_digits: int | None = None
    display_format: str | None = None
    role: str = ""
    core: str = ""
    mandatory: bool = False
    key: int | None = None
    codelist: str | None = None
    method: str | None = None
    comment: str | None = None
    where: WhereClause = ()
    values: tuple[Item, ...] = ()


@dataclass(frozen=True)
class DatasetMetadata:
    """A dataset: what it is by the standard, its keys and variables in the order of the file.

    ``observation_class`` is in the words of Define-XML (``EVENTS``, ``BASIC DATA STRUCTURE`` …); ``subclass`` such as
    ``TIME-TO-EVENT``; ``comment`` an id; ``place`` its spec.
    """

    name: str
    label: str
    domain: str
    observation_class: str
    structure: str
    purpose: Literal["Tabulation", "Analysis"]
    repeating: bool
    reference_data: bool
    records: int
    keys: tuple[str, ...]
    items: tuple[Item, ...]
    subclass: str = ""
    comment: str | None = None
    place: str = ""

    @property
    def file(self) -> str:
        """The name of its transport file."""
        return f"{self.name.lower()}.xpt"


@dataclass(frozen=True)
class Standard:
    """A standard the data follow: an implementation guide, or controlled terminology (then ``publishing_set``)."""

    id: str
    name: str
    type: Literal["IG", "CT"]
    version: str
    publishing_set: str | None = None


@dataclass(frozen=True)
class Document:
    """A document that the metadata refer to, such as the annotated CRF: title and relative address."""

    id: str
    title: str
    href: str


@dataclass(frozen=True)
class AnalysisDataset:
    """A dataset an analysis uses, its analysis variables, and which records (a text where it is no where clause)."""

    dataset: str
    variables: tuple[str, ...]
    where: WhereClause = ()
    selection: str = ""


@dataclass(frozen=True)
class AnalysisResult:
    """An analysis shown in a display: Analysis Results Metadata 1.0.

    ``documentation`` says in words what was done; ``program`` is the part of the spec that does it.
    """

    id: str
    description: str
    reason: str
    purpose: str
    parameter: tuple[str, str] | None
    datasets: tuple[AnalysisDataset, ...]
    documentation: str
    program: str
    place: str = ""


@dataclass(frozen=True)
class AnalysisDisplay:
    """A table, listing or figure: its title, the document it is in, and its analyses."""

    id: str
    name: str
    title: str
    document: str | None
    results: tuple[AnalysisResult, ...]


@dataclass(frozen=True)
class Submission:
    """The metadata of all tabulation (``sdtm``) or all analysis datasets of a study.

    ``release`` is the time stamp of every file (ISO 8601). ``pages`` are the pages of the annotated CRF by form.
    """

    study: str
    title: str
    protocol: str
    sdtm: bool
    release: str
    standards: tuple[Standard, ...]
    datasets: tuple[DatasetMetadata, ...]
    codelists: tuple[Codelist, ...]
    methods: tuple[Method, ...]
    comments: tuple[Comment, ...]
    documents: tuple[Document, ...]
    displays: tuple[AnalysisDisplay, ...]
    pages: dict[str, tuple[int, ...]]
    draft: bool = False

    def items(self) -> Iterator[tuple[DatasetMetadata, Item]]:
        """Yield every variable, each followed by its value-level items."""
        for dataset in self.datasets:
            for item in dataset.items:
                yield dataset, item
                yield from ((dataset, value) for value in item.values)
