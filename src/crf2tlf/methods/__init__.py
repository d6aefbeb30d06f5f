"""The catalogue of named derivations, one topic a file; importing this package fills the catalogue."""

from crf2tlf.methods.catalogue import CATALOGUE, Kind, Method

__all__ = ["CATALOGUE", "Kind", "Method"]
