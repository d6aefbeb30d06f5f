"""Random numbers: one stream for each column, derived from names, so that a new form does not change the others."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def uniforms(size: int, seed: int, *names: str) -> Floats:
    """Return numbers between 0 and 1 (neither of them) from the stream with these names.

    The generator is PCG64, started with 128 bits of the SHA-256 of seed and names. It uses integers alone up to the
    last step, so that all machines draw the same numbers.
    """
    digest = sha256("\0".join([str(seed), *names]).encode()).digest()
    generator = np.random.Generator(np.random.PCG64(int.from_bytes(digest[:16], "big")))
    drawn: Any = generator.random(size)
    return np.asarray(drawn + 2.0**-54, dtype=np.float64)
