"""Methods of a study's own, from ``specs/methods.py``: code, and so never run unless a person allows it."""

from __future__ import annotations

import functools
import traceback
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from crf2tlf.findings import Findings, Place, nearest
from crf2tlf.methods.catalogue import CATALOGUE, Kind, Method

FILE = "specs/methods.py"
DTYPES: dict[Kind, Any] = {Kind.TEXT: "str", Kind.NUMBER: "float64", Kind.DATE: "datetime64[s]", Kind.TRUTH: "boolean"}

_entered: set[str] = set()


def enter_own_methods(root: Path, names: Iterable[str], declared: Place, findings: Findings, *, allowed: bool) -> None:
    """Enter the methods ``names`` of a study into the catalogue, in place of those of a study before it.

    The file is run only where ``allowed``; it and what it imports can do anything that its user can. Reported as
    METHODS_NOT_ALLOWED: methods are named but not allowed; as METHODS_FILE: the file is missing or fails, a name is not
    one of its methods, or is one of the program's own. ``declared`` is where the study names them.
    """
    for name in _entered:
        CATALOGUE.pop(name, None)
    _entered.clear()
    wanted = list(names)
    if not wanted:
        return
    if not allowed:
        message = f"names methods of {FILE}, which is code: read it, then run the command with --methods"
        findings.add("METHODS_NOT_ALLOWED", declared, message)
        return
    made = _run(root / FILE, findings)
    for name in wanted:
        if name in made:
            CATALOGUE[name] = replace(made[name], function=_guarded(made[name]))
            _entered.add(name)
        elif made or not findings.errors:
            message = f"{FILE} has no method {name}{nearest(name, made)}; a method is a function under @method()"
            findings.add("METHODS_FILE", declared, message)


def _run(path: Path, findings: Findings) -> dict[str, Method]:
    """Run the file and return the methods that it makes; the catalogue stays as it was."""
    before = dict(CATALOGUE)
    try:
        exec(compile(path.read_text(encoding="utf-8"), FILE, "exec"), {"__name__": "specs.methods"})
        return {name: entry for name, entry in CATALOGUE.items() if name not in before}
    except OSError as error:
        findings.add("METHODS_FILE", Place(FILE), f"cannot be read: {error.strerror}")
    except SyntaxError as error:
        findings.add("METHODS_FILE", Place(FILE, error.lineno or 0), f"is not Python: {error.msg}")
    except (Exception, SystemExit) as error:  # whatever the study's code raises; its exit() is not the program's
        findings.add("METHODS_FILE", Place(FILE, _line(error)), f"cannot be run: {type(error).__name__}: {error}")
    finally:
        for name in CATALOGUE.keys() - before.keys():
            del CATALOGUE[name]
    return {}


def _guarded(entry: Method) -> Callable[..., Any]:
    """Return the method's function; a mistake in it is a refusal of its arguments, not the end of the program."""

    @functools.wraps(entry.function)
    def call(*given: Any, **named: Any) -> Any:
        try:
            result = entry.function(*given, **named)
        except ValueError:
            raise
        except (Exception, SystemExit) as error:  # whatever the study's code raises; its exit() is not the program's
            raise ValueError(f"{entry.name} fails in {FILE}:{_line(error)}: {type(error).__name__}: {error}") from error
        return _checked(entry, result, [value for value in (*given, *named.values()) if isinstance(value, pd.Series)])

    return call


def _checked(entry: Method, result: Any, columns: list[pd.Series]) -> Any:
    """Check that a method gives what its signature says: a column as long as its arguments, of its kind."""
    if not isinstance(result, pd.Series):
        raise ValueError(f"{entry.name} gives {type(result).__name__}; a method gives a pandas Series")
    if entry.shape == "columns" and columns and len(result) != len(columns[0]):
        raise ValueError(f"{entry.name} gives {len(result)} values for {len(columns[0])} records")
    wanted = DTYPES.get(entry.result)
    if wanted is None:
        return result
    try:
        found: Any = result.astype(wanted)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{entry.name} gives {result.dtype}, which is no {entry.result}: {error}") from error
    return found.where(found != "") if entry.result is Kind.TEXT else found


def _line(error: BaseException) -> int:
    """Return the line of the study's file at which an error came up."""
    lines = [frame.lineno or 0 for frame in traceback.extract_tb(error.__traceback__) if frame.filename == FILE]
    return lines[-1] if lines else 0
