"""Figures inside of a page: the SVG without styles, scripts and names that could meet others, with places to click."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lxml import etree

if TYPE_CHECKING:  # figures load matplotlib
    from crf2tlf.display.figures import Clickable, Target

SVG = "http://www.w3.org/2000/svg"
_XLINK = "{http://www.w3.org/1999/xlink}href"
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_PREFIX = "drawn-"
_INHERITED = {"stroke-linejoin": "round", "stroke-linecap": "butt"}
"""What matplotlib sets for all elements in a style sheet; their own attributes go before it."""


@dataclass(frozen=True)
class Place:
    """What stands on an element of a figure for a reader who clicks or listens: its name, and where it leads.

    Without ``href`` it is a button, which opens a chain.
    """

    name: str
    href: str | None = None


def inlined(drawn: Clickable, picture: str | None, places: Mapping[str, Place]) -> str:
    """Return the figure as an SVG element: drawn, or as the ``picture`` at that address, and its places over it."""
    root = _picture(drawn, picture) if picture is not None else _cleaned(drawn.svg)
    root.set("class", "figure")
    root.set("role", "group")
    root.set("aria-label", drawn.alternative)
    over = etree.SubElement(root, f"{{{SVG}}}g", {"class": "places"})
    for target in drawn.targets:
        if target.key in places:
            over.append(_place(target, places[target.key]))
    return etree.tostring(root, encoding="unicode")


def _picture(drawn: Clickable, address: str) -> etree._Element:
    size = {"width": f"{drawn.width:g}", "height": f"{drawn.height:g}"}
    root = etree.Element(f"{{{SVG}}}svg", {"viewBox": f"0 0 {drawn.width:g} {drawn.height:g}"})
    etree.SubElement(root, f"{{{SVG}}}image", {"href": address, **size})
    return root


def _place(target: Target, place: Place) -> etree._Element:
    shape = {name: f"{getattr(target, name):g}" for name in ("x", "y", "width", "height")}
    about = {"class": "place", "id": f"mark-{target.key}", "data-mark": target.key, "aria-label": place.name}
    if place.href is not None:
        element = etree.Element(f"{{{SVG}}}a", {**about, "href": place.href, "role": "link", "tabindex": "0"})
    else:
        element = etree.Element(f"{{{SVG}}}g", {**about, "role": "button", "tabindex": "0"})
    etree.SubElement(element, f"{{{SVG}}}title").text = place.name
    etree.SubElement(element, f"{{{SVG}}}rect", shape)
    return element


def _cleaned(svg: bytes) -> etree._Element:
    """Return matplotlib's SVG without metadata, with attributes in place of styles, and only names that are used."""
    parser = etree.XMLParser(remove_comments=True, remove_pis=True, resolve_entities=False, no_network=True)
    root = etree.fromstring(svg, parser)
    for tag in ("metadata", "style", "script"):
        for element in list(root.iter(f"{{{SVG}}}{tag}")):
            parent = element.getparent()
            assert parent is not None
            parent.remove(element)
    used = _used(root)
    for element in root.iter(etree.Element):
        _without_style(element)
        name = _taken(element, "id")
        if name in used:
            element.set("id", f"{_PREFIX}{name}")
        _renamed(element)
    for name in ("width", "height", "version"):
        _taken(root, name)
    for name, value in _INHERITED.items():
        root.set(name, value)
    etree.cleanup_namespaces(root)
    return root


def _used(root: etree._Element) -> set[str]:
    """Return the names that other elements refer to."""
    used: set[str] = set()
    for element in root.iter(etree.Element):
        values = [str(value) for value in element.attrib.values()]
        used.update(name for value in values for name in _REFERENCE.findall(value))
        used.update(value[1:] for value in values if value.startswith("#"))
    return used


def _taken(element: etree._Element, name: str) -> str | None:
    """Take an attribute from an element."""
    return str(element.attrib.pop(name)) if name in element.attrib else None


def _without_style(element: etree._Element) -> None:
    for declaration in (_taken(element, "style") or "").split(";"):
        name, _, value = declaration.partition(":")
        if value:
            element.set(name.strip(), value.strip())


def _renamed(element: etree._Element) -> None:
    """Let references follow the prefix of names; ``href`` stands without the old namespace."""
    linked = _taken(element, _XLINK)
    if linked is not None:
        element.set("href", f"#{_PREFIX}{linked[1:]}")
    for name, value in element.attrib.items():
        if "url(#" in str(value):
            element.set(name, _REFERENCE.sub(rf"url(#{_PREFIX}\1)", str(value)))
