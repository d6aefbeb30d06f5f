"""The texts of the site's interface, in English and Japanese. Study data are never translated."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal, get_args

from ruamel.yaml import YAML

Language = Literal["en", "ja"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


@cache
def interface_texts(language: Language) -> Mapping[str, str]:
    """Return all texts of a language by key (``output.numerator``), in the order of its file."""
    source = files("crf2tlf.review").joinpath("texts", f"{language}.yaml").read_text(encoding="utf-8")
    return MappingProxyType(YAML(typ="safe", pure=True).load(source))


def interface_text(language: Language, key: str, **values: object) -> str:
    """Return a text with its ``{name}`` places filled in, whole numbers with separators between thousands.

    Raises KeyError for a key or a place that does not exist: a mistake of the program.
    """
    shown = {name: f"{value:,}" if isinstance(value, int) else value for name, value in values.items()}
    return interface_texts(language)[key].format(**shown)
