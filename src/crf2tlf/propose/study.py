"""A new study folder from templates: specs that build at once, made for the study's arms and design."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path, PurePosixPath
from typing import Literal, get_args

import jinja2

from crf2tlf.propose.scalars import as_yaml
from crf2tlf.spec.load import PROPOSED

Design = Literal["single-arm", "parallel", "oncology"]
DESIGNS: tuple[Design, ...] = get_args(Design)

RENAMED = {"gitignore": ".gitignore"}
"""Files of the templates that would act on the program's own repository under their real name."""

_EXAMPLE = (PurePosixPath("specs/raw"),)
_FROM_FORMS = ("dm", "ds", "ex", "ae", "vs", "rs")
"""What an example study has and one with raw data of its own does not: forms, and the domains made from them."""

_AS_PLANNED = "As the protocol plans it"
OWN_ELEMENTS = ("SCRN", "FU")
_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,19}")
_ARM_CODE = re.compile(r"[A-Za-z0-9_-]{1,8}")
_TEXT = re.compile(r"[ -z|~]+")  # printable ASCII without braces: what a transport file and a template take
_ARM_NAME = re.compile(r"[ -<>-z|~]{1,100}")  # and without an equals sign


@dataclass(frozen=True)
class Arm:
    """An arm: its code, which is also that of its treatment element, and its name."""

    code: str
    label: str

    @property
    def treatment(self) -> str:
        """The name of the treatment as EX has it."""
        return self.label.upper()


@dataclass(frozen=True)
class Visit:
    """A planned visit: its name, its study day where it is known, and how it starts in words."""

    name: str
    day: int | None
    rule: str

    @property
    def after(self) -> bool:
        """Whether the visit is after the first dose."""
        return self.day is not None and self.day > 1


@dataclass(frozen=True)
class NewStudy:
    """What the templates are filled with."""

    study: str
    title: str
    arms: tuple[Arm, ...]
    design: Design
    found_visits: tuple[str, ...] = ()
    from_raw: bool = False
    example_arms: bool = False

    @property
    def visits(self) -> tuple[Visit, ...]:
        """The visits that raw data name, or those of the example: screening, baseline, and the weeks of treatment."""
        if self.found_visits:
            return tuple(_found_visit(name) for name in self.found_visits)
        weeks = tuple(range(6, 49, 6)) if self.design == "oncology" else (2, 4, 8, 12)
        later = [Visit(f"WEEK {week}", 7 * week + 1, f"{week} weeks after the first dose") for week in weeks]
        first = [
            Visit("SCREENING", -7, "Informed consent, within 28 days before the first dose"),
            Visit("BASELINE", 1, "The day of the first dose, before it"),
        ]
        return (*first, *later)


def new_study(study: str, title: str, arms: Sequence[str], design: Design | None) -> NewStudy:
    """Return a study of the texts that a person gave; ``arms`` are texts such as ``A=Drug A``.

    Without arms an example stands for them; without a design the number of arms decides. Raises ``ValueError`` with a
    message for people where a text cannot be used.
    """
    if not is_identifier(study):
        raise ValueError(f"{study!r} is no study identifier: up to 20 letters, digits, dots, hyphens and underscores")
    design = design or ("single-arm" if len(arms) == 1 else "parallel")
    example = not arms
    if not arms:
        arms = ("A=Drug A",) if design == "single-arm" else ("A=Drug A", "P=Placebo")
    made = tuple(_arm(text) for text in arms)
    if design == "single-arm" and len(made) > 1:
        raise ValueError(f"a single-arm study has one arm, not {len(made)}; use --design parallel")
    if design == "parallel" and len(made) < 2:
        raise ValueError("a parallel study has at least two arms; use --design single-arm")
    for what, values in (("code", [arm.code for arm in made]), ("name", [arm.label for arm in made])):
        again = [value for value, times in Counter(values).items() if times > 1]
        if again:
            raise ValueError(f"two arms have the {what} {again[0]}")
    if not _TEXT.fullmatch(title):
        raise ValueError("the title takes letters without accents, digits and usual signs, and no braces")
    return NewStudy(study, title, made, design, example_arms=example)


