"""Taking proposals: a person names files or variables, and they move to where the build reads them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from crf2tlf.findings import Findings, Place, nearest
from crf2tlf.propose.proposals import FOLDER
from crf2tlf.spec.load import FOLDERS, spec_files

ALL = "all"
_HEADER = re.compile(r"# PROPOSED.*\n(?:#   crf2tlf init .*\n)*")
_REASON = re.compile(r" +# (?:sure|likely|guess): .*$")
_NAME = re.compile(r"(?P<file>[a-z]+/[^./]+)(?:\.(?P<variable>[A-Z][A-Z0-9_]*))?")


def accept(study: Path, names: Sequence[str], findings: Findings) -> list[str]:
    """Take the proposals of the names: ``raw/ae``, ``sdtm/ae``, ``sdtm/ae.AETERM``, ``raw``, ``all``.

    Returns what was done, in words. A name that is no proposal, and a file or variable that is there already, is the
    finding PROPOSAL_NAME; nothing is overwritten. Raises ``OSError``.
    """
    done: list[str] = []
    for name in names:
        for file, variable in _meant(study, name, findings):
            taken = _take_file(study, file, findings) if variable is None else _take(study, file, variable, findings)
            if taken:
                done.append(taken)
    _remove_empty(study / FOLDER)
    return done


def needed(study: Path, names: Sequence[str]) -> list[tuple[str, str]]:
    """Return the accepted files of the names that take something from a proposal that still waits, with that one.

    A name without a file in the study's specs, such as ``all``, stands for all files of its kind.
    """
    folders = {folder for folder in FOLDERS if folder in names} | (set(FOLDERS) if ALL in names else set())
    files = {found["file"] for name in names if (found := _NAME.fullmatch(name.removesuffix(".yaml")))}
    for folder in folders:
        files |= {f"{folder}/{path.stem}" for path in spec_files(study / "specs" / folder)}
    waiting = open_proposals(study)
    return [
        (file, other)
        for file in sorted(files)
        if (path := study / "specs" / f"{file}.yaml").is_file()
        for other in waiting
        if other != file and _takes_from(path.read_text(encoding="utf-8"), other)
    ]


def _takes_from(text: str, proposal: str) -> bool:
    """Whether a spec's text names the form or dataset of a proposal in a rule or as a source."""
    folder, _, name = proposal.partition("/")
    if folder == "raw":
        pattern = rf"\braw\.{re.escape(name)}\b"
    elif folder in ("sdtm", "adam"):
        table = re.escape(name.upper())
        pattern = rf"(?<![\w.])(?:{table}\.[A-Z]|(?:from|dataset): {table}\b|(?:exists|count)\({table}\b)"
    else:
        return False
    rules = (re.sub(r"(?:^|\s)#.*$", "", line) for line in text.splitlines() if not line.startswith("dataset:"))
    return any(re.search(pattern, line) for line in rules)


def open_proposals(study: Path) -> list[str]:
    """Return the names of the proposals that wait."""
    return [f"{folder}/{path.stem}" for folder in FOLDERS for path in spec_files(study / FOLDER / folder)]


def _meant(study: Path, name: str, findings: Findings) -> Iterable[tuple[str, str | None]]:
    """Return the files that a name means, each with a variable or None."""
    waiting = open_proposals(study)
    if name == ALL or name in FOLDERS:
        chosen = [file for file in waiting if name in (ALL, file.partition("/")[0])]
        if not chosen:
            findings.add("PROPOSAL_NAME", Place(FOLDER.as_posix()), f"{name}: nothing waits to be accepted")
        return [(file, None) for file in chosen]
    found = _NAME.fullmatch(name.removesuffix(".yaml"))
    if found is None or found["file"] not in waiting:
        there = ", ".join(waiting) or "none"
        message = f"{name} is no proposal{nearest(name, waiting)}; these wait: {there}"
        findings.add("PROPOSAL_NAME", Place(FOLDER.as_posix()), message)
        return []
    return [(found["file"], found["variable"])]


