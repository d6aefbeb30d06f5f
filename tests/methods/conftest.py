"""What the tests of methods share: a record of what a method reports."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pytest


@dataclass
class Reported:
    """Takes the place of the engine's report; keeps the code and the positions of the reported records."""

    items: list[tuple[str, list[int]]] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)

    def __call__(self, mask: Any, code: str, message: str, values: pd.Series | None = None) -> None:
        positions = np.flatnonzero(np.asarray(mask, dtype=bool)).tolist()
        if positions:
            self.items.append((code, positions))
            shown = [] if values is None else [str(value) for value in values.iloc[positions]]
            self.messages.append(message.replace("{value}", ", ".join(shown)))


@pytest.fixture
def reported() -> Reported:
    return Reported()
