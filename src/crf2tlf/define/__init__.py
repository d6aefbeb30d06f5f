"""Define-XML 2.1 with Analysis Results Metadata 1.0, and the page that browsers show of it."""

from crf2tlf.define.write import write_define

__all__ = ["write_define"]
