"""Builders that several test files share. Every text here is invented."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
GOLDEN = ROOT / "fixtures" / "golden"
EXAMPLES = ROOT / "fixtures" / "examples"

NEWS = [
    "Harbour bridge at Kelmouth to close for six weeks",
    "The swing bridge over the Kel will close to all traffic from Monday, the county engineer said on Thursday.",
    "Inspectors found cracks in two of the bearings in March and again last week.",
    "Buses will be diverted through Thornby, adding about twenty minutes to the journey.",
    "Shopkeepers on the quay said that they had been told nothing until the signs went up.",
]
PLEA = [
    "Dear reader,",
    "We have no owner and no paywall, and advertising no longer pays for our reporters.",
    "If you can, please support our independent journalism with a donation from £3 a month.",
    "Thank you for standing with us.",
    "Donate now",
]


def records(folder: Path) -> Iterator[dict[str, Any]]:
    """Read every labelled document below a folder."""
    for path in sorted(folder.rglob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.strip():
                yield json.loads(line)
