"""Walking from a number back to the lines of the CRF it was made of, and from a line to all that it reaches."""

from crf2tlf.trace.model import RuleLine, VariableReading
from crf2tlf.trace.tracing import Tracing

__all__ = ["RuleLine", "Tracing", "VariableReading"]
