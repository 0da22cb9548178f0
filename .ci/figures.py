"""Write the README's table of figures from the shipped model's card and the golden documents; --check only compares.

Usage: python .ci/figures.py [--check]
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from stripper import Stripper
from stripper.training import evaluate

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
START, END = "<!-- figures: written by `python .ci/figures.py`, checked by a test -->\n", "<!-- /figures -->\n"
NUMBER = re.compile(r"(\d+(?:,\d{3})*(?:\.\d+)?)( %)?")
HEAD = (
    "| documents | paragraphs | operating point | found | asking | lost | clean documents | average precision |",
    "|-|-|-|-|-|-|-|-|",
)


def percent(share: float) -> str:
    """Give 12.3 %, and 0.12 % of small shares."""
    return f"{share:.1%}".replace("%", " %") if share >= 0.02 else f"{share:.2%}".replace("%", " %")


def row(title: str, point: str, figures: Mapping[str, Any]) -> str:
    """Lay out the figures of one set of documents."""
    cells = [title, f"{figures['paragraphs']:,}", point]
    cells += [percent(figures[name]) for name in ("found", "found_asking", "lost", "clean_documents")]
    return f"| {' | '.join(cells)} | {figures['average_precision']:.3f} |"


def table() -> Iterator[str]:
    """Give the lines of the table."""
    balanced = Stripper(operating_point="balanced")
    card = balanced.model.card
    yield from HEAD
    dev = card["figures"]
    yield row("dev", "balanced", dev)
    yield row("dev, news articles", "balanced", dev["groups"]["news"])
    for point in ("cautious", "thorough"):
        facts = card["operating_points"][point]
        found, lost = percent(facts["appeals_found"]), percent(facts["content_lost"])
        yield f"| dev | {dev['paragraphs']:,} | {point} | {found} | | {lost} | | |"
    yield row("golden", "balanced", evaluate([ROOT / "fixtures" / "golden"], stripper=balanced))


def same(one: str, other: str) -> bool:
    """Whether two texts differ at most in the last digits of figures, as they may between processors."""
    if NUMBER.sub("#", one) != NUMBER.sub("#", other):
        return False
    pairs = zip(NUMBER.finditer(one), NUMBER.finditer(other), strict=True)
    return all(
        abs(float(a[1].replace(",", "")) - float(b[1].replace(",", ""))) <= (0.3 if a[2] else 0.003) for a, b in pairs
    )


def main(*, check: bool) -> int:
    """Write the table, or with `check` say whether the README has it: 0 yes, 1 no."""
    text = README.read_text(encoding="utf-8")
    before, _, rest = text.partition(START)
    _, found, after = rest.partition(END)
    if not found:
        raise SystemExit(f"{README}: the marks around the figures are missing")
    wanted = before + START + "\n" + "".join(line + "\n" for line in table()) + "\n" + END + after
    if check:
        good = same(text, wanted)
        print("the README's figures are the model's" if good else "README.md is out of date: run python .ci/figures.py")
        return int(not good)
    README.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv[1:]))
