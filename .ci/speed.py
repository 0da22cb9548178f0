"""Measure `strip` on one core: megabytes of UTF-8 a second of process time, segmentation and decisions included.

Usage: OPENBLAS_NUM_THREADS=1 python .ci/speed.py LABELLED.jsonl
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from stripper import Stripper
from stripper.training.corpus import read

_ARTICLES = 1000
_ROUNDS = 5


def main(path: str) -> None:
    """Print the best of a few rounds: other work on the machine only ever slows one down."""
    stripper = Stripper()
    texts = ["\n".join(document.paragraphs) for document in read([Path(path)])[:_ARTICLES]]
    size = sum(len(text.encode()) for text in texts)
    seconds = []
    for _ in range(_ROUNDS):
        started = time.process_time()
        for text in texts:
            stripper.strip(text)
        seconds.append(time.process_time() - started)
    best = min(seconds)
    print(f"{len(texts)} documents, {size / best / 1e6:.2f} MB/s, {best / len(texts) * 1e3:.3f} ms a document")


if __name__ == "__main__":
    main(sys.argv[1])
