"""Imports point only to earlier layers, and heavy packages stay where they belong. Lazy imports count too."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers import ROOT

PACKAGE = ROOT / "stripper"
#: DESIGN.md's table. A part imports from earlier rows, and from its own row as ``WITHIN`` says.
LAYERS = [
    {"errors", "document", "kinds"},
    {"segment", "html"},
    {"features"},
    {"network"},
    {"classifier", "context"},
    {"model"},
    {"structure", "rendering", "reasons", "cutting", "cleaner"},
    {"training", "writing"},
    {"cli"},
]
#: `cleaner` composes the parts of its row.
WITHIN = {("cleaner", "structure"), ("cleaner", "rendering"), ("cleaner", "reasons"), ("cleaner", "cutting")}
SOLE_USERS = {
    "trafilatura": {"html"},
    "lxml": {"html"},
    "charset_normalizer": {"html"},
    "sklearn": {"training"},
    "scipy": {"training"},
    "threadpoolctl": {"training"},
    "joblib": {"training", "cleaner"},
    "click": {"cli"},
    "tqdm": {"cli"},
    "sentencex": {"segment"},
}
LEVEL = {name: number for number, names in enumerate(LAYERS) for name in names}
FILES = sorted(PACKAGE.rglob("*.py"))


def part_of(path: Path) -> str:
    """Name the part of the package that a file belongs to: ``segment`` for stripper/segment/lines.py."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(tree: ast.AST) -> Iterator[str]:
    """Name what code imports, at its top or inside a function: ``stripper.segment.rules``, ``numpy``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute here, so that this test can read them"
            assert node.module is not None
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def misplaced(part: str, name: str) -> bool:
    """Whether a part must not import this name."""
    top, _, rest = name.partition(".")
    if top != "stripper":
        return part not in SOLE_USERS.get(top, {part})
    other = rest.partition(".")[0]
    if part == other or (part, other) in WITHIN:
        return False
    return other not in LEVEL or LEVEL[other] >= LEVEL[part]


def test_every_part_stands_in_the_table() -> None:
    assert {part_of(path) for path in FILES} - {"__init__"} == set(LEVEL)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_imports_point_only_to_earlier_layers(path: Path) -> None:
    part = part_of(path)
    if part == "__init__":
        return  # the package's front door names what users see
    names = set(imported(ast.parse(path.read_text(encoding="utf-8"))))
    assert {name for name in names if misplaced(part, name)} == set()


@pytest.mark.parametrize(
    ("code", "part", "wrong"),
    [
        ("from stripper.cleaner import Stripper", "model", True),
        ("def f():\n    from stripper import training", "cleaner", True),
        ("import stripper.segment.rules", "structure", False),
        ("from stripper.features import ngrams", "features", False),
        ("from stripper.context import F32", "classifier", True),
        ("import stripper", "features", True),
        ("def f():\n    import lxml.html", "cleaner", True),
        ("def f():\n    from sklearn.linear_model import LogisticRegression", "training", False),
    ],
)
def test_the_reading_of_imports_sees_what_is_wrong(code: str, part: str, wrong: bool) -> None:
    assert any(misplaced(part, name) for name in imported(ast.parse(code))) is wrong
