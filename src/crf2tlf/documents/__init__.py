"""The reviewer's guides and the annotated CRF, as Word and PDF."""

from crf2tlf.documents.acrf import write_acrf
from crf2tlf.documents.guides import guides, write_guides

__all__ = ["guides", "write_acrf", "write_guides"]
