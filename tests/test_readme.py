"""What the README shows is what happens; so it is with the docstrings' examples."""

from __future__ import annotations

import doctest
import importlib
import os
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

import stripper
from tests.helpers import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
MODULES = [module.name for module in pkgutil.walk_packages(stripper.__path__, "stripper.")]


def blocks(language: str) -> list[str]:
    """Give the contents of the README's code blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)


def article() -> str:
    """Take the README's first document out of its first example."""
    example = doctest.DocTestParser().get_examples(blocks("python")[0])[1]
    names: dict[str, str] = {}
    exec(example.source, names)
    return names["article"]


def test_the_python_examples_print_what_it_says() -> None:
    result = doctest.testfile(str(ROOT / "README.md"), module_relative=False, encoding="utf-8")
    assert result.attempted >= 15
    assert result.failed == 0


def test_the_command_prints_what_it_says(tmp_path: Path) -> None:
    (tmp_path / "ferry.txt").write_text(article(), encoding="utf-8")
    shown = [block.partition("\n") for block in blocks("console") if block.startswith("$ ")]
    assert len(shown) == 1
    for line, _, output in shown:
        program, *arguments = line.removeprefix("$ ").split()
        path = Path(sys.executable).with_name(program)
        assert path.exists(), "install the package first: pip install ."
        done = subprocess.run(
            [path, *arguments], cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=True
        )
        assert done.stdout.decode("utf-8").rstrip("\n") == output.rstrip("\n")


def test_every_command_and_option_that_it_names_exists() -> None:
    shown = [line.partition("#")[0].split() for block in blocks("console") for line in block.splitlines()]
    commands = [words for words in shown if words[:1] == ["stripper"]]
    assert {words[1] for words in commands} == {"clean", "label", "train", "evaluate", "model"}
    path = Path(sys.executable).with_name("stripper")
    for command in {words[1] for words in commands}:
        help_ = subprocess.run([path, command, "--help"], capture_output=True, text=True, timeout=60, check=True).stdout
        for words in commands:
            options = {word for word in words if word.startswith("--")} if words[1] == command else set()
            assert {option for option in options if option not in help_} == set(), command


def test_two_lines_install_strip_and_test() -> None:
    (lines,) = blocks("sh")
    install, check = lines.splitlines()
    assert install == "pip install . && stripper clean fixtures/article.txt"
    assert check == 'pip install ".[test]" && python -m pytest'


def test_the_article_of_the_first_line_loses_exactly_its_plea() -> None:
    text = (ROOT / "fixtures" / "article.txt").read_text(encoding="utf-8")
    news, plea = text[: text.index("Dear reader,")], text[text.index("Dear reader,") :]
    kept = stripper.clean(text, keep={"credit"}).text
    assert kept.rstrip("\n") == news.rstrip("\n")
    assert len(plea.splitlines()) == 5


@pytest.mark.skipif(not (ROOT / ".ci").is_dir(), reason="an sdist has no .ci")
def test_the_figures_are_the_models() -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, ".ci/figures.py", "--check"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_it_names_no_place_of_a_single_machine() -> None:
    assert not re.search(r"\.\./shared|/work/|/home/|/root/|TODO", README)


@pytest.mark.parametrize("name", MODULES)
def test_the_docstring_examples_print_what_they_say(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_there_are_docstring_examples() -> None:
    finder = doctest.DocTestFinder(exclude_empty=True)
    assert sum(len(test.examples) for name in MODULES for test in finder.find(importlib.import_module(name))) >= 6
