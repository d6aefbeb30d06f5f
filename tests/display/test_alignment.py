import pytest

from crf2tlf.display.alignment import padded


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        # n (%): units under units, "(" under "("; a digit is two spaces wide
        (["3 (33)", "12 (100)", "0 (0)"], ["__3_(33)__", "12_(100)", "__0_(0)____"]),
        # decimals under decimals
        (["7.3", "105.1", "9"], ["____7.3", "105.1", "____9___"]),
        # a range beside n (%)
        (["63 (42–80)", "3 (33)"], ["63_(42–80)", "__3_(33)______"]),
        # what is no number stays, and stays centred on its own
        (["3 (33)", "Not reached", "", "9.8–65.5"], ["3_(33)", "Not reached", "", "9.8–65.5"]),
        (["Yes", "No"], ["Yes", "No"]),
        # signs belong to the whole part
        (["−1", "12"], ["−1", "12"]),
        ([], []),
    ],
)
def test_padding(given: list[str], expected: list[str]) -> None:
    assert [text.replace("\u00a0", "_") for text in padded(given)] == expected


def test_padding_never_changes_the_text() -> None:
    texts = ["3 (33.3)", "12 (100)", "<0.001", "1,204 (8.1)", "NE"]
    assert [text.replace("\u00a0", " ").strip() for text in padded(texts)] == texts
