"""More documents to learn from: appeals of some documents moved into others of the same language.

There are few documents to learn from how appeals stand among paragraphs. Every run of 2 to 16 asking paragraphs is
therefore shown again in other articles, at the end, at the top and in the middle, also with lines missing and with
another run elsewhere in the article. Stretches of articles without any appeal are shown too, else appeals would be
expected everywhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

import numpy as np

from stripper.kinds import ASKING_KINDS, KINDS
from stripper.training.tabulation import I64, Table

_ASKING: Final = [KINDS.index(kind) for kind in sorted(ASKING_KINDS)]
_ASKING_SHARE: Final = 0.6
#: Content that a host must have at least, and paragraphs of it that stay, drawn from this range.
_HOST_CONTENT: Final = 4
_HOST: Final = (6, 40)
_LONGEST_RUN: Final = 16
_SECOND_RUN: Final = 0.3  # chance
_CONTENT_ONLY: Final = 0.3  # documents without appeals, for each with
_THINNED: Final = 0.5  # chance


def recombined(table: Table, chosen: Sequence[int], copies: int, rng: np.random.Generator) -> list[I64]:
    """Compose new documents from paragraphs of some documents.

    Parameters
    ----------
    chosen : sequence of int
        Numbers of the documents that may be used.
    copies : int
        How often each run of asking paragraphs is moved.

    Returns
    -------
    list of int64 ndarray
        Rows of the table, in reading order.
    """
    hosts: dict[str, list[int]] = defaultdict(list)  # another language would give the appeal away
    runs: dict[str, list[I64]] = defaultdict(list)
    moved: list[tuple[int, I64]] = []
    for number in chosen:
        language = table.languages[number]
        if np.count_nonzero(table.gold[table.documents[number]] == 0) >= _HOST_CONTENT:
            hosts[language].append(number)
        for run in _runs(table, number):
            runs[language].append(run)
            if len(run) >= 2 and np.isin(table.gold[run], _ASKING).mean() >= _ASKING_SHARE:
                moved.append((number, run))
    made = []
    for number, run in moved:
        language = table.languages[number]
        # Not into its own document: lines that stand twice would give the appeal away.
        others = [host for host in hosts[language] if host != number]
        for _ in range(copies if others else 0):
            host = table.documents[others[int(rng.integers(len(others)))]]
            body = _inserted(_stretch(table, host, rng), _thinned(run, rng), rng)
            second = runs[language][int(rng.integers(len(runs[language])))]
            if rng.random() < _SECOND_RUN and not np.isin(second, body).any():
                body = _inserted(body, second, rng)
            made.append(body)
            if rng.random() < _CONTENT_ONLY:
                content = _stretch(table, host[table.gold[host] == 0], rng)
                made.append(content)
    return made


def _runs(table: Table, number: int) -> list[I64]:
    """Cut out the runs of appeals of a document."""
    rows = table.documents[number]
    appeal = np.concatenate([[False], table.gold[rows] > 0, [False]])
    starts, ends = np.flatnonzero(appeal[1:] & ~appeal[:-1]), np.flatnonzero(~appeal[1:] & appeal[:-1])
    return [rows[start:end] for start, end in zip(starts, ends, strict=True) if end - start <= _LONGEST_RUN]


def _stretch(table: Table, host: I64, rng: np.random.Generator) -> I64:
    """Take a stretch of a host, with some of its own appeals left out."""
    kept = host[(table.gold[host] <= 0) | (rng.random(len(host)) < rng.random())]
    length = int(rng.integers(*_HOST))
    if len(kept) <= length:
        return kept
    start = 0 if rng.random() < 0.5 else int(rng.integers(len(kept) - length + 1))
    return kept[start : start + length]


def _thinned(run: I64, rng: np.random.Generator) -> I64:
    """Leave out a line or two now and then."""
    if len(run) > 3 and rng.random() < _THINNED:
        return np.delete(run, rng.integers(len(run), size=int(rng.integers(1, 3))))
    return run


def _inserted(body: I64, run: I64, rng: np.random.Generator) -> I64:
    """Put a run at the end (half of the time), the top or somewhere inside."""
    where = rng.random()
    at = len(body) if where < 0.5 or len(body) < 2 else 0 if where < 0.6 else int(rng.integers(1, len(body)))
    return np.concatenate([body[:at], run, body[at:]])
