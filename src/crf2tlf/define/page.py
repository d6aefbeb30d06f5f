"""The page that people read: define.xml transformed with the stylesheet that goes with it."""

from __future__ import annotations

from importlib.resources import files

from lxml import etree


def stylesheet() -> bytes:
    """Return the stylesheet for Define-XML 2.1 (MIT, by Lex Jansen; its licence stands at its head)."""
    return files("defineutils.definehtml").joinpath("define2-1.xsl").read_bytes()


def define_html(xml: bytes) -> bytes:
    """Return a Define-XML document as an HTML page, for browsers, which no longer run stylesheets themselves."""
    transform = etree.XSLT(etree.fromstring(stylesheet()))
    return bytes(transform(etree.fromstring(xml)))
