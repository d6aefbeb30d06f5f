"""Texts as Define-XML takes them, and attributes without those that are not given."""

from __future__ import annotations

import re
from typing import Any

import odmlib.arm_1_0.model as arm

LANGUAGE = "en"

_ILLEGAL = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SAS_NAME = re.compile("[A-Za-z_][A-Za-z0-9_]{0,7}")


def legal(text: str) -> str:
    """Return a text with ``?`` for characters that XML 1.0 cannot hold (its section 2.2)."""
    return _ILLEGAL.sub("?", text)


def one_line(text: str) -> str:
    """Return a text as an attribute takes it: XML readers turn line breaks there into blanks."""
    return " ".join(legal(text).split())


def given(**attributes: Any) -> dict[str, Any]:
    """Return the attributes that are given: neither None nor an empty text; texts are made legal."""
    cleaned = {name: legal(value) if isinstance(value, str) else value for name, value in attributes.items()}
    return {name: value for name, value in cleaned.items() if value is not None and value != ""}


def translated(text: str) -> arm.TranslatedText:
    """Return a text in its language."""
    return arm.TranslatedText(lang=LANGUAGE, _content=legal(text))


def description(text: str) -> arm.Description:
    """Return a description with one text."""
    return arm.Description(TranslatedText=[translated(text)])


def described(text: str) -> dict[str, arm.Description]:
    """Return the ``Description`` of an element, or nothing where the text is empty (a draft may lack labels)."""
    return {"Description": description(text)} if text.strip() else {}


def sas_name(name: str) -> str | None:
    """Return a name that a transport file can hold, or None for another, which only a draft may have."""
    return name if _SAS_NAME.fullmatch(name) else None
