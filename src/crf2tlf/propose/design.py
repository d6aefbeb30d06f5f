"""What raw data tell of the study's design: its identifier and its arms."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from crf2tlf.propose.assign import ColumnProposal, not_an_arm
from crf2tlf.propose.facts import MOST_CODES
from crf2tlf.propose.forms import Form
from crf2tlf.propose.study import arm_fault, is_identifier

STUDY_NAMES = ("STUDYID", "STUDY", "PROJECT")
"""What the column of the study's identifier is called."""


@dataclass(frozen=True)
class Found:
    """Something that the raw data tell: texts, and the columns that they stand in."""

    texts: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()


def study_of(forms: Sequence[Form]) -> Found:
    """Return the study's identifier: the only value of the columns called so; nothing where they differ."""
    for name in STUDY_NAMES:
        columns = [column for form in forms for column in form.columns if column.bare == name and not column.empty]
        values = {value for column in columns for value in column.values}
        if len(values) == 1 and is_identifier(min(values)):
            return Found(tuple(values), tuple(dict.fromkeys(column.header for column in columns)))
    return Found()


def arms_of(proposals: Iterable[ColumnProposal]) -> Found:
    """Return the arms as texts CODE=Name, from the columns that go to DM's planned and actual arm; controls come last.

    A code that is missing, or that cannot be an element's, is made from the name. Nothing where there are more
    than MOST_CODES arms, or names that cannot be taken.
    """
    mine = [p for p in proposals if p.dataset == "DM" and p.confidence != "guess"]
    names: dict[str, str] = {}
    columns: list[str] = []
    for label, code in (("ARM", "ARMCD"), ("ACTARM", "ACTARMCD")):
        by_label = next((p for p in mine if p.variable == label), None)
        by_code = next((p for p in mine if p.variable == code), None)
        columns += [p.column.header for p in (by_label, by_code) if p is not None]
        for own_code, name in _pairs(by_label, by_code):
            if name not in names.values():
                names[own_code if _usable(own_code, name, names) else _made_code(name, names)] = name
    usable = 0 < len(names) <= MOST_CODES and not any(arm_fault(code, name) for code, name in names.items())
    ordered = sorted(names.items(), key=lambda arm: "placebo" in arm[1].casefold())
    return Found(tuple(f"{code}={name}" for code, name in ordered), tuple(columns)) if usable else Found()


def _pairs(by_label: ColumnProposal | None, by_code: ColumnProposal | None) -> Iterator[tuple[str, str]]:
    """Yield code and name of each arm in the order of the file; one stands for the other where that is missing."""
    first = by_label or by_code
    if first is None:
        return
    together = [p for p in (by_code, by_label) if p is not None and p.form is first.form]
    frame = first.form.extract.frame[[p.column.header for p in together]].dropna()
    for values in dict.fromkeys(frame.itertuples(index=False, name=None)):
        texts = [str(value).strip() for value in values]
        if all(texts) and not any(not_an_arm(text) for text in texts):
            yield (texts[0] if together[0] is by_code else ""), texts[-1]


def _usable(code: str, name: str, taken: Iterable[str]) -> bool:
    return code not in taken and arm_fault(code, name) is None


def _made_code(name: str, taken: Iterable[str]) -> str:
    code = re.sub(r"[^A-Z0-9]", "", name.upper())[:8] or "ARM"
    numbered = (f"{code[:6]}{number}" for number in range(1, 100))
    return next((one for one in (code, *numbered) if _usable(one, name, taken)), code)
