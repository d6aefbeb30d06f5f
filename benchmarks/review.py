"""The review site of a large study: what tracing adds to the build, what the site takes, how fast its pages are.

``python -m benchmarks.review`` replicates the reference extract to 1,000 and 10,000 subjects. For each size, and each
step in a process of its own, it builds without and with tracing, writes the site as ``crf2tlf review`` does, and opens
pages of it in Chromium. The numbers go to ``benchmarks/review-results.json``. Builds are measured in seconds of the
processor, so that little depends on what else runs on the machine; everything else by the clock.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.replicate import ROOT, replicate
from benchmarks.results import keep
from crf2tlf import workflow
from crf2tlf.build import build_datasets
from crf2tlf.build.readings import Readings
from crf2tlf.findings import Findings
from crf2tlf.spec import load_study

SIZES = (1_000, 10_000)
REPEATS = 3
FILE = Path(__file__).resolve().parent / "review-results.json"
LARGEST_OVERHEAD = 0.30
LONGEST_FIRST_PAGE = 2.0


def written_study(subjects: int, folder: Path) -> Path:
    """Write a study folder of so many subjects; without the published numbers, which are of the study's own."""
    study = load_study(ROOT, None, Findings())
    assert study is not None
    shutil.copytree(
        ROOT / "specs", folder / "specs", ignore=shutil.ignore_patterns("published.csv", "reconciliation.yaml")
    )
    (folder / "raw").mkdir()
    replicate(study, subjects, folder / "raw")
    return folder


def measure_build(folder: Path, *, tracing: bool) -> dict[str, float]:
    """Build the datasets; return seconds of the processor and peak memory."""
    study = load_study(folder, None, Findings())
    assert study is not None
    start = time.process_time()
    build = build_datasets(study, Findings(), lambda _: None, Readings() if tracing else None)
    seconds = time.process_time() - start
    return {"seconds": round(seconds, 2), "peak_mb": _peak(), "records": sum(d.size for d in build.datasets.values())}


def measure_site(folder: Path) -> dict[str, float]:
    """Write the site; return seconds of its steps, peak memory, and the size of the site."""
    marks: list[tuple[str, float]] = [("build", time.perf_counter())]

    def progress(text: str) -> None:
        if not text.startswith("building"):
            marks.append((text, time.perf_counter()))

    findings = Findings()
    outcome = workflow.review(folder, None, "en", None, None, progress, findings)
    marks.append(("", time.perf_counter()))
    steps = {name: round(end - start, 2) for (name, start), (_, end) in pairwise(marks)}
    sizes = [path.stat().st_size for path in outcome.written]
    largest = max(outcome.written, key=lambda path: path.stat().st_size)
    return {
        "seconds": round(marks[-1][1] - marks[0][1], 2),
        **steps,
        "peak_mb": _peak(),
        "files": len(sizes),
        "mb": round(sum(sizes) / 1e6, 1),
        "largest_kb": round(max(sizes) / 1e3),
        "largest": largest.relative_to(folder / workflow.REVIEW).as_posix(),
        "errors": len(findings.errors),
    }


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


# In the browser


