"""Rules on the trial summary and the other trial design datasets."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from crf2tlf.conform.columns import absent, among, plain, present, repeated, several
from crf2tlf.conform.dates import day, is_date, is_duration
from crf2tlf.conform.rule import ERROR, WARNING, Problem, dataset_rule, named
from crf2tlf.conform.submitted import Submitted, SubmittedStudy

ALWAYS = (
    *("ACTSUB", "ADAPT", "ADDON", "AGEMAX", "AGEMIN", "DCUTDESC", "DCUTDTC", "FCNTRY", "HLTSUBJI", "LENGTH", "NARMS"),
    *("OBJPRIM", "PLANSUB", "RANDOM", "REGID", "SENDTC", "SEXPOP", "SPONSOR", "SSTDTC", "STOPRULE", "STYPE"),
    *("TBLIND", "TCNTRL", "TITLE", "TPHASE", "TTYPE"),
)
"""The parameters that the guide has in every trial summary."""

AGENCIES = (
    *("EXTTIND", "NCOHORT", "OBJSEC", "OUTMSPRI", "PDPSTIND", "PDSTIND", "PIPIND", "RDIND", "SDTIGVER", "SDTMVER"),
    *("THERAREA", "TINDTP"),
)
"""The parameters that agencies ask for beside them."""

INTERVENTIONAL = ("INDIC", "INTMODEL", "INTTYPE", "PCLAS", "TRT")
"""The parameters of a trial of an intervention."""

DATED = ("SSTDTC", "SENDTC", "DCUTDTC", "CSRARDTC")
DURATIONS = ("AGEMAX", "AGEMIN", "LENGTH", "CRMDUR", "SDMDUR", "PLNTRDUR", "PTRTDUR", "TRGFUDUR")


@dataset_rule("TS_START_DATE", ERROR, applies=named("TS"), needs=("TSPARMCD", "TSVAL"))
def study_start(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """TS has a study start date (SSTDTC) that is a complete ISO 8601 date.

    Source: FDA rejection criterion 1734 (FDA Validator Rules TRC1734).
    """
    start = among(dataset.text("TSPARMCD"), "SSTDTC")
    if not start.any():
        yield Problem("there is no study start date: no record with TSPARMCD SSTDTC", ("TSPARMCD",))
    unreadable = start & np.isnat(day(dataset.text("TSVAL")))
    yield Problem("the study start date is no complete ISO 8601 date", ("TSPARMCD", "TSVAL"), unreadable)


@dataset_rule("TS_PARAMETER", ERROR, applies=named("TS"), needs=("TSPARMCD",))
def parameters_present(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """TS has every parameter that a trial summary always has.

    Source: SDTMIG 3.4 section 7.4.2.1; FDA Study Data Technical Conformance Guide, appendix B.
    """
    yield from _lacking(dataset, ALWAYS)


@dataset_rule("TS_PARAMETER_AGENCY", WARNING, applies=named("TS"), needs=("TSPARMCD", "TSVAL"))
def agency_parameters(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """TS has the parameters that agencies ask for, and those of an intervention where the trial has one.

    Source: FDA Study Data Technical Conformance Guide, appendix B; FDA Validator Rules FB1111; PMDA validation
    rules.
    """
    observed = among(dataset.text("TSPARMCD"), "STYPE") & among(dataset.text("TSVAL"), "OBSERVATIONAL")
    yield from _lacking(dataset, AGENCIES if observed.any() else (*AGENCIES, *INTERVENTIONAL))


def _lacking(dataset: Submitted, wanted: tuple[str, ...]) -> Iterator[Problem]:
    there = set(dataset.text("TSPARMCD").dropna())
    for name in (name for name in wanted if name not in there):
        yield Problem(f"there is no parameter {name}", ("TSPARMCD",))


@dataset_rule("TS_VALUE", ERROR, applies=named("TS"), needs=("TSVAL", "TSVALNF"))
def values_or_flavors(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """A parameter has a value, or a null flavor that says why it has none, and not both.

    Source: SDTMIG 3.4 section 7.4.2 (SDTM Conformance Rules CG0259-CG0262).
    """
    value, flavor = present(dataset.text("TSVAL")), present(dataset.text("TSVALNF"))
    shown = ("TSPARMCD", "TSVAL", "TSVALNF")
    yield Problem("neither TSVAL nor TSVALNF is given", shown, ~value & ~flavor)
    yield Problem("both TSVAL and TSVALNF are given", shown, value & flavor)
    further = np.logical_or.reduce(
        [present(dataset.text(name)) for name in dataset.names if name in ("TSVAL1", "TSVAL2")] or [value & ~value]
    )
    yield Problem("TSVAL1 is given without TSVAL", shown, further & ~value)


@dataset_rule("TS_VALUE_FORMAT", ERROR, applies=named("TS"), needs=("TSPARMCD", "TSVAL"))
def parameter_formats(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """Dates and durations among the parameters are ISO 8601.

    Source: SDTMIG 3.4 section 7.4.2.1 (SDTM Conformance Rules CG0270).
    """
    name, value = dataset.text("TSPARMCD"), dataset.text("TSVAL")
    shown = ("TSPARMCD", "TSVAL")
    dated = among(name, *DATED) & present(value) & ~is_date(value)
    yield Problem("the value is no ISO 8601 date", shown, dated)
    lasting = among(name, *DURATIONS) & present(value) & ~is_duration(value)
    yield Problem("the value is no ISO 8601 duration", shown, lasting)


@dataset_rule("TS_NAME", ERROR, applies=named("TS"), needs=("TSPARMCD", "TSPARM", "TSSEQ"))
def parameter_names(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """TSPARMCD (at most 8 characters) and TSPARM (at most 40) go one to one, and TSSEQ tells a parameter's records
    apart.

    Source: SDTMIG 3.4 section 7.4.2 (SDTM Conformance Rules CG0257, CG0258, CG0268, CG0307).
    """
    code, name = dataset.text("TSPARMCD"), dataset.text("TSPARM")
    pairs = several([code], name) | several([name], code)
    yield Problem("TSPARMCD and TSPARM do not go one to one", ("TSPARMCD", "TSPARM"), pairs)
    long = plain(code.str.len() > 8) | plain(name.str.len() > 40)
    yield Problem("TSPARMCD or TSPARM is too long", ("TSPARMCD", "TSPARM"), long)
    again = repeated([code, dataset.number("TSSEQ")], present(code))
    yield Problem("TSSEQ is not unique for the parameter", ("TSPARMCD", "TSSEQ"), again)


@dataset_rule("TS_DICTIONARY", ERROR, applies=named("TS"), needs=("TSVAL", "TSVALCD", "TSVCDREF", "TSVCDVER"))
def dictionaries(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """A dictionary version names its dictionary, and a code and its value go one to one.

    Source: SDTMIG 3.4 section 7.4.2 (SDTM Conformance Rules CG0265, CG0266).
    """
    version, reference = present(dataset.text("TSVCDVER")), absent(dataset.text("TSVCDREF"))
    yield Problem("TSVCDVER is given without TSVCDREF", ("TSVCDREF", "TSVCDVER"), version & reference)
    code, value = dataset.text("TSVALCD"), dataset.text("TSVAL")
    pairs = several([dataset.text("TSVCDREF"), code], value) | several([dataset.text("TSVCDREF"), value], code)
    yield Problem("TSVALCD and TSVAL do not go one to one", ("TSVAL", "TSVALCD"), pairs)


@dataset_rule("TA_ARMS", ERROR, applies=named("TA"), needs=("ARMCD", "ARM", "TAETORD"))
def planned_arms(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """In TA, an arm's code (at most 20 characters) and name go one to one, and TAETORD orders its elements.

    Source: SDTMIG 3.4 section 7.2.1 (SDTM Conformance Rules CG0247, CG0248); FDA Validator Rules FB0902.
    """
    code, name, order = dataset.text("ARMCD"), dataset.text("ARM"), dataset.number("TAETORD")
    pairs = several([code], name) | several([name], code)
    yield Problem("ARMCD and ARM do not go one to one", ("ARMCD", "ARM"), pairs)
    yield Problem("ARMCD is longer than 20 characters", ("ARMCD",), plain(code.str.len() > 20))
    again = repeated([code, order], present(order)) | plain(order % 1 != 0)
    yield Problem("TAETORD is not a whole number that the arm has once", ("ARMCD", "TAETORD"), again)


@dataset_rule("TE_RULES", ERROR, applies=named("TE"), needs=("ETCD", "TESTRL"))
def element_rules(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """An element in TE has a start rule, and an end rule or a duration; its code has at most 8 characters.

    Source: SDTMIG 3.4 section 7.2.2 (SDTM Conformance Rules CG0246, CG0325, CG0328, CG0329).
    """
    code = dataset.text("ETCD")
    yield Problem(
        "ETCD is not unique, or longer than 8 characters",
        ("ETCD",),
        repeated([code], present(code)) | plain(code.str.len() > 8),
    )
    yield Problem("TESTRL is missing", ("ETCD", "TESTRL"), absent(dataset.text("TESTRL")))
    endless = absent(dataset.text("TEENRL")) & absent(dataset.text("TEDUR"))
    yield Problem("neither TEENRL nor TEDUR is given", ("ETCD", "TEENRL", "TEDUR"), endless)


@dataset_rule("TI_CRITERIA", ERROR, applies=named("TI"), needs=("IETESTCD", "IETEST", "IECAT"))
def criteria(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """A criterion in TI is there once in a version of the protocol, as INCLUSION or EXCLUSION, with its text.

    Source: SDTMIG 3.4 section 7.4.1 (SDTM Conformance Rules CG0255, CG0256).
    """
    code = dataset.text("IETESTCD")
    versions = [dataset.text("TIVERS")] if dataset.has("TIVERS") else []
    yield Problem("IETESTCD stands twice", ("IETESTCD",), repeated([code, *versions], present(code)))
    category = ~among(dataset.text("IECAT"), "INCLUSION", "EXCLUSION")
    yield Problem("IECAT is not INCLUSION or EXCLUSION", ("IETESTCD", "IECAT"), category)
