"""The same bytes from the same results: nothing of the clock, the machine or the order of writing stays in a file."""

from __future__ import annotations

import zipfile
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

_EARLIEST_IN_ZIP = (1980, 1, 1, 0, 0, 0)
_FIRST_MEMBER = "[Content_Types].xml"
_UNIX, _READABLE = 3, 0o644 << 16


def release_time(timestamp: str) -> datetime:
    """Return the release timestamp (ISO 8601; no zone means UTC) as the naive UTC time that Office files state."""
    time = datetime.fromisoformat(timestamp)
    return time.astimezone(UTC).replace(tzinfo=None) if time.tzinfo else time


def write_archive(content: bytes, path: Path) -> Path:
    """Write a docx or xlsx archive with its members in a fixed order and without times of their own."""
    with zipfile.ZipFile(BytesIO(content)) as source, zipfile.ZipFile(path, "w") as target:
        for name in sorted(source.namelist(), key=lambda name: (name != _FIRST_MEMBER, name)):
            member = zipfile.ZipInfo(name, _EARLIEST_IN_ZIP)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.create_system, member.external_attr = _UNIX, _READABLE
            target.writestr(member, source.read(name))
    return path
