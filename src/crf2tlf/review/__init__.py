"""The review site: a folder of static pages that leads from any number of a study back to the lines of its CRF."""

from crf2tlf.review.model import Review
from crf2tlf.review.site import write_site

__all__ = ["Review", "write_site"]