def is_identifier(text: str) -> bool:
    """Whether a text can be the study's identifier."""
    return _IDENTIFIER.fullmatch(text) is not None


def arm_fault(code: str, label: str) -> str | None:
    """Return why code and name cannot be those of an arm, or None."""
    if not _ARM_CODE.fullmatch(code) or code in OWN_ELEMENTS:
        kept = " and ".join(OWN_ELEMENTS)
        return f"{code!r} is no code of an arm: 1 to 8 letters, digits, _ and -; {kept} are taken"
    if not _ARM_NAME.fullmatch(label):
        return f"{label!r} is no name of an arm: up to 100 letters without accents, digits and signs but braces and ="
    return None


def _arm(text: str) -> Arm:
    code, equals, label = (part.strip() for part in text.partition("="))
    if not equals or not label:
        raise ValueError(f"{text!r} is no arm: write CODE=Name, such as A=Drug A")
    fault = arm_fault(code, label)
    if fault is not None:
        raise ValueError(fault)
    return Arm(code, label)


def _found_visit(name: str) -> Visit:
    """Return a visit of which only the name is known; a week or day in the name tells the planned day."""
    found = re.fullmatch(r"(WEEK|DAY) (-?[0-9]+)", name)
    if found is None:
        return Visit(name, 1 if name == "BASELINE" else None, _AS_PLANNED)
    number = int(found[2])
    return Visit(name, 7 * number + 1 if found[1] == "WEEK" else number, _AS_PLANNED)


def write_study(folder: Path, study: NewStudy) -> tuple[list[Path], list[Path]]:
    """Write the study's folder; return the files written, and those that were there before and stay as they are.

    Raises ``OSError``.
    """
    written: list[Path] = []
    there: list[Path] = []
    for name, text in render(study):
        path = folder / name
        if path.exists():
            there.append(path)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
        written.append(path)
    (folder / "raw").mkdir(parents=True, exist_ok=True)
    return written, there


def render(study: NewStudy) -> Iterator[tuple[PurePosixPath, str]]:
    """Yield the path and text of each file of a study folder; a template that comes to nothing gives none."""
    top = resources.files("crf2tlf.propose").joinpath("templates", "study")
    environment = jinja2.Environment(
        block_start_string="<%",
        block_end_string="%>",
        variable_start_string="<<",
        variable_end_string=">>",
        comment_start_string="<#",
        comment_end_string="#>",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # YAML and Markdown, not HTML
    )
    environment.filters["yaml"] = as_yaml
    facts = {
        "study": study.study,
        "title": study.title,
        "arms": study.arms,
        "visits": study.visits,
        "randomised": len(study.arms) > 1,
        "placebo": any("placebo" in arm.label.casefold() for arm in study.arms),
        "oncology": study.design == "oncology",
        "from_raw": study.from_raw,
        "example_arms": study.example_arms,
    }
    for path, template in _templates(top, PurePosixPath()):
        text = environment.from_string(template.read_text(encoding="utf-8")).render(facts)
        if (study.from_raw and path.parent in _EXAMPLE) or not text.strip():
            continue
        if study.from_raw and path.parent.name in ("sdtm", "adam", "tlf"):
            if path.stem in _FROM_FORMS:
                continue
            folder = path.parent.name
            path, text = PurePosixPath("specs", PROPOSED, folder, path.name), _as_proposal(folder, path.stem, text)
        yield path.with_name(RENAMED.get(path.name, path.name)), text


def _as_proposal(folder: str, name: str, text: str) -> str:
    return (
        "# PROPOSED, as an example study has it: it takes what the datasets of your forms have to give.\n"
        f"#   crf2tlf init . --accept {folder}/{name}\n{text}"
    )


def _templates(folder: Traversable, path: PurePosixPath) -> Iterator[tuple[PurePosixPath, Traversable]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            yield from _templates(entry, path / entry.name)
        else:
            yield path / entry.name, entry
