"""The command line: reads arguments, calls the workflow, prints findings. No logic of its own.

Exit codes: 0 done; 1 the study has errors (nothing was written, or drafts were); 2 the command was called wrongly.
"""

import io
import sys

from crf2tlf.cli import building, diff, drift, init, queries, review, simulate, spec, trace
from crf2tlf.cli.console import app

__all__ = ["app", "building", "diff", "drift", "init", "main", "queries", "review", "simulate", "spec", "trace"]


def main() -> None:
    """Run the command line; characters that the terminal lacks are no reason to stop."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    app()
