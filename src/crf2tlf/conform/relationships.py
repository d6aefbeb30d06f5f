"""Rules on supplemental qualifiers, comments and related records: what they refer to is there."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from crf2tlf.conform.columns import absent, among, found_in, matches, plain, present, repeated, several
from crf2tlf.conform.rule import ERROR, WARNING, Problem, dataset_rule, named, starting
from crf2tlf.conform.submitted import Mask, Submitted, SubmittedStudy

_LINK = ("RDOMAIN", "IDVAR", "IDVARVAL", "RELID")


def _parents(dataset: Submitted, study: SubmittedStudy) -> Iterator[tuple[Submitted | None, str, str, Mask]]:
    """Yield each parent dataset and variable that records refer to, and which records do.

    The parent is None where the study has no such dataset; a domain that was split has several, and any of them counts.
    """
    pairs = pd.DataFrame({"domain": dataset.text("RDOMAIN").fillna(""), "variable": dataset.text("IDVAR").fillna("")})
    for (domain, variable), part in pairs.groupby(["domain", "variable"], sort=True):
        if domain:
            chosen = np.zeros(dataset.size, dtype=bool)
            chosen[part.index] = True
            yield study.get(str(domain)), str(domain), str(variable), chosen


def _refers(dataset: Submitted, parent: Submitted, variable: str, chosen: Mask) -> Mask:
    """Whether each chosen record's value of IDVAR is one of the parent's, for the same subject where one is named."""
    value = dataset.text("IDVARVAL").str.strip()
    known = parent.text(variable)
    if parent.has("USUBJID") and present(dataset.text("USUBJID"))[chosen].all():
        return found_in([dataset.text("USUBJID"), value], [parent.text("USUBJID"), known])
    return found_in([value], [known])


def _unresolved(dataset: Submitted, study: SubmittedStudy) -> Iterator[Problem]:
    shown = ("RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL")
    for parent, domain, variable, chosen in _parents(dataset, study):
        if parent is None:
            if not any(other.domain == domain for other in study.sdtm):
                yield Problem(f"there is no dataset {domain}", ("RDOMAIN",), chosen)
        elif not variable:
            subject = dataset.text("USUBJID")
            if parent.has("USUBJID"):
                lost = chosen & present(subject) & ~found_in([subject], [parent.text("USUBJID")])
                yield Problem(f"{domain} has no record of the subject", shown, lost)
        elif not parent.has(variable):
            yield Problem(f"{variable} is not a variable of {domain}", ("RDOMAIN", "IDVAR"), chosen)
        else:
            given = chosen & present(dataset.text("IDVARVAL"))
            if given.any():
                lost = given & ~_refers(dataset, parent, variable, given)
                yield Problem(f"{domain} has no record with this {variable}", shown, lost)


@dataset_rule("SUPP_PARENT", ERROR, applies=starting("SUPP"), needs=("RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL"))
def supplemental_parents(dataset: Submitted, study: SubmittedStudy) -> Iterator[Problem]:
    """A supplemental qualifier belongs to a record that is there; RDOMAIN is the domain in the dataset's name.

    Source: SDTMIG 3.4 section 8.4 (SDTM Conformance Rules CG0203, CG0204, CG0334, CG0370, CG0371).
    """
    domain, variable = dataset.text("RDOMAIN"), dataset.text("IDVAR")
    expected = dataset.name.removeprefix("SUPP")
    wrong = plain(domain.fillna("") != expected) & plain(domain.fillna("") != expected[:2])
    yield Problem(f"RDOMAIN is not {expected}", ("RDOMAIN",), wrong)
    yield Problem("IDVAR is missing", ("RDOMAIN", "IDVAR"), absent(variable) & ~among(domain, "DM"))
    one = present(variable) ^ present(dataset.text("IDVARVAL"))
    yield Problem("only one of IDVAR and IDVARVAL is given", ("IDVAR", "IDVARVAL"), one)
    yield from _unresolved(dataset, study)


@dataset_rule("SUPP_NAME", ERROR, applies=starting("SUPP"), needs=("QNAM", "QLABEL"))
def qualifier_names(dataset: Submitted, study: SubmittedStudy) -> Iterator[Problem]:
    """QNAM is a name of at most 8 capitals, digits and underscores and no variable of the parent's domain; QNAM and
    QLABEL (at most 40 characters) go one to one.

    Source: SDTMIG 3.4 section 2.5 and 8.4 (SDTM Conformance Rules CG0314, CG0416, CG0417); FDA Validator Rules
    FB0920.
    """
    name, label = dataset.text("QNAM"), dataset.text("QLABEL")
    bad = present(name) & ~matches(name, "[A-Z_][A-Z0-9_]{0,7}")
    yield Problem("QNAM cannot be a variable's name", ("QNAM",), bad)
    yield Problem("QLABEL is longer than 40 characters", ("QLABEL",), plain(label.str.len() > 40))
    pairs = several([name], label) | several([label], name)
    yield Problem("QNAM and QLABEL do not go one to one", ("QNAM", "QLABEL"), pairs)
    parent = study.get(dataset.name.removeprefix("SUPP"))
    if parent is not None:
        yield Problem("QNAM is a variable of the parent's domain", ("QNAM",), among(name, *parent.names))


@dataset_rule("SUPP_UNIQUE", ERROR, applies=starting("SUPP"), needs=("USUBJID", "IDVAR", "IDVARVAL", "QNAM"))
def unique_qualifiers(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """A parent record has a qualifier only once.

    Source: SDTMIG 3.4 section 8.4 (SDTM Conformance Rules CG0411).
    """
    keys = ("RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL", "QNAM")
    again = repeated([dataset.text(key) for key in keys], np.ones(dataset.size, dtype=bool))
    yield Problem("the qualifier stands twice for the record", keys, again)


@dataset_rule("SUPP_VALUE", ERROR, applies=starting("SUPP"), needs=("QNAM", "QVAL", "QORIG"))
def qualifier_values(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """A supplemental qualifier has a value and an origin.

    Source: SDTMIG 3.4 section 8.4.
    """
    for name in ("QVAL", "QORIG"):
        yield Problem(f"{name} is missing", ("QNAM", name), absent(dataset.text(name)))


@dataset_rule("COMMENT_PARENT", ERROR, applies=named("CO"), needs=("RDOMAIN", "IDVAR", "IDVARVAL"))
def comment_parents(dataset: Submitted, study: SubmittedStudy) -> Iterator[Problem]:
    """A comment on a record names a domain, a variable and a value that are there.

    Source: SDTMIG 3.4 sections 5.1 and 8.5 (SDTM Conformance Rules CG0164, CG0166, CG0370, CG0371).
    """
    variable, value = present(dataset.text("IDVAR")), present(dataset.text("IDVARVAL"))
    shown = ("RDOMAIN", "IDVAR", "IDVARVAL")
    alone = absent(dataset.text("RDOMAIN")) & (variable | value)
    yield Problem("IDVAR or IDVARVAL is given without RDOMAIN", shown, alone)
    yield Problem("only one of IDVAR and IDVARVAL is given", shown, variable ^ value)
    yield from _unresolved(dataset, study)


@dataset_rule("RELATED_RECORDS", ERROR, applies=named("RELREC"), needs=(*_LINK, "USUBJID"))
def related_records(dataset: Submitted, study: SubmittedStudy) -> Iterator[Problem]:
    """Related records and datasets are there, and a relationship has more than one side.

    Source: SDTMIG 3.4 sections 8.2.1 and 8.3 (SDTM Conformance Rules CG0200, CG0201, CG0370, CG0371, CG0374).
    """
    yield from _unresolved(dataset, study)
    subject, relation = dataset.text("USUBJID"), dataset.text("RELID")
    sides = repeated([subject, relation], np.ones(dataset.size, dtype=bool))
    yield Problem("the relationship has one side only", ("USUBJID", "RELID"), ~sides)
    whole = absent(dataset.text("IDVARVAL"))
    untyped = whole & absent(dataset.text("RELTYPE"))
    yield Problem("a relationship of datasets has no RELTYPE", ("RDOMAIN", "IDVAR", "RELTYPE"), untyped)
    typed = ~whole & present(dataset.text("RELTYPE"))
    yield Problem("a relationship of records has a RELTYPE", ("RDOMAIN", "IDVARVAL", "RELTYPE"), typed)


@dataset_rule("RELATED_DATASETS", WARNING, applies=named("RELREC"), needs=(*_LINK, "RELTYPE"))
def related_datasets(dataset: Submitted, study: SubmittedStudy) -> Iterator[Problem]:
    """Related datasets share values of their link, and the side that is ONE has each only once for a subject.

    Source: SDTMIG 3.4 section 8.3.
    """
    whole = absent(dataset.text("IDVARVAL")) & present(dataset.text("RELTYPE"))
    frame = pd.DataFrame({n: dataset.text(n) for n in ("RDOMAIN", "IDVAR", "RELTYPE", "RELID")})[whole]
    links: dict[str, list[tuple[int, Submitted, str]]] = {}
    for at, domain, variable, kind, relation in frame.itertuples():  # a line for each pair of datasets, not for records
        side = study.get(str(domain))
        if side is None or not side.has(str(variable), "USUBJID"):
            continue
        links.setdefault(str(relation), []).append((at, side, str(variable)))
        values = side.text(str(variable))
        if kind == "ONE" and repeated([side.text("USUBJID"), values], present(values)).any():
            yield Problem(f"{variable} is not unique in {domain}, the side that is ONE", ("RELID",), _one(dataset, at))
    for sides in links.values():
        for at, side, variable in sides:
            mine = side.text(variable)
            shared = [
                found_in([side.text("USUBJID"), mine], [other.text("USUBJID"), other.text(link)]).any()
                for other_at, other, link in sides
                if other_at != at
            ]
            if shared and not any(shared):
                yield Problem(
                    f"{side.name}.{variable} shares no value with the other side", ("RELID",), _one(dataset, at)
                )


def _one(dataset: Submitted, at: int) -> Mask:
    chosen = np.zeros(dataset.size, dtype=bool)
    chosen[at] = True
    return chosen


@dataset_rule("LINK_SHARED", WARNING, applies=lambda dataset: dataset.has("--LNKID") or dataset.has("--LNKGRP"))
def shared_links(dataset: Submitted, study: SubmittedStudy) -> Iterator[Problem]:
    """A link identifier is in more than one dataset.

    Source: SDTMIG 3.4 section 4.2.6 (SDTM Conformance Rules CG0022, CG0024).
    """
    for name in (name for name in ("--LNKID", "--LNKGRP") if dataset.has(name)):
        others = [other for other in study.sdtm if other.name != dataset.name and other.has(name)]
        if not others:
            yield Problem(f"no other dataset has a {name}", (name,))
