"""The files that the measured numbers are kept in: benchmarks that share one have keys of their own."""

from __future__ import annotations

import json
import platform
from pathlib import Path

RESULTS = Path(__file__).resolve().parent / "results.json"


def keep(numbers: dict[str, object], file: Path = RESULTS) -> None:
    """Replace these keys of the results, and say which machine they are of; other keys stay."""
    known = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    machine = f"{platform.machine()}, Python {platform.python_version()}"
    file.write_text(json.dumps({**known, "machine": machine, **numbers}, indent=1) + "\n", encoding="utf-8")
