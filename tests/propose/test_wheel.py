"""The program from its wheel, on a machine without the checkout: a study from nothing to its tables."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.slow


def run(*command: str | Path, cwd: Path, path: Path | None = None) -> str:
    """Run a command without the caller's Python settings and without network; return what it prints."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    environment |= {"http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9", "PIP_NO_INDEX": "1"}
    if path is not None:
        environment["PATH"] = f"{path}:/usr/bin:/bin"
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of a copy of the checkout, so that nothing is built in it."""
    source = tmp_path_factory.mktemp("source")
    left_out = shutil.ignore_patterns("__pycache__", "*.egg-info")
    shutil.copytree(ROOT / "src", source / "src", ignore=left_out)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source / name)
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check")
    run(*pip, "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", "dist", ".", cwd=source)
    (found,) = (source / "dist").glob("*.whl")
    return found


@pytest.fixture(scope="module")
def programs(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of a new environment: the wheel, and beside it the libraries that are installed here."""
    place = tmp_path_factory.mktemp("machine") / "venv"
    run(sys.executable, "-m", "venv", "--without-pip", place, cwd=place.parent)
    python = place / "bin" / "python"
    (packages,) = place.glob("lib/python*/site-packages")
    # A path alone: the links to the checkout that stand in the folder itself are not followed.
    (packages / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", python)
    run(*pip, "install", "--quiet", "--no-deps", "--no-index", "--ignore-installed", wheel, cwd=place.parent)
    return place / "bin"


def test_every_file_of_the_package_is_in_the_wheel(wheel: Path) -> None:
    source = ROOT / "src"
    files = {path.relative_to(source).as_posix() for path in (source / "crf2tlf").rglob("*") if path.is_file()}
    kept = {name for name in files if "__pycache__" not in name}
    with zipfile.ZipFile(wheel) as archive:
        assert kept - set(archive.namelist()) == set()


def test_nothing_is_imported_from_the_checkout(programs: Path, tmp_path: Path) -> None:
    code = "import sys, crf2tlf.cli; print(*(m.__file__ for m in sys.modules.values() if getattr(m, '__file__', 0)))"
    files = run(programs / "python", "-c", code, cwd=tmp_path).split()
    assert [file for file in files if "crf2tlf/cli/__init__" in file] == [
        str(next(programs.parent.glob("lib/python*/site-packages")) / "crf2tlf" / "cli" / "__init__.py")
    ]
    assert [file for file in files if file.startswith(str(ROOT / "src"))] == []


def test_a_study_from_nothing_builds(programs: Path, tmp_path: Path) -> None:
    run("crf2tlf", "init", "demo", cwd=tmp_path, path=programs)
    demo = tmp_path / "demo"
    run("crf2tlf", "simulate", "--subjects", "50", cwd=demo, path=programs)
    run("make", "tlf", cwd=demo, path=programs)
    for name in (
        "sdtm/dm.xpt",
        "sdtm/define.xml",
        "adam/adsl.xpt",
        "adam/define.xml",
        "tlf/table-4.docx",
        "tlf/tlf.xlsx",
    ):
        assert (demo / name).stat().st_size > 0, name
    texts = [path for path in demo.rglob("*") if path.suffix in (".json", ".xml", ".csv", ".yaml", ".md", ".html")]
    assert [path.name for path in texts if str(ROOT) in path.read_text(encoding="utf-8")] == []
