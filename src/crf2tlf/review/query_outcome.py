"""What became of a query, for a person, a program, and the list that is written back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from crf2tlf.review.query_list import Query, QueryList


class Outcome(StrEnum):
    """What became of a query."""

    ANSWERED = "answered"
    OPEN = "still open"
    CHANGED = "changed"
    GONE = "gone"
    AMBIGUOUS = "ambiguous"
    CLOSED = "closed"
    FAULTY = "faulty"


MEANINGS = {
    Outcome.ANSWERED: "the value in question (without a column, the record) is another one, or the finding is gone",
    Outcome.OPEN: "nothing changed",
    Outcome.CHANGED: "the value in question is the same, others of the record changed",
    Outcome.GONE: "the record or cell is no longer there",
    Outcome.AMBIGUOUS: "several records fit",
    Outcome.CLOSED: "closed in the list, not looked at",
    Outcome.FAULTY: "the row of the list cannot be used",
}


@dataclass(frozen=True)
class FollowUp:
    """What became of a query: the value in question then and now, what else of its record changed, and where it is."""

    query: Query
    outcome: Outcome
    was: str = ""
    now: str = ""
    changed: tuple[tuple[str, str, str], ...] = ()
    place: str = ""
    note: str = ""

    @property
    def columns(self) -> dict[str, str]:
        """The columns that the follow-up adds to the list; an open query that is answered gets that STATUS."""
        answered = self.query.status == "open" and self.outcome is Outcome.ANSWERED
        return {
            "OUTCOME": self.outcome.value,
            "WAS": self.was,
            "NOW": self.now,
            "CHANGED": "; ".join(f"{column}: {_shown(old)} → {_shown(new)}" for column, old, new in self.changed),
            "PLACE": self.place,
            "NOTE": self.note,
            **({"STATUS": "answered"} if answered else {}),
        }


def _shown(value: str) -> str:
    return value or "(blank)"


def as_data(followed: FollowUp) -> dict[str, object]:
    """Return what became of a query as plain data."""
    query = followed.query
    asked = ("id", "status", "subject", "table", "line", "column", "output", "cell", "finding", "text")
    return {
        **{name: getattr(query, name) for name in asked},
        "row": query.place.line,
        "outcome": followed.outcome.value,
        **{name: getattr(followed, name) for name in ("was", "now", "place", "note")},
        "changed": [{"column": column, "was": was, "now": now} for column, was, now in followed.changed],
    }


def outcome_columns(listed: QueryList, followed: Mapping[int, FollowUp]) -> dict[int, Mapping[str, str]]:
    """Return for each row of a list what the follow-up says; a row that is no query is faulty."""
    faulty = {"OUTCOME": Outcome.FAULTY.value}
    return {n: followed[n].columns if n in followed else faulty for n in range(len(listed.rows))}


def counted(followed: Iterable[FollowUp]) -> str:
    """Return how many queries there are of each outcome, as a line."""
    counts = Counter(one.outcome for one in followed)
    told = ", ".join(f"{counts[outcome]} {outcome.value}" for outcome in Outcome if counts[outcome])
    return f"queries: {counts.total()}{f' ({told})' if told else ''}"
