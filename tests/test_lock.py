"""The lock file installs on any Python that the project takes, from anybody's package index."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import metadata
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).parents[1]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PINNED = re.findall(r"^([A-Za-z0-9._-]+)==", LOCK, flags=re.MULTILINE)
OLDEST = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["requires-python"]


@pytest.mark.parametrize("name", PINNED)
def test_a_pinned_release_takes_the_oldest_python(name: str) -> None:
    """The first release of the oldest minor version counts: Debian's is 3.11.2."""
    wanted = metadata(name)["Requires-Python"] or ""
    assert SpecifierSet(wanted).contains(f"{OLDEST.removeprefix('>=')}.0"), f"{name} takes Python {wanted} only"


def test_every_pin_has_a_hash_and_no_address() -> None:
    assert len(PINNED) > 50
    assert all(
        re.search(rf"^{re.escape(name)}==\S+ \\\n    --hash=sha256:", LOCK, flags=re.MULTILINE) for name in PINNED
    )
    assert "://" not in LOCK
