"""Output folders are replaced when the new files are complete, and stay as they were otherwise."""

import pytest

from crf2tlf.files.atomic import staged


def fill(folder, files):
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def content(folder):
    return {str(p.relative_to(folder)): p.read_text() for p in sorted(folder.rglob("*")) if p.is_file()}


def nothing(_):
    return False


# the folder before, the new files, what is kept, the folder after
REPLACED = [
    # a first build
    ({}, {"ae.xpt": "new"}, nothing, {"ae.xpt": "new"}),
    # replaced, added, and removed because the new set lacks it
    (
        {"ae.xpt": "old", "cm.xpt": "old"},
        {"ae.xpt": "new", "dm.xpt": "new"},
        nothing,
        {"ae.xpt": "new", "dm.xpt": "new"},
    ),
    # kept although the new set lacks it
    (
        {"README.md": "by hand", "ae.xpt": "old"},
        {"dm.xpt": "new"},
        lambda path: path.suffix == ".md",
        {"README.md": "by hand", "dm.xpt": "new"},
    ),
    # sub-folders; one left empty goes
    (
        {"figures/a.png": "old", "old/b.png": "old"},
        {"figures/a.png": "new"},
        nothing,
        {"figures/a.png": "new"},
    ),
    # an empty new set removes everything
    ({"ae.xpt": "old"}, {}, nothing, {}),
]


@pytest.mark.parametrize(("before", "new", "keep", "after"), REPLACED)
def test_a_complete_set_takes_the_place_of_the_old(tmp_path, before, new, keep, after):
    folder = tmp_path / "sdtm"
    fill(folder, before)
    with staged(folder, keep) as staging:
        fill(staging, new)
    assert content(folder) == after
    assert [p for p in tmp_path.iterdir() if p != folder] == []
    assert not (folder / "old").exists()


@pytest.mark.parametrize("problem", [RuntimeError, KeyboardInterrupt])
def test_a_crash_leaves_the_last_good_outputs(tmp_path, problem):
    folder = tmp_path / "sdtm"
    fill(folder, {"ae.xpt": "good", "cm.xpt": "good"})

    def build():
        with staged(folder, nothing) as staging:
            fill(staging, {"ae.xpt": "half"})
            raise problem

    with pytest.raises(problem):
        build()
    assert content(folder) == {"ae.xpt": "good", "cm.xpt": "good"}
    assert list(tmp_path.iterdir()) == [folder]


@pytest.mark.parametrize(
    ("before", "new"), [({"a/b": "good"}, {"a": "new", "c": "new"}), ({"a": "good"}, {"0": "new", "a/b": "new"})]
)
def test_an_obstacle_is_found_before_anything_moves(tmp_path, before, new):
    folder = tmp_path / "sdtm"
    fill(folder, before)

    def build():
        with staged(folder, nothing) as staging:
            fill(staging, new)

    with pytest.raises(FileExistsError):
        build()
    assert content(folder) == before


def test_a_link_is_replaced_not_followed(tmp_path):
    folder, elsewhere = tmp_path / "sdtm", tmp_path / "elsewhere"
    fill(elsewhere, {"precious": "kept", "deep/too": "kept"})
    folder.mkdir()
    (folder / "ae.xpt").symlink_to(elsewhere / "precious")
    (folder / "linked").symlink_to(elsewhere / "deep")
    with staged(folder, nothing) as staging:
        fill(staging, {"ae.xpt": "new"})
    assert content(folder) == {"ae.xpt": "new"}
    assert content(elsewhere) == {"precious": "kept", "deep/too": "kept"}
