"""The shell of the review site: what every page and piece keeps to, whatever the study says."""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
from pathlib import Path

import pytest
from lxml import html

from crf2tlf import workflow
from crf2tlf.findings import Findings
from crf2tlf.review.pieces import POLICY, piece_file
from crf2tlf.review.texts import LANGUAGES, interface_text, interface_texts
from crf2tlf.review.vendor import vendored
from tests.conftest import form
from tests.review.sites import ROOT, piece

REVIEW = ROOT / "src" / "crf2tlf" / "review"
SCRIPT = "<script>alert(1)</script>"

STUDY = {
    "specs/study.yaml": f"""\
study: TST
title: 'A study of "{SCRIPT}"'
usubjid: '"TST-" + SUBJECT'
release_timestamp: 2026-01-01T00:00:00
footnotes: ['A notice with {SCRIPT}']
tables:
  arms: [{{ARMCD: A, ARM: Arm A}}]
""",
    **form("dm", "SUBJ AGE"),
    "raw/dm.csv": f"SUBJ,AGE\n1,60\n2,{SCRIPT}\n",
    **form("vs", "SUBJ TEMP"),
    "raw/vs.csv": "SUBJ,TEMP\n1,37\n1,38\n2,36\n",
    "specs/sdtm/dm.yaml": """\
dataset: DM
keys: [USUBJID]
rows: [{from: raw.dm}]
variables: {USUBJID: USUBJID, AGEU: AGE, ARM: 'lookup(study.arms.ARM, where=study.arms.ARMCD == "A", by=[])'}
""",
    "specs/sdtm/vs.yaml": """\
dataset: VS
keys: [USUBJID, VSORRES]
rows: [{from: raw.vs}]
variables: {USUBJID: USUBJID, VSORRES: TEMP, VSSTAT: DM.ARM}
""",
    "specs/adam/adsl.yaml": """\
dataset: ADSL
keys: [USUBJID]
rows: [{from: DM}]
variables: {USUBJID: USUBJID, N: {rule: count(VS), label: N}}
""",
    "specs/tlf/listing-1.yaml": """\
id: listing-1
title: Listing 1
listing: {from: VS, columns: [{label: Subject, value: USUBJID}, {label: N, value: ADSL.N}]}
""",
}


