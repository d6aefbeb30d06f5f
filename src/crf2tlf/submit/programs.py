"""The folder ``programs``: the specs as they are, and a listing of each dataset's and each output's program.

The specs are the program, so they go to the agency whole: those of SDTM too, since there is no folder for programs
under ``tabulations``. All files are ASCII text with the extension ``txt``, which agencies take for programs (FDA Study
Data Technical Conformance Guide, section 4.1.2.10; Specifications for File Format Types Using eCTD Specifications).
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from crf2tlf.build import BuildResult
from crf2tlf.findings import Findings
from crf2tlf.metadata.model import Submission
from crf2tlf.methods import CATALOGUE
from crf2tlf.methods.best_response import best_overall_response
from crf2tlf.methods.time_to_event import time_to_event
from crf2tlf.submit.dataset_program import DatasetProgram, called_methods, listing
from crf2tlf.submit.layout import Layout, portable_name, unique_names
from crf2tlf.submit.output_program import output_listing
from crf2tlf.submit.plain_text import ascii_text, field, heading, page, paragraph

SPEC_TYPES = {".yaml", ".yml", ".csv", ".md"}
README, ORDER, METHODS = "readme.txt", "order.txt", "methods.txt"
FILE_WIDTH = 32
RECORD_METHODS: dict[str, Callable[..., object]] = {
    "time_to_event": time_to_event,
    "best_overall_response": best_overall_response,
}


def write_programs(
    build: BuildResult, sdtm: Submission, adam: Submission | None, layout: Layout, findings: Findings, *, draft: bool
) -> list[Path]:
    """Write the specs and the listings into the folder ``programs``; return the paths."""
    listings = {
        ORDER: execution_order(build),
        METHODS: method_descriptions(build),
        **dataset_listings(build, sdtm, adam),
        **output_listings(build, adam),
    }
    specs = spec_texts(build.study.root / "specs")
    place = layout.place(layout.programs)
    named = [(name, name) for name in (README, *listings)]
    named += [(path, f"spec-{portable_name(path.removeprefix('specs/').rsplit('.', 1)[0])}.txt") for path in specs]
    names = unique_names(named, place, findings)
    layout.programs.mkdir(parents=True, exist_ok=True)
    top = [f"Study {build.study.spec.study}", *(["DRAFT: the study has errors"] if draft else []), ""]
    written = [_write(layout.programs / README, page([*top, *_readme(build, names, listings)]))]
    for name, lines in listings.items():
        if name in names:
            written.append(_write(layout.programs / names[name], page([*top, *lines])))
    for path, text in specs.items():
        if path in names:
            written.append(_write(layout.programs / names[path], text))
    return written


def _write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="ascii", newline="\n")
    return path


def spec_texts(folder: Path) -> dict[str, str]:
    """Return the text of every file of the specs by its path in the study folder, in ASCII with escapes."""
    files = sorted(path for path in folder.rglob("*") if path.suffix in SPEC_TYPES and path.is_file())
    texts = {path.relative_to(folder.parent).as_posix(): path.read_bytes() for path in files}
    return {path: ascii_text(data.decode("utf-8", errors="backslashreplace")) for path, data in texts.items()}


def dataset_listings(build: BuildResult, sdtm: Submission, adam: Submission | None) -> dict[str, list[str]]:
    """Return the listing of every dataset's program by file name; those of SDTM begin with ``sdtm-``."""
    listings = {}
    for prefix, specs, submission in (("sdtm-", build.study.sdtm, sdtm), ("", build.study.adam, adam)):
        for name, spec in specs.items():
            listings[f"{prefix}{name.lower()}.txt"] = [*listing(DatasetProgram(build, spec, submission))]
    return listings


def output_listings(build: BuildResult, adam: Submission | None) -> dict[str, list[str]]:
    """Return the listing of every output's program by file name."""
    displays = {display.id: display for display in (adam.displays if adam else ())}
    outputs = build.study.outputs
    return {
        f"{portable_name(name)}.txt": [*output_listing(build.study, spec, displays.get(name))]
        for name, spec in outputs.items()
    }


def execution_order(build: BuildResult) -> Iterator[str]:
    """Yield the steps of the whole build in the order in which they are taken; those of one dataset on one line."""
    yield "ORDER OF EXECUTION"
    yield from paragraph(
        "The unit is the variable: a dataset may be worked on several times. `records` makes the records of a dataset, "
        "a name works out the variable of all its records. ADRS@1 is the first stage of ADRS, and so on."
    )
    yield ""
    blocks: list[tuple[str, list[str]]] = []
    for ref in build.plan.steps:
        if not blocks or blocks[-1][0] != ref.table:
            blocks.append((ref.table, []))
        blocks[-1][1].append(ref.variable or "records")
    for number, (table, variables) in enumerate(blocks, start=1):
        yield from field(f"{number:>4}. {table}", ", ".join(variables))


def method_descriptions(build: BuildResult) -> Iterator[str]:
    """Yield what the methods do that the rules of the study call: their pages of the reference."""
    programs = [DatasetProgram(build, spec, None) for spec in build.study.datasets.values()]
    yield "METHODS that the rules call"
    for name in sorted(called_methods(rule for program in programs for rule in program.rules)):
        yield from _described(CATALOGUE[name].signature, CATALOGUE[name].function)
    rows = [row for spec in build.study.datasets.values() for row in spec.rows]
    for name, function in RECORD_METHODS.items():
        if any(getattr(row, name) is not None for row in rows):
            yield from _described(name, function)


def _described(title: str, function: Callable[..., object]) -> Iterator[str]:
    """Yield the documentation of a method."""
    yield from heading(title)
    yield from (inspect.getdoc(function) or "").replace("``", "").splitlines()


def _readme(build: BuildResult, names: Mapping[str, str], listings: Mapping[str, object]) -> Iterator[str]:
    yield build.study.spec.title
    yield ""
    yield from paragraph(
        "The datasets and outputs are made by the specs of the study, which the program crf2tlf carries out. Here are "
        "the specs, and for each dataset and output a listing made from what was carried out: where the records come "
        "from, each variable with its rule, and the order. All files are ASCII; a character outside ASCII is written "
        "as \\uXXXX with its code in hexadecimal digits, and in the listings a dash or quote of print as a plain one."
    )
    yield from heading("LISTINGS")
    yield from field(ORDER, "all steps in the order in which they are taken", width=FILE_WIDTH)
    yield from field(METHODS, "what the methods do that rules call", width=FILE_WIDTH)
    places = {
        **{f"sdtm-{name.lower()}.txt": f"the tabulation dataset {name}" for name in build.study.sdtm},
        **{f"{name.lower()}.txt": f"the analysis dataset {name}" for name in build.study.adam},
        **{f"{portable_name(name)}.txt": f"the {spec.kind} {name}" for name, spec in build.study.outputs.items()},
    }
    for name in listings:
        if name in places:
            yield from field(name, places[name], width=FILE_WIDTH)
    yield from heading("SPECS")
    for path, name in names.items():
        if path.startswith("specs/"):
            yield from field(name, path, width=FILE_WIDTH)
