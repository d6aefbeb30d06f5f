"""The package for the gateway: folders, names, programs, checksums, and the criteria for technical rejection."""

from crf2tlf.submit.layout import FOLDER, Layout, layout_of
from crf2tlf.submit.manifest import verify_manifest
from crf2tlf.submit.package import Package, assemble

__all__ = ["FOLDER", "Layout", "Package", "assemble", "layout_of", "verify_manifest"]
