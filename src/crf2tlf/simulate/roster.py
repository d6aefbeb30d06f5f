"""The subjects of a simulated study: their numbers, by site."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from crf2tlf.methods.catalogue import Integers
from crf2tlf.simulate.cells import fields_of, patterned, texts
from crf2tlf.simulate.defaults import column_like, defaults
from crf2tlf.simulate.streams import uniforms
from crf2tlf.spec.form import FormSpec


@dataclass(frozen=True)
class Roster:
    """Subjects sorted by site and number; ``subject`` is what stands in the subject column of every form."""

    subject: pd.Series[Any]
    site: pd.Series[Any]
    number: Integers

    @property
    def size(self) -> int:
        """How many subjects there are."""
        return len(self.number)

    def fields(self) -> dict[str, pd.Series[Any]]:
        """Return what patterns may name: {site}, {number} and {subject}."""
        return {"site": self.site, "number": texts(self.number.astype(str)), "subject": self.subject}


def make_roster(forms: Mapping[str, FormSpec], size: int, seed: int) -> Roster:
    """Spread subjects over sites, some of which enrol more than others, and number them at each site."""
    names = _sites(forms, size)
    weights = np.cumsum(uniforms(len(names), seed, "site", "size") + 0.25)
    drawn = np.searchsorted(weights, uniforms(size, seed, "subject", "site") * weights[-1], side="right")
    at = np.sort(np.minimum(drawn, len(names) - 1))
    site = texts(np.array(names, dtype=object)[at])
    pattern = _pattern(forms)
    by_site = "site" in fields_of(pattern)
    number = np.arange(size) + 1 - (np.searchsorted(at, at, side="left") if by_site else 0)
    fields = {"site": site, "number": texts(number.astype(str)), "record": texts(np.arange(1, size + 1).astype(str))}
    return Roster(patterned(pattern, fields, size), site, number)


def _sites(forms: Mapping[str, FormSpec], size: int) -> list[str]:
    """Return the sites: the codes of a site column, else as many as a form says or as the number of subjects asks."""
    for form in forms.values():
        name = column_like(form, defaults().site)
        column = form.columns[name] if name else None
        listed = column and (column.codes or (column.simulate.values if column.simulate else None))
        if listed:
            return list(listed)
    told = [form.simulate.sites for form in forms.values() if form.simulate and form.simulate.sites]
    count = told[0] if told else max(1, min(-(-size // defaults().subjects_a_site), 99))
    return [f"{number:02d}" for number in range(1, count + 1)]


def _pattern(forms: Mapping[str, FormSpec]) -> str:
    """Return the pattern of subject numbers: the first that a form's subject column gives."""
    columns = [form.columns[form.subject] for form in forms.values()]
    given = [column.simulate.pattern for column in columns if column.simulate and column.simulate.pattern]
    usable = [pattern for pattern in given if fields_of(pattern) <= {"site", "number", "record"}]
    if usable:
        return usable[0]
    return "{record}" if any(column.kind in ("integer", "number") for column in columns) else defaults().subject
