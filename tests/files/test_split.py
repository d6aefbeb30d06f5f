"""Pieces of a large file: subjects stay together where they fit, and nothing is lost or doubled."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crf2tlf.files.split import piece_names, split_positions


# the subjects of the records, how many records a piece takes, the records of each piece
@pytest.mark.parametrize(
    ("subjects", "most", "pieces"),
    [
        # everything fits
        ("aabb", 4, ["0123"]),
        # subjects stay together: the second piece begins with a new one
        ("aabbb", 4, ["01", "234"]),
        ("aabbccc", 4, ["0123", "456"]),
        # a subject larger than a piece is parted; what is left of it goes with the next ones
        ("aaaaabc", 3, ["012", "3456"[:3], "6"]),
        ("abbbbb", 3, ["0", "123", "45"]),
        # records not sorted by subject: each piece keeps the order of the whole
        ("abcabc", 4, ["0134", "25"]),
        # a missing subject is one as others are
        ("aa..b", 3, ["01", "234"]),
        ("", 3, []),
    ],
)
def test_pieces(subjects, most, pieces):
    column = pd.Series([None if s == "." else s for s in subjects], dtype="str")
    found = split_positions(column, len(column), most)
    assert ["".join(map(str, piece)) for piece in found] == pieces


def test_records_without_subjects_stand_for_themselves():
    assert [piece.tolist() for piece in split_positions(None, 5, 2)] == [[0, 1], [2, 3], [4]]


def test_a_piece_has_at_least_one_record():
    with pytest.raises(ValueError, match="at least one"):
        split_positions(None, 5, 0)


@given(subjects=st.lists(st.sampled_from("abcdef"), max_size=40), most=st.integers(1, 12))
def test_pieces_are_together_the_whole(subjects, most):
    column = pd.Series(subjects, dtype="str")
    pieces = split_positions(column, len(column), most)
    assert sorted(np.concatenate([[], *pieces]).tolist()) == list(range(len(column)))
    assert all(0 < len(piece) <= most and (np.diff(piece) > 0).all() for piece in pieces)
    for subject in set(subjects):
        if subjects.count(subject) <= most and all(subjects.count(s) <= most for s in subjects):
            assert sum(subject in set(column.iloc[piece]) for piece in pieces) == 1


@pytest.mark.parametrize(
    ("dataset", "pieces", "taken", "names"),
    [
        ("LB", 2, [], ["LB1", "LB2"]),
        # sorted as they follow each other
        ("LB", 10, [], [f"LB{n:02d}" for n in range(1, 11)]),
        # at most 8 characters
        ("ADTTEEFF", 2, [], ["ADTTEEF1", "ADTTEEF2"]),
        # no other dataset's name
        ("FA", 2, ["FA1"], ["FA01", "FA02"]),
    ],
)
def test_names_of_pieces(dataset, pieces, taken, names):
    assert piece_names(dataset, pieces, taken) == names
