"""Lineage: from each record to the records it came from, from each variable to the variables it was made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.conftest import Built, form

from crf2tlf.build.lineage import lineage, record_lineage

BuildSmall = Callable[[dict[str, str]], Built]

FILES = {
    **form("f", "SUBJ DAY N"),
    "raw/f.csv": "SUBJ,DAY,N\n2,2020-01-02,5\n1,2020-01-03,3\n1,2020-01-01,4\n1,2020-01-02,\n",
    **form("g", "SUBJ WORD"),
    "raw/g.csv": "SUBJ,WORD\n1,x\n2,y\n",
    "specs/adam/ax.yaml": """\
        dataset: AX
        keys: [USUBJID, K, DAY]
        rows:
          - {from: raw.f, where: N is not None, set: {K: {value: a, label: K}, N: {rule: number(N), label: N}}}
          - {from: AX, where: N > 3, set: {K: {value: b, label: K}, N: {rule: N, label: N}}}
          - {from: raw.f, group: [USUBJID], set: {K: {value: c, label: K}, N: {rule: count(source.DAY), label: N}, DAY: {rule: max(source.DAY), label: D}}}
          - {from: AX, group: [USUBJID], set: {K: {value: d, label: K}, N: {rule: sum(source.N), label: N}, DAY: {rule: min(source.DAY), label: D}}}
        variables:
          USUBJID: USUBJID
          DAY: {rule: DAY, label: Day}
          WORD: {rule: raw.g.WORD, label: Word}
          NOTE: {rule: 'WORD + "!" if K == "a" else None', label: Note}
          HOWMANY: {rule: count(raw.g), label: How many}
        """,  # noqa: E501
    "specs/adam/ay.yaml": """\
        dataset: AY
        keys: [USUBJID]
        rows: [{from: AX, group: USUBJID}]
        variables: {USUBJID: USUBJID, N: {rule: sum(source.N), label: N}}
        """,
}


def found(built: Built, dataset: str) -> dict[str, Any]:
    assert built.build is not None
    result: dict[str, Any] = lineage(built.build, [built.build.datasets[dataset]])[dataset]
    return result


def sources(built: Built, dataset: str, table: str) -> list[list[int]]:
    """The source records of each record of a dataset: lines of a form, record numbers of a dataset."""
    link = found(built, dataset)["records"][table]
    starts = zip(link["offsets"], link["offsets"][1:], strict=False)
    return [sorted(link["sources"][start:stop]) for start, stop in starts]


def test_records(build_small: BuildSmall) -> None:
    built = build_small(FILES)
    assert built.codes == []
    assert built.values("AX", "K") == ["a", "a", "b", "c", "d", "a", "b", "c", "d"]
    assert sources(built, "AX", "raw.f") == [
        *([4], [3]),  # the records that are copied, in the order of the keys
        [4],  # the record made of one of them: stages are taken together
        [3, 4, 5],  # a group of raw records
        [3, 4, 5],  # a group of all records above, which came from these lines, each once
        *([2], [2], [2], [2]),
    ]
    assert list(found(built, "AX")["records"]) == ["raw.f"]
    assert sources(built, "AY", "AX") == [[1, 2, 3, 4, 5], [6, 7, 8, 9]]  # record numbers of the finished dataset


def test_variables(build_small: BuildSmall) -> None:
    used = found(build_small(FILES), "AX")["variables"]
    assert used["WORD"] == ["AX.USUBJID", "raw.g.USUBJID", "raw.g.WORD"]
    assert used["NOTE"] == ["AX.K", "AX.WORD"]
    assert used["K"] == ["AX.K"] or used["K"] == []
    assert "raw.g" in "".join(used["HOWMANY"])


def test_a_finding_about_a_group_names_its_raw_lines(build_small: BuildSmall) -> None:
    files = dict(FILES)
    files["specs/adam/ay.yaml"] = (
        FILES["specs/adam/ay.yaml"]
        .replace("keys: [USUBJID]", "keys: [STUDYID]")
        .replace("variables: {", "variables: {STUDYID: study.STUDYID, ")
    )
    built = build_small(files)
    assert built.codes == ["KEY_DUPLICATE"]
    places = [built.findings.items[0].place, *built.findings.items[0].records]
    assert [str(place) for place in places] == [f"raw/f.csv:{n}" for n in (2, 3, 4, 5)]


def test_a_dataset_without_records_has_empty_lineage(build_small: BuildSmall) -> None:
    files = dict(FILES)
    files["specs/adam/az.yaml"] = """\
        dataset: AZ
        keys: [USUBJID]
        rows: [{from: AX, where: N > 99}]
        variables: {USUBJID: USUBJID}
        """
    assert found(build_small(files), "AZ")["records"] == {"AX": {"offsets": [0], "sources": []}}


def test_supplemental_qualifiers_come_from_their_parents_records(build_small: BuildSmall) -> None:
    files = {**FILES, "specs/sdtm/ce.yaml": """\
        dataset: CE
        keys: [USUBJID, CESTDTC]
        rows: [{from: raw.f}]
        variables:
          STUDYID: study.STUDYID
          DOMAIN: {value: CE}
          USUBJID: USUBJID
          CETERM: {value: Event}
          CESTDTC: DAY
          CESEQ: sequence()
        supplemental: {CEN: {rule: N, label: Number}, CEW: {rule: raw.g.WORD, label: Word, origin: Assigned}}
        """}  # fmt: skip
    built = build_small(files)
    assert built.build is not None
    assert sources(built, "SUPPCE", "raw.f") == [[4], [4], [5], [3], [3], [2], [2]]
    assert found(built, "SUPPCE")["variables"]["QVAL"] == ["CE.USUBJID", "raw.f.N", "raw.g.USUBJID", "raw.g.WORD"]
    assert len(record_lineage(built.build, built.build.datasets["SUPPCE"])) == 1
