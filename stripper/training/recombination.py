"""More documents for the second stage: appeals of some documents moved into others of the same fold.

The first stage sees paragraphs alone, so moving them teaches it nothing. The second learns from few documents how
appeals stand among paragraphs; every run of asking paragraphs is therefore shown again in other articles, at the end,
at the top and in the middle, also with lines missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from stripper.kinds import ASKING_KINDS, CONTENT
from stripper.training.corpus import Labelled

#: Paragraphs of a host that stay, so that long articles do not outweigh the rest.
_HOST: Final = 16
_ASKING_SHARE: Final = 0.6

#: (document, paragraph) of each paragraph of a recombined document, in order.
Places = list[tuple[int, int]]


def recombined(
    documents: Sequence[Labelled], folds: Sequence[int], copies: int, rng: np.random.Generator
) -> list[tuple[Places, int]]:
    """Compose new documents from paragraphs of one fold's.

    Parameters
    ----------
    folds : sequence of int
        Fold of each document.
    copies : int
        How often each run of asking paragraphs is moved.

    Returns
    -------
    list of (places, fold)
    """
    runs = [run for number, document in enumerate(documents) for run in _runs(number, document)]
    hosts: dict[tuple[int, str], list[int]] = {}  # another language would give the appeal away
    for number, document in enumerate(documents):
        if document.labels.count(CONTENT) >= 4:
            hosts.setdefault((folds[number], document.lang), []).append(number)
    made = []
    for run in runs:
        fold = folds[run[0][0]]
        choice = hosts.get((fold, documents[run[0][0]].lang), [])
        for _ in range(copies if choice else 0):
            number = choice[int(rng.integers(len(choice)))]
            made.append((_composed(number, documents[number], _thinned(run, rng), rng), fold))
    return made


def _runs(number: int, document: Labelled) -> list[Places]:
    """Find the runs of at least two paragraphs that are appeals, most of them asking."""
    runs: list[Places] = []
    run: list[int] = []
    for row in range(len(document.labels) + 1):
        label = document.labels[row] if row < len(document.labels) else CONTENT
        if label not in (CONTENT, "?"):
            run.append(row)
            continue
        asking = sum(document.labels[r] in ASKING_KINDS for r in run)
        if 2 <= len(run) <= 14 and asking >= _ASKING_SHARE * len(run):
            runs.append([(number, r) for r in run])
        run = []
    return runs


def _thinned(run: Places, rng: np.random.Generator) -> Places:
    """Leave out a line now and then."""
    if len(run) > 3 and rng.random() < 0.4:
        gone = int(rng.integers(len(run)))
        return run[:gone] + run[gone + 1 :]
    return run


def _composed(number: int, host: Labelled, run: Places, rng: np.random.Generator) -> Places:
    """Put a run at the end (half of the time), the top or somewhere inside a stretch of the host."""
    rows = [row for row, label in enumerate(host.labels) if label == CONTENT or rng.random() < 0.5]
    if len(rows) > _HOST:
        start = 0 if rng.random() < 0.5 else int(rng.integers(len(rows) - _HOST + 1))
        rows = rows[start : start + _HOST]
    body = [(number, row) for row in rows]
    where = rng.random()
    at = len(body) if where < 0.5 else 0 if where < 0.6 else int(rng.integers(1, len(body)))
    return body[:at] + run + body[at:]
