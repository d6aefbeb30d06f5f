"""The folder ``programs``: the specs as they are, and a listing of each dataset's and each output's program.

The specs are the program, so they go to the agency whole: those of SDTM too, since there is no folder for programs
under ``tabulations``. All files are ASCII text with the extension ``txt``, which agencies take for programs (FDA Study
Data Technical Conformance Guide, section 4.1.2.10; Specifications for File Format Types Using eCTD Specifications).
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from crf2tlf.build import BuildResult
from crf2tlf.findings import Findings
from crf2tlf.metadata.model import Submission
from crf2tlf.methods import CATALOGUE
from crf2tlf.methods.best_response import best_overall_response
from crf2tlf.methods.time_to_event import time_to_event
from crf2tlf.spec import Study
from crf2tlf.submit.dataset_program import DatasetProgram, called_methods, listing
from crf2tlf.submit.layout import Layout, portable_name, unique_names
from crf2tlf.submit.output_program import output_listing
from crf2tlf.submit.plain_text import ascii_text, field, heading, page, paragraph

SPEC_TYPES = {".yaml", ".yml", ".csv", ".md", ".py"}
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
    listed: dict[str, list[str]] = {
        README: [],
        ORDER: [*execution_order(build)],
        METHODS: [*method_descriptions(build)],
        **program_listings(build, sdtm, adam),
    }
    files, specs = listing_files(build.study), spec_texts(build.study.root / "specs")
    wanted = [(name, files.get(name, name)) for name in listed]
    wanted += [(path, _spec_file(path)) for path in specs]
    names = unique_names(wanted, layout.place(layout.programs), findings)
    listed[README] = [*_readme(build.study, names)]
    layout.programs.mkdir(parents=True, exist_ok=True)
    top = [f"Study {build.study.spec.study}", *(["DRAFT: the study has errors"] if draft else []), ""]
    contents = {**{name: page([*top, *lines]) for name, lines in listed.items()}, **specs}
    return [_write(layout.programs / file, contents[name]) for name, file in names.items()]


def _write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="ascii", newline="\n")
    return path


def _spec_file(path: str) -> str:
    """Return the name of the copy of a spec: specs/adam/adsl.yaml is spec-adam-adsl.txt, others keep their type."""
    return f"spec-{portable_name(re.sub(r'[.]ya?ml$', '', path.removeprefix('specs/')))}.txt"


def spec_texts(folder: Path) -> dict[str, str]:
    """Return the text of every file of the specs by its path in the study folder, in ASCII with escapes.

    A file without text, such as a guide that nobody has begun, is left out: agencies take no empty files.
    """
    files = sorted(path for path in folder.rglob("*") if path.suffix in SPEC_TYPES and path.is_file())
    texts = {path.relative_to(folder.parent).as_posix(): path.read_bytes() for path in files}
    written = {path: data.decode("utf-8", errors="backslashreplace") for path, data in texts.items() if data.strip()}
    return {path: ascii_text(text) for path, text in written.items()}


def listing_files(study: Study) -> dict[str, str]:
    """Return the file with the listing of each dataset's and each output's program, by its name."""
    return {
        **{name: f"sdtm-{name.lower()}.txt" for name in study.sdtm},
        **{name: f"{name.lower()}.txt" for name in study.adam},
        **{name: f"{portable_name(name)}.txt" for name in study.outputs},
    }


def program_listings(build: BuildResult, sdtm: Submission, adam: Submission | None) -> dict[str, list[str]]:
    """Return the listing of every dataset's and every output's program by the dataset's or output's name."""
    study = build.study
    displays = {display.id: display for display in (adam.displays if adam else ())}
    return {
        **{name: [*listing(DatasetProgram(build, spec, sdtm))] for name, spec in study.sdtm.items()},
        **{name: [*listing(DatasetProgram(build, spec, adam))] for name, spec in study.adam.items()},
        **{name: [*output_listing(study, spec, displays.get(name))] for name, spec in study.outputs.items()},
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


def _readme(study: Study, names: Mapping[str, str]) -> Iterator[str]:
    """Yield what is in the folder; ``names`` are the files by dataset, output or path of the spec."""
    yield from paragraph(study.spec.title)
    yield ""
    yield from paragraph(
        "The datasets and outputs are made by the specs of the study, which the program crf2tlf carries out. Here are "
        "the specs, and for each dataset and output a listing made from what was carried out: where the records come "
        "from, each variable with its rule, and the order. All files are ASCII; a character outside ASCII is written "
        "as \\uXXXX with its code in hexadecimal digits; in listings, dashes and other signs of print are plain."
    )
    about = {
        ORDER: "all steps in the order in which they are taken",
        METHODS: "what the methods do that rules call",
        **{name: f"the tabulation dataset {name}" for name in study.sdtm},
        **{name: f"the analysis dataset {name}" for name in study.adam},
        **{name: f"the {spec.kind} {name}" for name, spec in study.outputs.items()},
    }
    yield from heading("LISTINGS")
    for name in (name for name in names if name in about):
        yield from field(names[name], about[name], width=FILE_WIDTH)
    yield from heading("SPECS")
    for name in (name for name in names if name.startswith("specs/")):
        yield from field(names[name], name, width=FILE_WIDTH)
