"""``transport`` in ``specs/study.yaml``: how datasets are written as files."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from crf2tlf.spec.model import SpecModel, Text, as_written

_UNITS = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*(B|KB|MB|GB)", re.IGNORECASE)
_SMALLEST = 1_000


def _as_bytes(value: object) -> object:
    """Turn ``5 GB`` into a number of bytes. A thousand bytes are a KB, so that no reading of a GB is exceeded."""
    match = _SIZE.fullmatch(str(as_written(value)).strip())
    size = int(float(match[1]) * _UNITS[match[2].upper()]) if match else 0
    if size < _SMALLEST:
        raise PydanticCustomError(
            "file_size", "a size is a number with its unit, at least 1 KB, such as 5 GB or 500 MB"
        )
    return size


FileSize = Annotated[
    int,
    BeforeValidator(_as_bytes),
    WithJsonSchema({"type": "string", "pattern": r"^\d+(\.\d+)? *(B|KB|MB|GB)$"}),
]
"""A size such as ``5 GB``, in bytes."""


class TransportSpec(SpecModel):
    """How datasets are written as files."""

    split_above: FileSize = Field(
        default="5 GB",
        validate_default=True,
        description="Transport files above this size (such as 500 MB) are also given in pieces, under split/.",
    )
    originator: Text | None = Field(default=None, description="The organization that Dataset-JSON names as its maker.")
