import pytest

from crf2tlf.display.text import clean, file_names, printable, sheet_names

from . import samples


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("plain", "plain"),
        ("bell\x07 and null\x00", "bell and null"),  # illegal in XML 1.0
        ("vertical\x0btab\x1f\x7f", "verticaltab"),
        ("one\r\ntwo\rthree\nfour", "one\ntwo\nthree\nfour"),
        ("a\tb", "a b"),
        ("not a character \ufffe", "not a character "),
        ("患者は食欲不振 ≥ 3 – 𠮷", "患者は食欲不振 ≥ 3 – 𠮷"),  # all that XML allows stays
    ],
)
def test_clean_drops_only_what_xml_forbids(given: str, expected: str) -> None:
    assert clean(given) == expected


def test_every_text_of_an_output_is_cleaned() -> None:
    dirty = samples.table(
        [samples.Column(label="St\x00ub")],
        [samples.row("ce\x01ll")],
        title="ti\x02tle",
        population="popu\x03lation",
        footnotes=("no\x04te",),
    )
    assert not set("\x00\x01\x02\x03\x04") & set(printable(samples.results(dirty)).model_dump_json())
    assert "\\u000" not in printable(samples.results(dirty)).model_dump_json()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["table-1", "figure-2a"], ["table-1", "figure-2a"]),
        (["../../etc/passwd", "/abs", ".hidden"], ["--..-etc-passwd", "-abs", "-hidden"]),  # stays in the folder
        (["a/b", "a:b"], ["a-b", "a-b-2"]),
        (["tlf", "Table", "table"], ["tlf-2", "Table", "table-2"]),  # also told apart without case
        ([""], ["output"]),
    ],
)
def test_file_names(given: list[str], expected: list[str]) -> None:
    assert file_names(given) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["table-1"], ["table-1"]),
        (["a[1]:*?/\\b"], ["a-1-b"]),  # characters that Excel forbids
        (["'quoted'"], ["quoted"]),
        (["x" * 40, "X" * 40], ["x" * 31, "X" * 29 + "-2"]),
        (["Contents", "history"], ["Contents-2", "history-2"]),  # ours, and Excel's own
    ],
)
def test_sheet_names(given: list[str], expected: list[str]) -> None:
    assert sheet_names(given, taken=["Contents"]) == expected
