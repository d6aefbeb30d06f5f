"""The file that the measured numbers are kept in: each benchmark has keys of its own."""

from __future__ import annotations

import json
import platform
from pathlib import Path

RESULTS = Path(__file__).resolve().parent / "results.json"


def keep(numbers: dict[str, object]) -> None:
    """Replace these keys of the results, and say which machine they are of; other keys stay."""
    known = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    machine = f"{platform.machine()}, Python {platform.python_version()}"
    RESULTS.write_text(json.dumps({**known, "machine": machine, **numbers}, indent=1) + "\n", encoding="utf-8")
