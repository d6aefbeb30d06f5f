"""Two sides compared dataset by dataset: what stands on one side only, and what differs on both."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from crf2tlf.compare.align import Tolerance
from crf2tlf.compare.datasets import DatasetComparison, compare_tables, in_the_case_of
from crf2tlf.compare.keys import guess_keys
from crf2tlf.compare.results import CellChange, compare_results
from crf2tlf.compare.sides import Side
from crf2tlf.compare.table import Table
from crf2tlf.findings import Findings, Place, nearest

BY_POSITION = "by position"


@dataclass(frozen=True)
class Options:
    """How to compare: keys that the user states, tolerance, variables left out (``AESEQ`` or ``AE.AESEQ``).

    With ``common`` what only one side has, datasets and variables, is no difference.
    """

    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    tolerance: Tolerance = field(default_factory=Tolerance)
    ignored: Collection[str] = ()
    only: Collection[str] = ()
    attributes: bool = True
    common: bool = False

    def ignored_in(self, dataset: str) -> set[str]:
        """Return the variables that are left out of a dataset's comparison."""
        own = {name.partition(".")[2] for name in self.ignored if name.upper().startswith(f"{dataset.upper()}.")}
        return own | {name for name in self.ignored if "." not in name}


@dataclass(frozen=True)
class Comparison:
    """All that differs between two sides."""

    only_old: tuple[str, ...]
    only_new: tuple[str, ...]
    datasets: tuple[DatasetComparison, ...]
    cells: tuple[CellChange, ...] = ()
    results_compared: bool = False

    @property
    def equal(self) -> bool:
        """Whether nothing differs."""
        return not (self.only_old or self.only_new or self.cells) and all(d.equal for d in self.datasets)


def compare_sides(
    old: Side, new: Side, options: Options, findings: Findings, progress: Callable[[str], None] = lambda _: None
) -> Comparison:
    """Compare two sides; two single files are compared whatever their names are.

    Findings: COMPARE_FILE (a dataset or results that cannot be read; it is not compared), COMPARE_KEYS (keys that the
    user states and a dataset lacks).
    """
    names = _pairs(old, new)
    chosen = {
        n: o for n, o in names.items() if not options.only or n.upper() in {name.upper() for name in options.only}
    }
    datasets = []
    for name, name_in_old in chosen.items():
        progress(f"comparing {name}")
        before, after = old.tables[name_in_old](), new.tables[name]()
        if before is not None and after is not None:
            datasets.append(_compared(before, after, (old, new), options, findings))
    _report_unknown(options, {**{n: n for n in names}, **{n: n for n in old.tables}}, findings)
    results = old.results and new.results and not options.only
    both_only = bool(options.only) or options.common
    return Comparison(
        () if both_only else tuple(n for n in old.tables if n not in names.values()),
        () if both_only else tuple(n for n in new.tables if n not in names),
        tuple(datasets),
        compare_results(old.results, new.results, findings) if old.results and new.results and results else (),
        bool(results),
    )


def _pairs(old: Side, new: Side) -> dict[str, str]:
    """Return for each dataset of both sides its name in the new and in the old side."""
    if len(old.tables) == len(new.tables) == 1:
        return dict(zip(new.tables, old.tables, strict=True))
    return {name: name for name in new.tables if name in old.tables}


def _compared(
    old: Table, new: Table, sides: tuple[Side, Side], options: Options, findings: Findings
) -> DatasetComparison:
    old = in_the_case_of(old, new)
    ignored = options.ignored_in(new.name)
    keys, source = _keys(old, new, sides, options, ignored, findings)
    return compare_tables(
        old,
        new,
        keys,
        source,
        options.tolerance,
        ignored=ignored,
        with_attributes=options.attributes,
        common_only=options.common,
    )


def _keys(
    old: Table, new: Table, sides: tuple[Side, Side], options: Options, ignored: Collection[str], findings: Findings
) -> tuple[tuple[str, ...], str]:
    """Return the keys and what states them: the user, the specs or files of the new and old side, else the data."""
    stated = {name.upper(): keys for name, keys in options.keys.items()}.get(new.name.upper())
    if stated is not None:
        lacking = [key for key in stated if key not in new.frame or key not in old.frame]
        if not lacking:
            return stated, "--keys"
        near = nearest(lacking[0], [name for name in new.names if name in old.frame])
        findings.add("COMPARE_KEYS", Place(new.name), f"--keys names {lacking[0]}, which not both sides have{near}")
    for side, which in ((sides[1], "NEW"), (sides[0], "OLD")):
        known, source = side.keys.get(new.name, ((), ""))
        if known and all(key in new.frame and key in old.frame and key not in ignored for key in known):
            return known, f"{source} of {which}"
    found = guess_keys(old, new, ignored)
    return (found, "found in the data") if found else ((), BY_POSITION)


def _report_unknown(options: Options, known: Mapping[str, str], findings: Findings) -> None:
    """Report datasets that the user names and neither side has."""
    upper = {name.upper() for name in known}
    for option, names in (("--keys", options.keys), ("--only", options.only)):
        for name in names:
            if name.upper() not in upper:
                message = f"{option} names a dataset that neither side has{nearest(name, known)}"
                findings.add("COMPARE_KEYS", Place(name), message)
