"""Rules on all analysis datasets: variables, flags, paired variables, dates and relative days."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd

from crf2tlf.conform.columns import (
    absent,
    among,
    differ,
    found_in,
    of_subject,
    plain,
    positions,
    present,
    several,
)
from crf2tlf.conform.rule import ERROR, WARNING, Problem, analyses, dataset_rule
from crf2tlf.conform.submitted import Mask, Submitted, SubmittedStudy
from crf2tlf.rules.columns import take
from crf2tlf.standards import adam_variable, adam_variables

_REQUIRED = {"TRTxxP": "TRT01P"}
"""Required variables whose names hold an index: the first is the one that is required."""

_Y_ONLY = r"ABLFL|ANL\d\dFL|ONTRTFL|LVOTFL|TRTEMFL|PREFL|FUPFL|AOCC.*FL|(FAS|ITT|SAF|PPROT|COMPL)[RP]FL"
_DATE_FORMATS = r"(DATE|DDMMYY|MMDDYY|YYMMDD|YYMM|MMYY|MONYY|WORDDATE|WEEKDATE|JULIAN|E8601DA|B8601DA|IS8601DA|NLDATE)"
_DATETIME_FORMATS = r"(DATETIME|DATEAMPM|E8601DT|B8601DT|IS8601DT|NLDATM)"
_TIME_FORMATS = r"(TIME|HHMM|TOD|E8601TM|B8601TM|IS8601TM|NLTIME)"
_DAYS = {"ADT": "ADY", "ASTDT": "ASTDY", "AENDT": "AENDY"}


@dataset_rule("ADAM_NAME", ERROR, applies=analyses)
def dataset_names(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """The name of an analysis dataset begins with AD.

    Source: ADaM Conformance Rules 496; ADaMIG 1.3, fundamentals of the ADaM standard.
    """
    if not dataset.name.startswith("AD"):
        yield Problem("the name does not begin with AD")


@dataset_rule("ADAM_REQUIRED_VARIABLE", ERROR, applies=analyses)
def required_variables(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """A variable that the structure requires is in the dataset.

    Source: ADaMIG 1.3 sections 3.2 and 3.3; ADaM Conformance Rules 47-55, 71, 72, 88, 89, 194, 195.
    """
    required = [name for name, variable in adam_variables(dataset.structure).items() if variable.core == "Req"]
    for name in dict.fromkeys(["STUDYID", "USUBJID", *(_REQUIRED.get(name, name) for name in required)]):
        if not dataset.has(name):
            yield Problem(f"the required variable {name} is not in the dataset", (name,))


@dataset_rule("ADAM_IDENTIFIER_VALUE", ERROR, applies=analyses)
def identifier_values(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """Study, subject and parameter are named in every record.

    Source: ADaMIG 1.3, identifier variables; ADaM Conformance Rules 196, 197.
    """
    for name in (name for name in ("STUDYID", "USUBJID", "PARAM", "PARAMCD") if dataset.has(name)):
        yield Problem(f"{name} is missing", (name,), absent(dataset.text(name)))


@dataset_rule("ADAM_LABEL", WARNING, applies=analyses)
def standard_labels(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """A variable that the guide lists has the guide's label; one with an index may say more at its end.

    Source: ADaM Conformance Rules 708; ADaMIG 1.3 section 3.1.6.
    """
    for name, variable in dataset.variables.items():
        standard = adam_variable(dataset.structure, name)
        if standard is None or not standard.label or standard.name != name:
            continue
        indexed = re.search(r"\d", name) and variable.label.startswith(standard.label)
        if standard.label != variable.label and not indexed:
            yield Problem(f"the label of {name} is {variable.label}, the standard's {standard.label}", (name,))


@dataset_rule("ADAM_SUBJECT", ERROR, applies=analyses, needs=("USUBJID",))
def known_subjects(dataset: Submitted, study: SubmittedStudy) -> Iterator[Problem]:
    """Every subject of an analysis dataset is in ADSL and in DM.

    Source: ADaM Conformance Rules 53, 256; ADaMIG 1.3 section 3.2.
    """
    subject = dataset.text("USUBJID")
    for name in ("ADSL", "DM"):
        source = study.get(name)
        if source is not None and source is not dataset and source.has("USUBJID"):
            lost = present(subject) & ~found_in([subject], [source.text("USUBJID")])
            yield Problem(f"the subject is not in {name}", ("USUBJID",), lost)


def beside_adsl(dataset: Submitted) -> bool:
    """Analysis datasets other than ADSL."""
    return not dataset.sdtm and dataset.name != "ADSL"


@dataset_rule("ADAM_ADSL_VALUE", ERROR, applies=beside_adsl, needs=("USUBJID",))
def values_of_adsl(dataset: Submitted, study: SubmittedStudy) -> Iterator[Problem]:
    """A variable that is also in ADSL has the same values, type and label there.

    Source: ADaM Conformance Rules 85, 86; ADaMIG 1.3 section 3.2.
    """
    adsl = study.get("ADSL")
    if adsl is None or not adsl.has("USUBJID"):
        return
    at = positions([dataset.text("USUBJID")], [adsl.text("USUBJID")])
    for name in (name for name in dataset.names if name in adsl.names and name not in ("STUDYID", "USUBJID")):
        here, there = dataset.variables[name], adsl.variables[name]
        if (here.type, here.label) != (there.type, there.label):
            says = f"{here.type} {here.label}; in ADSL: {there.type} {there.label}"
            yield Problem(f"{name} has another type or label than in ADSL: {says}", (name,))
        wrong = (at >= 0) & differ(dataset.frame[name], take(adsl.frame[name], at))
        yield Problem(f"{name} is not ADSL's", ("USUBJID", name), wrong)


@dataset_rule("ADAM_FLAG", ERROR, applies=analyses)
def flags(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """A flag is Y, N or missing; one that marks records or parameters is Y or missing.

    Source: ADaM Conformance Rules 5, 33, 34, 176, 178, 269-272, 363, 619; ADaMIG 1.3 sections 3.1.4 and 3.3.8.
    """
    for name in (n for n, v in dataset.variables.items() if n.endswith("FL") and v.type == "Char"):
        only = re.fullmatch(_Y_ONLY, name) is not None
        values = dataset.text(name)
        wrong = present(values) & ~among(values, *(("Y",) if only else ("Y", "N")))
        yield Problem(f"{name} is not {'Y' if only else 'Y, N'} or missing", (name,), wrong)


@dataset_rule("ADAM_FLAG_NUMERIC", ERROR, applies=analyses)
def numeric_flags(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """A numeric flag stands beside its character flag, and is 1 for Y, 0 for N and missing where that is missing.

    Source: ADaM Conformance Rules 7, 10-12; ADaMIG 1.3 section 3.1.4.
    """
    for name in (n for n, v in dataset.variables.items() if n.endswith("FN") and v.type == "Num"):
        flag = f"{name[:-1]}L"
        if not dataset.has(flag):
            yield Problem(f"{name} is there without {flag}", (name,))
            continue
        wanted = dataset.text(flag).map({"Y": 1.0, "N": 0.0}).astype("float64")
        yield Problem(f"{name} is not the number of {flag}", (flag, name), differ(dataset.number(name), wanted))


@dataset_rule("ADAM_PAIR", ERROR, applies=analyses)
def paired_variables(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """A variable and its numeric (N) or character (C) version go one to one; a numeric version is not alone.

    Source: ADaM Conformance Rules 64, 75, 521-559, 714-731; ADaMIG 1.3 section 3.1.1.
    """
    within = [dataset.text("PARAMCD")] if dataset.has("PARAMCD") else []
    for name, version in _versions(dataset):
        if not dataset.has(name):
            if adam_variable(dataset.structure, name):
                yield Problem(f"{version} is there without {name}", (version,))
            continue
        one, other = dataset.text(name), dataset.text(version)
        free = within if not version.startswith(("PARAM", "PARCAT", "TRT")) else []
        wrong = several([*free, one], other) | several([*free, other], one)
        yield Problem(f"{name} and {version} do not go one to one", (name, version), wrong)


def _versions(dataset: Submitted) -> Iterator[tuple[str, str]]:
    """Yield the variables with a version of another type, which their standard labels show: ``(N)`` or ``(C)``.

    AVAL and AVALC have a rule of their own.
    """
    for name in dataset.variables:
        standard = adam_variable(dataset.structure, name)
        for mark in ("N", "C"):
            if standard and standard.label.endswith(f"({mark})") and name.endswith(mark):
                pair = _long_name(name[:-1]) if mark == "N" else name[:-1]
                if pair not in ("AVAL", "BASE"):
                    yield pair, name


def _long_name(name: str) -> str:
    """Names of grouping variables lose a letter before the N: AVALCA1N is of AVALCAT1 (ADaMIG 1.3 section 3.3.4)."""
    return re.sub(r"^(P?CHG|AVAL|BASE)CA(\d+)$", r"\1CAT\2", name)


@dataset_rule("ADAM_DATE_VARIABLE", ERROR, applies=analyses)
def date_variables(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """A variable that ends in DT, TM or DTM is numeric and has a date, time or datetime format.

    Source: ADaM Conformance Rules 41-43, 58, 60, 716; ADaMIG 1.3 section 3.1.2.
    """
    for name, variable in dataset.variables.items():
        formats = _format_of(name)
        if formats is None or name.endswith(("ELTM",)):  # planned elapsed times of SDTM are durations
            continue
        if variable.type != "Num":
            yield Problem(f"{name} is not numeric", (name,))
        elif not re.match(formats, variable.format or ""):
            yield Problem(f"{name} has the format {variable.format or 'none'}, which is none of its kind", (name,))


def _format_of(name: str) -> str | None:
    endings = {"DTM": _DATETIME_FORMATS, "TM": _TIME_FORMATS, "DT": _DATE_FORMATS}
    return next((formats for ending, formats in endings.items() if name.endswith(ending) and name != ending), None)


@dataset_rule("ADAM_DATE_ORDER", ERROR, applies=analyses)
def date_order(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """A start is not after its end: dates, datetimes and relative days.

    Source: ADaM Conformance Rules 98, 99, 121, 122, 361, 362.
    """
    pairs = {"ASTDT": "AENDT", "ASTDTM": "AENDTM", "ASTDY": "AENDY"}
    for name in dataset.names:
        if re.search(r".S(DT|DTM|DY)$", name) and not name.startswith(("AST", "AEN")):
            pairs[name] = re.sub(r"S(DT|DTM|DY)$", r"E\1", name)
    for start, end in pairs.items():
        if dataset.has(start, end):
            first, last = dataset.frame[start], dataset.frame[end]
            wrong = plain(first > last) if first.dtype.kind == last.dtype.kind != "O" else np.zeros(dataset.size, bool)
            yield Problem(f"{start} is after {end}", ("USUBJID", start, end), wrong)


@dataset_rule("ADAM_DATE_DATETIME", ERROR, applies=analyses)
def datetimes(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """A date is the day of its datetime.

    Source: ADaM Conformance Rules 45; ADaMIG 1.3 section 3.1.2.
    """
    for name in (name for name in dataset.names if name.endswith("DTM") and dataset.has(name[:-1])):
        moment, date = dataset.date(name), dataset.date(name[:-1])
        both = present(moment) & present(date)
        yield Problem(
            f"{name[:-1]} is not the day of {name}", (name[:-1], name), both & plain(moment.dt.floor("D") != date)
        )


@dataset_rule("ADAM_IMPUTATION_FLAG", ERROR, applies=analyses)
def imputation_flags(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """An imputation flag is a level of the guide, and stands with the date or time that was imputed.

    Source: ADaM Conformance Rules 39, 40, 369, 370; ADaMIG 1.3 section 3.1.3.
    """
    for name in (name for name in dataset.names if re.search(r".(DT|TM)F$", name)):
        flag, root = dataset.text(name), name[:-1]
        levels = ("Y", "M", "D") if name.endswith("DTF") else ("H", "M", "S")
        yield Problem(f"{name} is none of {', '.join(levels)}", (name,), present(flag) & ~among(flag, *levels))
        given = [present(dataset.frame[v]) for v in (root, f"{root[:-2]}DTM", f"{root}M") if dataset.has(v)]
        there: Mask = np.logical_or.reduce(given) if given else np.zeros(dataset.size, dtype=bool)
        yield Problem(f"{name} is given without the date or time", (name, root), present(flag) & ~there)


@dataset_rule("ADAM_DAY_ZERO", ERROR, applies=analyses)
def day_zero(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """There is no relative day 0.

    Source: ADaM Conformance Rules 46; ADaMIG 1.3 section 3.1.2.
    """
    for name in (n for n, v in dataset.variables.items() if n.endswith("DY") and v.type == "Num"):
        yield Problem(f"{name} is 0", ("USUBJID", name), plain(dataset.number(name) == 0))


@dataset_rule("ADAM_RELATIVE_DAY", ERROR, applies=analyses, needs=("USUBJID",))
def relative_days(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """Relative days count from one day for a subject (and parameter), which is day 1; the day before it is day -1.

    Source: ADaMIG 1.3 sections 3.1.2 and 3.3.3 (ADY, ASTDY, AENDY).
    """
    groups = dataset.text("USUBJID").fillna("") + "\t" + dataset.text("PARAMCD").fillna("")
    pairs = [(date, name) for date, name in _DAYS.items() if dataset.has(date, name)]
    if not pairs:
        return
    anchors = {}
    for date, name in pairs:
        number, day = dataset.number(name), (dataset.date(date) - pd.Timestamp(0)).dt.days.astype("float64")
        anchors[name] = day - number + (number > 0)  # the day that is day 1
    every = pd.DataFrame({"group": pd.concat([groups] * len(anchors)), "anchor": pd.concat(list(anchors.values()))})
    counts = every.dropna().value_counts().reset_index()  # the most frequent first
    usual = counts.drop_duplicates("group").set_index("group")["anchor"]
    wanted = groups.map(usual)
    for date, name in pairs:
        wrong = present(anchors[name]) & plain(anchors[name] != wanted)
        yield Problem(
            f"{name} counts {date} from another day than the subject's others", ("USUBJID", date, name), wrong
        )


def treated(dataset: Submitted) -> bool:
    """Analysis datasets with a treatment in each record."""
    return not dataset.sdtm and (dataset.has("TRTP") or dataset.has("TRTA"))


@dataset_rule("ADAM_TREATMENT", ERROR, applies=treated, needs=("USUBJID",))
def treatments(dataset: Submitted, study: SubmittedStudy) -> Iterator[Problem]:
    """The treatment of a record is one of the subject's treatments in ADSL.

    Source: ADaM Conformance Rules 720; ADaMIG 1.3, record-level treatment variables.
    """
    adsl = study.get("ADSL")
    if adsl is None:
        return
    for name, last in (("TRTP", "P"), ("TRTA", "A")):
        periods = [v for v in adsl.names if re.fullmatch(rf"TRT\d\d{last}", v)]
        if not dataset.has(name) or not periods:
            continue
        values = dataset.text(name)
        same = [plain(values == of_subject(dataset, adsl, period)) for period in periods]
        wrong = present(values) & ~np.logical_or.reduce(same)
        yield Problem(f"{name} is no treatment of the subject in ADSL", ("USUBJID", name), wrong)
