"""The catalogue of named derivations, one topic a file; importing this package fills the catalogue.

A new method needs a function with :func:`~crf2tlf.methods.catalogue.method` in a topic file, and no entry here.
"""

from importlib import import_module
from pkgutil import iter_modules

from crf2tlf.methods.catalogue import CATALOGUE, Any_, Date, Kind, Method, Number, Report, Text, Truth, Window, method

__all__ = [
    "CATALOGUE",
    "Any_",
    "Date",
    "Kind",
    "Method",
    "Number",
    "Report",
    "Text",
    "Truth",
    "Window",
    "method",
]

for _topic in sorted(module.name for module in iter_modules(__path__)):
    import_module(f"{__name__}.{_topic}")
