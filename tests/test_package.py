"""The package as its users get it: a light import, a wheel and an sdist that work anywhere."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tarfile
import time
import venv
import zipfile
from pathlib import Path

import pytest

from tests.helpers import NEWS, PLEA, ROOT

HEAVY = ("sklearn", "scipy", "trafilatura", "lxml", "joblib", "click", "tqdm", "charset_normalizer")
MODEL_FILES = {"card.json", "classifier.npz", "context.npz", "README.md"}
WHEEL_LIMIT = 12 * 10**6
STRIP_ONE = "import stripper; stripper.strip('The mill burned down on Sunday.\\nNobody was hurt.')"


def run(*command: object, cwd: Path) -> str:
    """Run a command and give what it printed; its whole output is in the failure's message."""
    outside = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, timeout=280, cwd=cwd, env=outside, check=False
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.mark.parametrize("call", ["strip('One.\\nTwo.')", "clean('# One\\n\\nTwo.')", "Stripper().label(['One.'])"])
def test_plain_text_loads_nothing_heavy(call: str) -> None:
    code = f"import sys, stripper; stripper.{call}; print([name for name in {HEAVY} if name in sys.modules])"
    assert run(sys.executable, "-c", code, cwd=ROOT) == "[]\n"


def test_a_page_loads_trafilatura_so_the_test_above_can_tell() -> None:
    page = "<!DOCTYPE html><html><body><article><p>The mill burned down on Sunday.</p></article></body></html>"
    code = f"import sys, stripper; stripper.clean({page!r}); print('trafilatura' in sys.modules)"
    assert run(sys.executable, "-c", code, cwd=ROOT) == "True\n"


def test_a_cold_start_costs_at_most_a_quarter_second_more_than_numpy() -> None:
    def seconds(code: str) -> float:
        started = time.perf_counter()
        run(sys.executable, "-c", code, cwd=ROOT)
        return time.perf_counter() - started

    seconds(STRIP_ONE)  # fills the disk cache
    # Alternating, and the median of the differences: other work on the machine strikes both sides alike.
    extra = [seconds(STRIP_ONE) - seconds("import numpy") for _ in range(9)]
    assert statistics.median(extra) <= 0.25, extra


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Build both once: the wheel from the unpacked sdist, as `build` does, so that the sdist holds what it takes."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--outdir", folder, ROOT, cwd=folder)
    (wheel,), (sdist,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    return {"wheel": wheel, "sdist": sdist}


@pytest.mark.integration
def test_the_wheel_carries_the_model_and_nothing_else_of_the_checkout(built: dict[str, Path]) -> None:
    assert built["wheel"].stat().st_size <= WHEEL_LIMIT
    with zipfile.ZipFile(built["wheel"]) as wheel:
        names = set(wheel.namelist())
    assert {name for name in names if "/models/" in name} == {f"stripper/models/default/{name}" for name in MODEL_FILES}
    assert "stripper/py.typed" in names
    assert any(name.endswith("/LICENSE") for name in names)
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"stripper"}


@pytest.mark.integration
def test_the_sdist_carries_what_its_readme_speaks_of(built: dict[str, Path]) -> None:
    with tarfile.open(built["sdist"]) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    assert {"README.md", "LICENSE", "CHANGELOG.md", "fixtures/article.txt", "models/default/card.json"} <= names
    assert {"tests/test_package.py", "tests/floors.json", "fixtures/cases/pleas.jsonl"} <= names
    assert any(name.startswith("fixtures/examples/") for name in names)
    assert not {name for name in names if name.startswith(".") and name != ".gitignore"}


@pytest.mark.integration
@pytest.mark.slow
@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_an_installed_package_strips_outside_the_checkout(built: dict[str, Path], tmp_path: Path, kind: str) -> None:
    venv.create(tmp_path / "venv", with_pip=True)
    scripts = tmp_path / "venv" / ("Scripts" if os.name == "nt" else "bin")
    run(scripts / "python", "-m", "pip", "install", "--quiet", built[kind], cwd=tmp_path)

    where = run(scripts / "python", "-c", "import stripper; print(stripper.__file__)", cwd=tmp_path)
    assert Path(where.strip()).is_relative_to(tmp_path)

    (tmp_path / "article.txt").write_text("\n".join(NEWS + PLEA), encoding="utf-8")
    code = "import stripper; print(stripper.strip(open('article.txt', encoding='utf-8').read()))"
    assert run(scripts / "python", "-c", code, cwd=tmp_path).rstrip("\n") == "\n".join(NEWS)
    assert run(scripts / "stripper", "clean", "article.txt", cwd=tmp_path).rstrip("\n") == "\n".join(NEWS)
    assert run(scripts / "stripper", "model", "--verify", cwd=tmp_path).count("OK") == 1
    page = "<html><body><article>" + "".join(f"<p>{line}</p>" for line in NEWS) + "</article></body></html>"
    code = f"import stripper; print(stripper.clean({page!r}).format)"
    assert run(scripts / "python", "-c", code, cwd=tmp_path) == "html\n"
