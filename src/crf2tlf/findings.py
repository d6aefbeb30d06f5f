"""Findings: the only way any part of the program reports a problem with specs, raw data or results.

A finding says where (``specs/sdtm/ae.yaml:14``, ``raw/ae.csv:17``), what was found, what was expected and what to
do. Findings are collected and shown together; a user's mistake never becomes a traceback.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding weighs: an error stops a submission build, the others do not."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, order=True)
class Place:
    """A file of the study folder, and the line where known (1 is the first; a CSV's header is line 1)."""

    file: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True)
class Finding:
    """One problem: a stable code, the place, the message, and the places of the offending records."""

    code: str
    place: Place
    message: str
    severity: Severity = Severity.ERROR
    records: tuple[Place, ...] = ()
    count: int = 1

    def __str__(self) -> str:
        shown = ", ".join(str(p) for p in self.records[:5])
        more = f" …: {self.count} in all" if self.records and self.count > len(self.records[:5]) + 1 else ""
        where = f" [{shown}{more}]" if shown else ""
        return _one_line(f"{self.place}: {self.severity}: {self.code}: {self.message}{where}")


def _one_line(text: str) -> str:
    """Return a text without line breaks and control characters, which raw data may bring into a message."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


class StudyError(Exception):
    """Raised when findings stop the work; carries them all. The command line prints them and exits 1."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(map(str, self.findings)))