def measure_pages(site: Path) -> dict[str, float]:
    """Open pages in a fresh browser each; return seconds until they can be used."""
    command = os.environ.get("CRF2TLF_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    found: dict[str, float] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=command, args=["--no-sandbox"])
        _opened(browser, site, "index.html").close()  # the browser itself is warm
        for what, name, further in STEPS:
            start = time.perf_counter()
            page = _opened(browser, site, name)
            found[what] = round(time.perf_counter() - start, 2)
            for action, act in further:
                start = time.perf_counter()
                act(page)
                page.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
                _settled(page)
                found[f"{what}: {action}"] = round(time.perf_counter() - start, 2)
            page.close()
        browser.close()
    return found


def _opened(browser: Browser, site: Path, name: str) -> Page:
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(f"{site.resolve().as_uri()}/{name}")
    _settled(page)
    return page


def _settled(page: Page) -> None:
    page.locator("main:not([aria-busy])").wait_for(timeout=120_000)


def _open_chain(page: Page) -> None:
    page.locator("button.result").nth(4).click()
    page.locator("#chain h2").wait_for(timeout=120_000)


def _search(page: Page) -> None:
    before = page.locator("#count").inner_text()
    page.locator("#search").fill("nausea")
    deadline = time.perf_counter() + 120
    while page.locator("#count").inner_text() == before and time.perf_counter() < deadline:
        page.wait_for_timeout(20)


def _sort(page: Page) -> None:
    page.locator(".tabulator-col .tabulator-col-title", has_text="AETERM").first.click()
    page.locator(".tabulator-col[aria-sort='ascending']").wait_for(timeout=120_000)


Act = Callable[[Page], None]
STEPS: tuple[tuple[str, str, tuple[tuple[str, Act], ...]], ...] = (
    ("first page", "index.html", ()),
    ("outputs", "outputs.html", ()),
    ("table 4", "output-table-4.html", (("chain of a cell", _open_chain),)),
    ("figure 2b", "output-figure-2b.html", ()),
    ("listing 5", "output-listing-5.html", ()),
    ("patients", "patients.html", ()),
    ("patient", "patient.html?subject=UMIN000015984-01-001-00000", ()),
    ("datasets", "datasets.html", ()),
    ("dataset AE", "dataset.html?name=AE", (("sort", _sort), ("search", _search))),
    ("dataset ADTR", "dataset.html?name=ADTR", ()),
    ("findings", "findings.html", ()),
    ("changes", "changes.html", ()),
)
"""What is measured: its name, the page, and what is done there."""


# All of it


def measured(subjects: int) -> dict[str, Any]:
    """Measure one size, each step in a process of its own."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = written_study(subjects, Path(scratch))
        builds = {name: _best(folder, f"--{name}") for name in ("plain", "traced")}
        overhead = builds["traced"]["seconds"] / builds["plain"]["seconds"] - 1
        found = {"subjects": subjects, "build": builds, "tracing_overhead": round(overhead, 3)}
        return {**found, "site": _step("--site", folder), "pages": _step("--pages", folder / workflow.REVIEW)}


def _best(folder: Path, option: str) -> dict[str, Any]:
    """The fastest of some builds: what else the machine did is in the others."""
    return min((_step(option, folder) for _ in range(REPEATS)), key=lambda found: float(found["seconds"]))


def _step(option: str, folder: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.review", option, str(folder)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def main() -> int:
    """Measure the sizes asked for, print them, and keep them; 1 if a limit is passed."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for option in ("plain", "traced", "site", "pages"):
        arguments.add_argument(f"--{option}", type=Path, help="measure this step of one folder and print it as JSON")
    arguments.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    given = arguments.parse_args()
    if given.plain or given.traced:
        print(json.dumps(measure_build(given.plain or given.traced, tracing=bool(given.traced))))
    elif given.site or given.pages:
        print(json.dumps(measure_site(given.site) if given.site else measure_pages(given.pages)))
    else:
        return _all(given.sizes)
    return 0


def _all(sizes: list[int]) -> int:
    runs = []
    for size in sizes:
        runs.append(measured(size))
        print(json.dumps(runs[-1], indent=1))
    small, large = runs[0], runs[-1]
    growth = {}
    if small is not large:
        ratio = math.log(large["subjects"] / small["subjects"])
        for name, seconds in (
            ("traced build", lambda run: run["build"]["traced"]["seconds"]),
            ("writing the review site", lambda run: run["site"]["writing the review site"]),
        ):
            growth[name] = round(math.log(seconds(large) / seconds(small)) / ratio, 2)
    keep({"runs": runs, "exponents": growth}, FILE)
    slow = any(run["tracing_overhead"] > LARGEST_OVERHEAD for run in runs)
    return 1 if slow or any(run["pages"]["first page"] > LONGEST_FIRST_PAGE for run in runs) else 0


if __name__ == "__main__":
    sys.exit(main())
