"""Simulated raw extracts: plausible data made from form specs alone, before the first patient."""

from __future__ import annotations

from crf2tlf.simulate.extract import simulate, size_of, write_extract

__all__ = ["simulate", "size_of", "write_extract"]