def small_study(folder: Path) -> Path:
    for name, text in STUDY.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def small_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of a study whose texts and cells hold a script."""
    study = small_study(tmp_path_factory.mktemp("small"))
    workflow.review(study, None, "en", None, None, lambda _: None, Findings())
    return study / workflow.REVIEW


def test_the_same_study_gives_the_same_bytes(small_site: Path, tmp_path: Path) -> None:
    study = small_study(tmp_path)
    outcome = workflow.review(study, None, "en", None, None, lambda _: None, Findings())
    again = study / workflow.REVIEW
    files = sorted(path.relative_to(again) for path in again.rglob("*") if path.is_file())
    assert files == sorted(path.relative_to(again) for path in outcome.written)
    assert [file for file in files if (again / file).read_bytes() != (small_site / file).read_bytes()] == []


def test_pieces_are_packed_without_a_clock(small_site: Path) -> None:
    for path in (small_site / "data").rglob("*.js"):
        name, packed = re.fullmatch(r'crf2tlf\.piece\("(.+)","([A-Za-z0-9+/=]+)"\);\n', path.read_text()).groups()  # type: ignore[union-attr]
        data = base64.b64decode(packed)
        assert path == small_site / piece_file(name)
        assert data[4:8] == bytes(4)  # the time stamp of a gzip member (RFC 1952, 2.3.1)
        assert gzip.decompress(data)[:1] in (b"{", b"[")


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("study", "data/study.js"),
        ("columns/raw.ae/@line", "data/columns/raw.ae/@line.js"),
        ("output/table 4?", "data/output/table~204~3f.js"),  # a file's name on any system, an address without escapes
        ("columns/A/間", "data/columns/A/~e9~96~93.js"),
    ],
)
def test_names_of_pieces_become_paths(name: str, file: str) -> None:
    assert piece_file(name) == file


# Security


def test_pages_run_and_show_only_what_is_in_the_folder(small_site: Path) -> None:
    pages = sorted(small_site.glob("*.html"))
    assert {"index.html", "datasets.html", "dataset.html"} <= {page.name for page in pages}
    for page in pages:
        tree = html.parse(str(page)).getroot()
        assert tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content") == [POLICY], page.name
        assert faults(tree) == [], page.name
        for address in tree.xpath("//script/@src | //link[@rel='stylesheet']/@href | //img/@src"):
            assert (small_site / address).is_file() or address.startswith("data:"), (page.name, address)


def faults(tree: html.HtmlElement) -> list[str]:
    """What a page has that its policy forbids: inline scripts and styles, handlers, addresses elsewhere."""
    inline = tree.xpath(
        "//script[not(@src)] | //style | //*[@style] | //base | //form[@action] | //iframe | //object | //embed"
    )
    handlers = tree.xpath("//@*[starts-with(name(), 'on')]")
    away = [a for a in tree.xpath("//@href | //@src") if re.match(r"\s*(?!data:)([a-z][a-z0-9+.-]*:|//)", a, re.I)]
    return [*(element.tag for element in inline), *handlers, *away]


def test_faults_of_pages_are_seen() -> None:
    bad = '<p style="x" onclick="y"><a href="https://a.example">a</a><script>z</script></p><style>p {}</style>'
    assert len(faults(html.fromstring(bad))) == 5


def test_texts_of_the_study_are_escaped(small_site: Path) -> None:
    for page in small_site.glob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert SCRIPT not in text, page.name
        assert "A notice with &lt;script&gt;" in text, page.name


OWN_SCRIPTS = sorted((REVIEW / "static").glob("*.js"))


@pytest.mark.parametrize("script", OWN_SCRIPTS, ids=lambda path: path.name)
def test_scripts_make_no_markup_and_ask_no_network(script: Path) -> None:
    markup = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write"
    code_or_network = r"\beval\(|new Function|\bfetch\(|XMLHttpRequest|WebSocket"
    assert re.findall(f"{markup}|{code_or_network}", script.read_text(encoding="utf-8")) == []


# Texts


def test_both_languages_say_the_same_things() -> None:
    english, japanese = (interface_texts(language) for language in LANGUAGES)
    assert list(english) == list(japanese)
    for key in english:
        assert english[key].strip(), key
        assert places(english[key]) == places(japanese[key]), key


def places(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


def test_japanese_texts_are_japanese() -> None:
    """A text that is the same in both languages is a name, a number or a symbol."""
    english, japanese = interface_texts("en"), interface_texts("ja")
    words = {key: re.sub(r"\{\w+\}", "", text) for key, text in english.items() if japanese[key] == text}
    assert [key for key, text in words.items() if re.search(r"[a-z]{3}", text)] == []


USED = re.compile(
    r"""(?:\bt\(|attribute\("[\w-]+", |\btext\(|\blabel\(|\bkey: |announce\(text\()\s*["'`]([a-z_]+\.[\w.]+)["'`]"""
)


def test_every_text_that_pages_ask_for_exists() -> None:
    known = interface_texts("en")
    asked = {
        (path.name, key)
        for path in [*(REVIEW / "templates").rglob("*.html"), *OWN_SCRIPTS]
        for key in USED.findall(path.read_text(encoding="utf-8"))
    }
    assert len(asked) > 100
    assert {(name, key) for name, key in asked if key not in known and not key.endswith(("_", "."))} == set()


def test_places_in_texts_are_filled_and_numbers_are_grouped() -> None:
    assert interface_text("en", "dataset.count", n=12, all=1234567) == "12 of 1,234,567 records"
    with pytest.raises(KeyError):
        interface_text("en", "dataset.count", n=12)


# Vendored libraries


def test_vendored_libraries_are_as_published() -> None:
    folder = REVIEW / "static" / "vendor"
    listed = {
        Path(library.folder, file): digest for library in vendored().values() for file, digest in library.files.items()
    }
    there = {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()} - {Path("vendor.yaml")}
    assert there == set(listed)
    assert [
        file for file, digest in listed.items() if hashlib.sha256((folder / file).read_bytes()).hexdigest() != digest
    ] == []


def test_vendored_libraries_come_with_their_licences() -> None:
    for library in vendored().values():
        assert library.licence
        assert any(file.startswith("LICENSE") for file in library.files), library.name


# Lineage and overview


def test_lineage_from_forms_to_outputs(small_site: Path) -> None:
    lineage = piece(small_site, "lineage")
    names = [name for name, *_ in lineage["nodes"]]
    found = {(names[start], names[end]): (records, used) for start, end, records, used in lineage["edges"]}
    assert [(name, layer) for name, _, layer, *_ in sorted(lineage["nodes"])] == [
        ("ADSL", 2),
        ("DM", 1),
        ("VS", 1),
        ("listing-1", 3),
        ("raw.dm", 0),
        ("raw.vs", 0),
        ("study.arms", 0),
    ]
    assert found == {
        ("raw.dm", "DM"): (2, ["USUBJID", "AGEU"]),
        ("study.arms", "DM"): (0, ["ARM"]),
        ("raw.vs", "VS"): (3, ["USUBJID", "VSORRES"]),
        ("DM", "VS"): (0, ["VSSTAT"]),
        ("DM", "ADSL"): (2, ["USUBJID"]),
        ("VS", "ADSL"): (0, ["N"]),
        ("VS", "listing-1"): (None, []),
        ("ADSL", "listing-1"): (None, []),
    }


def test_the_overview_counts_and_loads_no_data(small_site: Path) -> None:
    page = html.parse(str(small_site / "index.html")).getroot()
    tiles = [" ".join("".join(tile.itertext()).split()) for tile in page.xpath("//ul[@class='tiles']//a")]
    assert tiles == [
        "2 Subjects",
        "2 Raw forms",
        "5 Raw records",
        "2 SDTM datasets",
        "1 ADaM datasets",
        "1 Outputs",
    ]
    assert [address for address in page.xpath("//script/@src") if "vendor" in address or "data/" in address] == []
