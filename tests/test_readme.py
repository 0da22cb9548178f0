"""The README's examples run and print what it says; so do those of the docstrings."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import stripper
from tests.helpers import ROOT


def test_the_readme_examples_print_what_it_says() -> None:
    result = doctest.testfile(str(ROOT / "README.md"), module_relative=False, encoding="utf-8")
    assert result.attempted >= 6
    assert result.failed == 0


def test_the_docstring_examples_print_what_they_say() -> None:
    attempted = 0
    for module in pkgutil.walk_packages(stripper.__path__, "stripper."):
        result = doctest.testmod(importlib.import_module(module.name))
        assert result.failed == 0, module.name
        attempted += result.attempted
    assert attempted >= 6
