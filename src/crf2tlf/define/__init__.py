"""Define-XML 2.1 with Analysis Results Metadata 1.0, and the page that browsers show of it."""

from crf2tlf.define.check import check_define
from crf2tlf.define.document import define_xml
from crf2tlf.define.page import define_html, stylesheet
from crf2tlf.define.write import write_define

__all__ = ["check_define", "define_html", "define_xml", "stylesheet", "write_define"]
