"""Record methods of row sources in words: times to an event, and best overall responses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from crf2tlf.build.planned import PlannedSource
from crf2tlf.metadata.parts import Part
from crf2tlf.metadata.references import tree_of
from crf2tlf.metadata.words import Words
from crf2tlf.spec import Study
from crf2tlf.spec.dataset import BestOverallResponse, DatedSource, ResponseSource, TimeToEvent
from crf2tlf.spec.model import Rule

_TIME_TO_EVENT = {
    "STARTDT": "The origin",
    "ADT": "The date of the event or of the censoring",
    "AVAL": "The time from the origin to the event or censoring",
    "CNSR": "0 for an event; for a censoring the number that its source gives",
    "EVNTDESC": "The description of the event",
    "CNSDTDSC": "The description of the censoring",
    "SRCDOM": "The dataset of the record that gives the date",
    "SRCVAR": "The variable that gives the date",
    "SRCSEQ": "The sequence number of the record that gives the date",
}
_BEST_RESPONSE = {
    "AVALC": "The best overall response by RECIST 1.1",
    "ADT": "The date of the assessment that the best overall response is from",
    "SRCDOM": "The dataset of the assessment that the best overall response is from",
    "SRCVAR": "The variable with the response that is the best",
    "SRCSEQ": "The sequence number of the assessment that the best overall response is from",
}


def record_method_words(study: Study, part: Part) -> str:
    """Return what a column that a record method adds holds, and how the method works, in words."""
    source = part.source
    if part.variable.startswith("SRC"):  # how the record was chosen is told with the date or the response
        words = _TIME_TO_EVENT if source is not None and source.spec.time_to_event else _BEST_RESPONSE
        return f"{words[part.variable]}."
    if source is not None and source.spec.time_to_event:
        return _sentences(_TIME_TO_EVENT[part.variable], _time_to_event(study, part, source, source.spec.time_to_event))
    if source is not None and source.spec.best_overall_response:
        method = source.spec.best_overall_response
        return _sentences(_BEST_RESPONSE[part.variable], _best_response(study, part, source, method))
    return ""


def _sentences(first: str, others: Iterable[str]) -> str:
    return " ".join(f"{text}." for text in (first, *others))


def _time_to_event(study: Study, part: Part, source: PlannedSource, method: TimeToEvent) -> Iterator[str]:
    yield f"Origin: {_words(study, part, method.start)}"
    yield f"Event: the earliest of {'; '.join(_dated(study, part, event) for event in method.events)}"
    if method.censor:
        dated = "; ".join(f"{_dated(study, part, given)}, CNSR {given.censor}" for given in method.censor)
        yield f"Without an event, censoring at the latest of {dated}"
    if method.new_therapy:
        given = method.new_therapy
        yield (
            f"A new therapy ({_words(study, part, given.date)}) before an event censors at the last of these dates "
            f"that is not after it ({given.description}, CNSR {given.censor})"
        )
    if method.missed_assessments:
        missed = method.missed_assessments
        days = source.method_days.get("missed_days")
        yield (
            f"An event more than {days} days after the last assessment before it censors at that assessment "
            f"({missed.description}, CNSR {missed.censor})"
        )
    yield f"Without any such date, censoring at the origin ({method.no_assessment}, CNSR 1)"
    month = " of 30.4375 days" if method.unit == "months" else ""
    yield f"Times are in {method.unit}{month}; the first and the last day both count"


def _dated(study: Study, part: Part, given: DatedSource) -> str:
    return f"{given.description}: {given.from_}.{given.date}{_where(study, part, given)}"


def _where(study: Study, part: Part, given: DatedSource | ResponseSource) -> str:
    """Return the condition of a dataset's records in words; bare names are that dataset's variables."""
    return f" where {_words(study, part, given.where)}" if given.where else ""


def _best_response(study: Study, part: Part, source: PlannedSource, method: BestOverallResponse) -> Iterator[str]:
    given, days = method.responses, source.method_days
    yield f"Responses: {given.from_}.{given.response} at {given.from_}.{given.date}{_where(study, part, given)}"
    if method.until:
        yield f"Assessments after {_words(study, part, method.until)} do not count"
    yield "Assessments before the start or after a progression do not count"
    if "confirm_days" in days:
        yield (
            f"CR and PR are confirmed by a second assessment at least {days['confirm_days']} days later, with at most "
            f"{method.not_evaluable_between} NE and, for a PR, {method.stable_between} SD between them"
        )
    else:
        yield "CR and PR need no confirmation"
    start = _words(study, part, method.start)
    yield f"Stable disease lasts at least {days.get('stable_days', 0)} days from {start}"
    yield f"A subject without any assessment has {method.missing}"


def _words(study: Study, part: Part, rule: Rule) -> str:
    tree = tree_of(rule)
    return Words(study, part).expression(tree) if tree else rule.text
