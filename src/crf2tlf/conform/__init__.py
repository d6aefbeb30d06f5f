"""Conformance of what was generated: the rules of the project itself, and those of CDISC CORE as a separate process."""
