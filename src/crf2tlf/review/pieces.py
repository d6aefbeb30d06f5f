"""Writing the site: pages from templates, data in pieces that a page loads when it needs them, and the assets."""

from __future__ import annotations

import base64
import gzip
import json
import re
from collections.abc import Mapping, Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from crf2tlf.review.model import Review
from crf2tlf.review.texts import LANGUAGES, interface_text, interface_texts
from crf2tlf.review.vendor import vendored

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "base-uri 'none'; form-action 'none'"
)
"""The content security policy of every page: nothing but the files of the folder, no inline script or style."""

ASSETS = "assets"
DATA = "data"


class Site:
    """The folder of a review site while it is written; ``written`` are the paths of its files.

    The same review gives the same bytes.
    """

    def __init__(self, review: Review, folder: Path, navigation: Sequence[tuple[str, str]] = ()) -> None:
        self.review = review
        self.folder = folder
        self.navigation = tuple(navigation)
        self.written: list[Path] = []
        self._environment = self._templates()
        self._copy(files("crf2tlf.review").joinpath("static"), ASSETS)
        self.write(f"{ASSETS}/texts.js", _texts_script().encode())

    def page(
        self,
        file_name: str,
        template: str,
        *,
        section: str = "",
        title: str = "",
        title_text: str = "",
        **values: Any,
    ) -> Path:
        """Write a page from a template, which extends ``base.html``.

        ``section`` is the page of the navigation that it belongs to (``datasets``). The title is the text with the key
        ``title``, or ``title_text`` as it stands. Values are escaped; raises for a name that the template lacks.
        """
        shown = title_text or (interface_text(self.review.language, title) if title else "")
        context = {"section": section, "title_key": title, "title_text": shown, **values}
        html = self._environment.get_template(template).render(context)
        return self.write(file_name, html.encode())

    def piece(self, name: str, data: Any) -> Path:
        """Write data that scripts get by ``await crf2tlf.load(name)``: JSON, packed, in a script of its own.

        Data are those JSON knows, with numpy's numbers and arrays. Raises ValueError for NaN and infinity.
        """
        text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_plain)
        packed = base64.b64encode(gzip.compress(text.encode(), 6, mtime=0)).decode("ascii")
        return self.write(piece_file(name), f"crf2tlf.piece({json.dumps(name)},{json.dumps(packed)});\n".encode())

    def write(self, name: str, content: bytes) -> Path:
        """Write a file at a path inside the folder."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        self.written.append(path)
        return path

    def text(self, key: str, **values: object) -> Markup:
        """Return a text of the interface as HTML that follows the language switch."""
        shown = interface_text(self.review.language, key, **values)
        filled = Markup(' data-values="{}"').format(json.dumps(values, ensure_ascii=False)) if values else ""
        return Markup('<span data-text="{}"{}>{}</span>').format(key, filled, shown)

    def attribute(self, name: str, key: str) -> Markup:
        """Return an attribute (``aria-label``, ``placeholder``, ``title``) with a text that follows the switch."""
        shown = interface_text(self.review.language, key)
        return Markup('{0}="{1}" data-text-{0}="{2}"').format(name, shown, key)

    def _templates(self) -> Environment:
        environment = Environment(
            loader=PackageLoader("crf2tlf.review", "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        study = self.review.build.study.spec
        environment.globals.update(
            policy=POLICY,
            language=self.review.language,
            study=study.study,
            study_title=study.title,
            notices=study.footnotes,
            release=study.release_timestamp.date().isoformat(),
            draft=self.review.draft,
            navigation=self.navigation,
            t=self.text,
            attribute=self.attribute,
            script=_script,
            style=_style,
            vendor=_vendor,
        )
        environment.filters["thousands"] = lambda number: f"{number:,}"
        return environment

    def _copy(self, source: Traversable, target: str) -> None:
        for item in sorted(source.iterdir(), key=lambda item: item.name):
            if item.is_dir():
                self._copy(item, f"{target}/{item.name}")
            else:
                self.write(f"{target}/{item.name}", item.read_bytes())


def piece_file(name: str) -> str:
    """Return the path of a piece: its name, where characters that a file or an address may not have are ``~`` and hex.

    ``review.js`` makes the same path from the name.
    """
    return f"{DATA}/{re.sub(r'[^A-Za-z0-9_.@/-]', lambda found: _hex(found[0]), name)}.js"


def _hex(character: str) -> str:
    return "".join(f"~{byte:02x}" for byte in character.encode())


def _script(name: str) -> Markup:
    return Markup('<script src="{}/{}" defer></script>').format(ASSETS, name)


def _style(name: str) -> Markup:
    return Markup('<link rel="stylesheet" href="{}/{}">').format(ASSETS, name)


def _vendor(name: str) -> Markup:
    """Return the elements that load a vendored library, style sheets first."""
    library = vendored()[name]
    made = {".js": _script, ".css": _style}
    parts = [made[Path(file).suffix](f"vendor/{library.folder}/{file}") for file in library.loaded]
    return Markup("\n").join(parts)


def _texts_script() -> str:
    texts = {language: dict(interface_texts(language)) for language in LANGUAGES}
    return f"crf2tlf.setTexts({json.dumps(texts, ensure_ascii=False, separators=(',', ':'))});\n"


def _plain(value: Any) -> object:
    """numpy's numbers and arrays as Python's; mappings of other kinds as dicts."""
    if isinstance(value, (np.generic, np.ndarray)):
        return value.tolist()
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"a piece cannot hold {value!r}")
