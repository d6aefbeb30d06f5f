"""Specs as an Excel workbook and back, in the shape of Pinnacle 21's workbooks."""
