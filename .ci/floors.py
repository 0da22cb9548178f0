"""Hold what ``stripper evaluate --split dev --by source --json`` printed to the floors of tests/floors.json.

Usage: python .ci/floors.py FIGURES.json
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


def figure(figures: Mapping[str, Any], name: str) -> float:
    """Look up ``average_precision``, or ``found_at.0.005`` for the entry "0.005" of "found_at"."""
    head, _, rest = name.partition(".")
    return float(figures[head][rest] if rest else figures[head])


def misses(figures: Mapping[str, Any], floors: Mapping[str, Any], title: str) -> int:
    """Print each figure beside its floor and give the number of those under it.

    A floor that is not reached yet is an object, {"floor": …, "reached": …}: the figure must not fall below the latter.
    """
    under = 0
    for name, wanted in floors.items():
        floor = wanted["reached"] if isinstance(wanted, dict) else wanted
        reached = figure(figures, name)
        if isinstance(wanted, dict):
            print(f"NOT REACHED YET {title} {name}: {reached:.4f} (floor {wanted['floor']})")
        under += reached < floor
        print(f"{'FAIL' if reached < floor else 'ok  '} {title} {name}: {reached:.4f} (floor {floor})")
    return under


def main(path: str) -> int:
    """Check a file of figures; 1 if any is under its floor."""
    figures = json.loads(Path(path).read_text(encoding="utf-8"))
    floors = json.loads((ROOT / "tests" / "floors.json").read_text(encoding="utf-8"))
    under = misses(figures, floors["dev"], "dev")
    under += misses(figures["groups"]["news"], floors["dev_news"], "dev, news")
    print(f"{under} figures under their floors")
    return min(under, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
