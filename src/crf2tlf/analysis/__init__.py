"""Table specs + ADaM datasets → results as data, with the record keys behind every number."""

from crf2tlf.analysis.analyse import analyse

__all__ = ["analyse"]
