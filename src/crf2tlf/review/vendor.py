"""The front-end libraries that the site ships: ``static/vendor/vendor.yaml`` lists them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from ruamel.yaml import YAML

FOLDER = files("crf2tlf.review").joinpath("static", "vendor")


@dataclass(frozen=True)
class Library:
    """A vendored library: its files with their SHA-256, and its licence's file among them."""

    name: str
    version: str
    licence: str
    files: Mapping[str, str]

    @property
    def folder(self) -> str:
        """The folder of its files, under ``vendor``."""
        return f"{self.name}-{self.version}"

    @property
    def loaded(self) -> tuple[str, ...]:
        """The files that a page loads, in the order they are listed."""
        return tuple(file for file in self.files if file.endswith((".js", ".css")))


@cache
def vendored() -> Mapping[str, Library]:
    """Return the vendored libraries by name."""
    listed = YAML(typ="safe", pure=True).load(FOLDER.joinpath("vendor.yaml").read_text(encoding="utf-8"))
    libraries = (
        Library(
            entry["name"], str(entry["version"]), entry["licence"], {f["file"]: f["sha256"] for f in entry["files"]}
        )
        for entry in listed
    )
    return MappingProxyType({library.name: library for library in libraries})