def _take_file(study: Path, file: str, findings: Findings) -> str | None:
    source, target = study / FOLDER / f"{file}.yaml", study / "specs" / f"{file}.yaml"
    if target.exists():
        message = (
            f"specs/{file}.yaml is there; take single variables ({file}.VARIABLE), or put the two together by hand"
        )
        findings.add("PROPOSAL_NAME", Place((FOLDER / f"{file}.yaml").as_posix()), message)
        return None
    target.parent.mkdir(parents=True, exist_ok=True)
    lines = _HEADER.sub("", source.read_text(encoding="utf-8"), count=1).splitlines()
    target.write_text("\n".join(_accepted(line) for line in lines) + "\n", encoding="utf-8", newline="\n")
    source.unlink()
    return f"specs/{file}.yaml"


def _accepted(line: str) -> str:
    """Return a line without the reason of its proposal; what is to be decided stays, and guesses stay comments."""
    if line.lstrip().startswith("#"):
        return line
    decide = re.search(r"DECIDE: .*$", line)
    return _REASON.sub(f"   # {decide.group(0)}" if decide else "", line)


def _take(study: Path, file: str, variable: str, findings: Findings) -> str | None:
    """Take a variable: its line goes to the end of the dataset's variables, in a new file where there is none."""
    source, target = study / FOLDER / f"{file}.yaml", study / "specs" / f"{file}.yaml"
    place = Place((FOLDER / f"{file}.yaml").as_posix())
    lines = source.read_text(encoding="utf-8").splitlines()
    start = next((number for number, line in enumerate(lines) if line == "variables:"), None)
    at = [] if start is None else [n for n in range(start + 1, len(lines)) if _defines(lines[n], variable)]
    if start is None or not at:
        known = [found.group(1) for line in lines if (found := re.match(r"  (?:# )?([A-Z][A-Z0-9]*):", line))]
        findings.add("PROPOSAL_NAME", place, f"{variable} is not proposed there{nearest(variable, known)}")
        return None
    if target.exists():
        text = target.read_text(encoding="utf-8").splitlines()
    else:
        text = [*_HEADER.sub("", "\n".join(lines[:start]) + "\n", count=1).splitlines(), "variables:"]
        text += [line for line in lines[start + 1 :] if any(_defines(line, name) for name in _identifiers(file))]
    if any(_defines(line, variable) and not line.lstrip().startswith("#") for line in text):
        findings.add("PROPOSAL_NAME", place, f"specs/{file}.yaml has {variable} already")
        return None
    text.insert(_end_of_variables(text), _accepted(re.sub(r"^  # ", "  ", lines[at[0]])))
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text("\n".join(text) + "\n", encoding="utf-8", newline="\n")
    taken = {at[0], *(n for n in range(start + 1, len(lines)) if _in(lines[n], _identifiers(file)) and target.exists())}
    left = [line for number, line in enumerate(lines) if number not in taken]
    if any(re.match(r"  (?:# (?!DECIDE))?[A-Z][A-Z0-9]*:", line) for line in left[start:]):
        source.write_text("\n".join(left) + "\n", encoding="utf-8", newline="\n")
    else:
        source.unlink()
    return f"specs/{file}.yaml: {variable}"


def _identifiers(file: str) -> list[str]:
    return ["STUDYID", "DOMAIN", "USUBJID", f"{file.rpartition('/')[2].upper()}SEQ"]


def _defines(line: str, variable: str) -> bool:
    return re.match(rf"  (?:# )?{variable}:", line) is not None


def _in(line: str, variables: Iterable[str]) -> bool:
    return any(_defines(line, variable) for variable in variables)


def _end_of_variables(lines: Sequence[str]) -> int:
    """Return where a further variable goes: after the last line of the block."""
    start = lines.index("variables:") if "variables:" in lines else len(lines) - 1
    end = start + 1
    for number in range(start + 1, len(lines)):
        if lines[number] and not lines[number].startswith((" ", "#")):
            break
        if lines[number].startswith("  ") and not lines[number].startswith("  #"):
            end = number + 1
    return end


def _remove_empty(folder: Path) -> None:
    """Take away the folder of proposals when no spec is left in it; its tables go too."""
    if folder.is_dir() and not any(folder.rglob("*.y*ml")):
        for path in sorted(folder.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        folder.rmdir()