@dataclass
class Findings:
    """The collected report of a run; ``policy`` (from study.yaml) sets the severity of a code."""

    policy: Mapping[str, Severity] = field(default_factory=dict)
    items: list[Finding] = field(default_factory=list)
    _known: set[Finding] = field(default_factory=set, init=False, repr=False, compare=False)

    def add(
        self,
        code: str,
        place: Place,
        message: str,
        *,
        severity: Severity | None = None,
        records: Iterable[Place] = (),
        count: int | None = None,
    ) -> None:
        """Record a finding; the study's policy overrides its severity, the catalogue gives the usual one."""
        usual = severity or CODES[code].severity
        places = tuple(records)
        total = count if count is not None else max(len(places), 1)
        item = Finding(code, place, message, self.policy.get(code, usual), places, total)
        if item not in self._known:
            self._known.add(item)
            self.items.append(item)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that stop a submission build."""
        return tuple(f for f in self.items if f.severity is Severity.ERROR)

    def stop_on_errors(self) -> None:
        """Raise :class:`StudyError` with every finding so far when one of them is an error."""
        if self.errors:
            raise StudyError(self.items)


def nearest(name: str, known: Iterable[str]) -> str:
    """Return `` (did you mean X?)`` for the known name most like ``name``, or an empty text."""
    by_fold = {k.casefold(): k for k in known}
    close = difflib.get_close_matches(name.casefold(), by_fold, n=1, cutoff=0.6)
    return f" (did you mean {by_fold[close[0]]}?)" if close else ""


@dataclass(frozen=True)
class Code:
    """An entry of the catalogue of finding codes: what it means and how much it usually weighs."""

    severity: Severity
    meaning: str


_E, _W, _N = Severity.ERROR, Severity.WARNING, Severity.NOTE

CODES: dict[str, Code] = {
    "SPEC_YAML": Code(_E, "A spec file is not readable YAML 1.2."),
    "SPEC_FILE_EXTRA": Code(_W, "A YAML file under specs/ is in no place where specs are read from."),
    "PROPOSAL_OPEN": Code(_W, "A proposed spec waits for somebody to accept it, or a raw file has no proposal."),
    "PROPOSAL_NAME": Code(_E, "What is to be accepted is no proposal, or is there already."),
    "SPEC_MODEL": Code(_E, "A spec has an unknown key, lacks a required one, or holds a value of the wrong kind."),
    "SPEC_REFERENCE": Code(_E, "A spec refers to a form, dataset, codelist, map or output that does not exist."),
    "SPEC_VARIABLE": Code(_E, "A variable is not in the standard and its label or type is not given."),
    "METHODS_FILE": Code(_E, "The study's own methods cannot be read or run, or lack a name."),
    "METHODS_NOT_ALLOWED": Code(_E, "A study has methods of its own, and the command line does not allow them."),
    "RULE_SYNTAX": Code(_E, "A rule is not an expression of the rule language."),
    "RULE_NAME": Code(_E, "A rule uses a name that is neither a column, a dataset's variable nor a constant."),
    "RULE_METHOD": Code(_E, "A rule calls a method that the catalogue lacks."),
    "RULE_ARGUMENT": Code(_E, "A method is called with missing, surplus or wrongly typed arguments."),
    "RULE_TYPE": Code(_E, "An operator or variable gets a kind of value it does not take."),
    "RULE_SCOPE": Code(_E, "A rule looks at other subjects' records without saying `scope: study`."),
    "RULE_CYCLE": Code(_E, "Variables depend on each other in a circle."),
    "RAW_FILE_MISSING": Code(_E, "A form's file is not in the raw folder."),
    "RAW_FILE_EXTRA": Code(_W, "A file in the raw folder belongs to no form spec."),
    "RAW_FILE_EMPTY": Code(_E, "A form's file has no header or no records."),
    "RAW_FILE_FORMAT": Code(_E, "A form's file is not of the stated format."),
    "RAW_ENCODING": Code(_E, "A form's file is not in the stated encoding."),
    "RAW_COLUMN_MISSING": Code(_E, "A form's file lacks a column that its spec declares."),
    "RAW_COLUMN_EXTRA": Code(_E, "A form's file has a column that its spec does not declare."),
    "RAW_RECORD_SHAPE": Code(_E, "A line has more or fewer cells than the header."),
    "RAW_REQUIRED": Code(_E, "A required cell is blank."),
    "RAW_CODE": Code(_E, "A cell holds a code that the form's code list lacks."),
    "RAW_DATE": Code(_E, "A date cannot be read in any declared format, or is no day of the calendar."),
    "RAW_DATE_AMBIGUOUS": Code(_E, "Two declared formats read the same date differently."),
    "RAW_NUMBER": Code(_E, "A text that a rule or a form takes as a number is not one."),
    "RAW_DECIMALS": Code(_W, "A number has more decimals than its form gives it."),
    "RAW_RANGE": Code(_W, "A number or day is outside the range that its form gives."),
    "RAW_NOT_ASKED": Code(_W, "A cell is filled in although the form asks the question only in other records."),
    "RAW_REPEAT": Code(_W, "A subject has more records of a form, or of a visit, than the form allows."),
    "RAW_VISIT": Code(_W, "A record names a visit that is not in the schedule."),
    "RAW_VISIT_MISSING": Code(_N, "Subjects have no record of a visit although they have one of a later visit."),
    "RAW_UNUSED": Code(_E, "A raw record reached no dataset and no rule left it out."),
    "RAW_SUBJECT": Code(_E, "A form has a subject that the subject-level dataset lacks."),
    "MAP_UNMAPPED": Code(_E, "A value is outside its map."),
    "CODELIST_VALUE": Code(_E, "A value is outside its codelist."),
    "CODELIST_EXTENDED": Code(_W, "A value is outside an extensible codelist and not on record as an addition to it."),
    "NAME_VALUE": Code(_E, "A test or parameter code is not a name of at most 8 characters."),
    "NAME_PAIR": Code(_E, "A code and its name do not go one to one."),
    "KEY_DUPLICATE": Code(_E, "Records of a dataset share a key that should tell them apart."),
    "KEY_MISSING": Code(_E, "An identifier that must be present is missing."),
    "LOOKUP_MANY": Code(_E, "A lookup that expects one record finds several."),
    "LOOKUP_NONE": Code(_E, "A lookup that expects a record finds none."),
    "VALUE_CONFLICT": Code(_E, "Sources that should agree on a value differ."),
    "VALUE_TIE": Code(_E, "Two records tie where one is to be chosen."),
    "VALUE_UNIT": Code(_E, "A unit cannot be converted."),
    "ROWS_NONE": Code(_W, "A row source selects no record although its source has records."),
    "EVENT_BEFORE_START": Code(_W, "An event lies before the origin of a time to event and does not count."),
    "INTERVAL_OVERLAP": Code(_E, "Intervals that should follow each other overlap."),
    "TEXT_LENGTH": Code(_E, "A text is longer than its variable or the transport format allows."),
    "TEXT_ASCII": Code(_E, "A text has characters that the transport format cannot hold."),
    "CHECK_FAILED": Code(_W, "A data check written in a spec does not hold for a record."),
    "TEMPLATE": Code(_E, "A title, footnote or cell template uses an undefined name or is malformed."),
    "ANALYSIS": Code(_E, "An analysis cannot be carried out as specified."),
    "VALUE_ABSENT": Code(_W, "An output asks for a value that no record has, and no codelist or dataset spec either."),
    "DOCUMENT_TEXT": Code(_E, "A text of a document has characters that its fonts lack."),
    "GUIDE_TEXT": Code(_E, "An authored text of a reviewer's guide has no place in it, or cannot be read."),
    "DEFINE_INVALID": Code(_E, "A define.xml lacks what Define-XML 2.1 asks for, or that of a draft is not valid."),
    "GUIDE_EMPTY": Code(_W, "A section of a reviewer's guide has no text."),
    "TRACE_NOT_FOUND": Code(_E, "There is no such cell, result, record, raw line or subject to trace."),
    "OUTPUT_FILE": Code(_E, "An output cannot be written or replaced."),
    "DEFINE_VALUE": Code(_E, "A value in the data is not in the codelist that the define file gives its variable."),
    "SUBMIT_1734": Code(_E, "FDA would reject the package: no trial summary with the study's start date (1734)."),
    "SUBMIT_1736": Code(_E, "FDA would reject the package: dm.xpt, adsl.xpt or define.xml is not there (1736)."),
    "SUBMIT_STUDY": Code(_E, "The study's identifier is not the same everywhere in the package."),
    "SUBMIT_DEFINE": Code(_E, "A define.xml and the files beside it do not go together."),
    "SUBMIT_FILE": Code(_E, "A file of the package is missing, unreadable, too large, or in no place for its kind."),
    "SUBMIT_NAME": Code(_E, "A name or path in the package is not one that an eCTD takes, or two files share it."),
    "SUBMIT_MANIFEST": Code(_E, "The files of a package are not those of its manifest."),
    "CONFORM_FINDING": Code(_W, "A conformance rule found something that specs/conformance.yaml does not explain."),
    "CONFORM_ENGINE": Code(_E, "The conformance engine cannot be called, fails, or gives what cannot be read."),
    "CONFORM_NOT_RUN": Code(_W, "Rules of the conformance engine could not be run."),
    "CONFORM_EXPLANATION": Code(_W, "An explanation in specs/conformance.yaml fits no finding."),
    "CONFORM_RULE": Code(_E, "An explanation is for a rule or dataset that does not exist."),
    "QUERY_LIST": Code(_E, "A query list cannot be read, or lacks a column."),
    "QUERY_ROW": Code(_E, "A row of a query list does not say what it is about, or names what does not exist."),
    "QUERY_AMBIGUOUS": Code(_W, "Several records fit a query of a query list."),
    "COMPARE_FILE": Code(_E, "A file that is to be compared is not there, is damaged or holds no dataset."),
    "COMPARE_KEYS": Code(_E, "Keys or datasets that a comparison is told to use do not exist."),
    "RECONCILE_UNMATCHED": Code(_E, "A published number has no result, or a result id does not exist."),
    "RECONCILE_DIFFERENT": Code(_E, "A published number differs from the result without an explanation."),
    "RECONCILE_EXPLAINED": Code(_N, "A published number differs from the result, with an explanation."),
    "WORKBOOK_FILE": Code(_E, "A spec workbook cannot be read or written."),
    "WORKBOOK_SHEET": Code(_E, "A spec workbook lacks a sheet, has one twice, or has one that nothing reads."),
    "WORKBOOK_COLUMN": Code(_E, "A sheet of a spec workbook lacks a column, or has one that nothing reads."),
    "WORKBOOK_CELL": Code(_E, "A cell of a spec workbook cannot be taken: a formula without a value, merged, no YAML."),
    "WORKBOOK_KEY": Code(_E, "A row of a spec workbook does not say what it is about, or another row says the same."),
    "WORKBOOK_REFERENCE": Code(_E, "A row of a spec workbook refers to something that no other row says."),
    "WORKBOOK_INFORMATION": Code(_W, "A cell that only informs was changed; the change goes nowhere."),
}
