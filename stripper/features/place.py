"""Where a paragraph stands in its document and what it shares with the rest of it."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

FEATURE_NAMES: Final = (
    "from_start",
    "from_end",
    "is_first",
    "is_last",
    "relative_place",
    "log_paragraphs",
    "characters_before",
    "characters_after",
    "length_against_document",
    "shared_vocabulary",
    "shared_vocabulary_before",
    "title_overlap",
    "repeated",
)
#: Tokens this frequent in a document say little about its subject (function words, punctuation).
_COMMON: Final = 0.3
_MIX: Final = 0x94D049BB133111EB  # odd mixing constant (David Stafford's mix13)


def places(
    sizes: npt.NDArray[np.int64], words: npt.NDArray[np.int64], rows: npt.NDArray[np.int64]
) -> npt.NDArray[np.float32]:
    """Describe the place of each paragraph of ONE document.

    Parameters
    ----------
    sizes : int64 ndarray, shape (n_paragraphs,)
        Code points of each paragraph.
    words : int64 ndarray, shape (n_words,)
        Buckets of the document's words (and signs), as `ngrams.families` gives them.
    rows : int64 ndarray, shape (n_words,)
        Paragraph of each word, ascending.

    Returns
    -------
    float32 ndarray, shape (n_paragraphs, len(FEATURE_NAMES))
    """
    n = len(sizes)
    index = np.arange(n)
    before = np.cumsum(sizes) - sizes
    total = max(int(sizes.sum()), 1)
    shared, earlier, title, repeated = _shared(n, words, rows)
    columns = [
        np.log1p(index) / 3,
        np.log1p(n - 1 - index) / 3,
        index == 0,
        index == n - 1,
        index / max(n - 1, 1),
        np.full(n, np.log1p(n) / 3),
        np.log1p(before) / 8,
        np.log1p(total - before - sizes) / 8,
        np.log1p(sizes) / 4 - np.log1p(sizes).mean() / 4,
        shared,
        earlier,
        title,
        repeated,
    ]
    table = np.empty((n, len(columns)), np.float32)
    for number, column in enumerate(columns):
        table[:, number] = column
    return table


def _shared(n: int, words: npt.NDArray[np.int64], rows: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.float64], ...]:
    """Give the shares of each paragraph's rarer words that stand elsewhere, earlier, and in the first paragraph."""
    keys = np.sort(words * n + rows)  # by word, then by paragraph; a plain sort is several times faster than argsort
    ranked = keys // n
    ranked_rows = keys - ranked * n
    new_word = _changes(ranked)
    first_in_row = new_word | _changes(ranked_rows)
    ranked_rows, new_word = ranked_rows[first_in_row], new_word[first_in_row]  # a word counts once a paragraph
    opens = np.flatnonzero(new_word)
    frequency = np.concatenate([opens[1:], [len(ranked_rows)]]) - opens
    spread = np.repeat(frequency, frequency)
    first = np.repeat(ranked_rows[opens], frequency)
    rare = spread <= max(_COMMON * n, 2)
    known = np.maximum(np.bincount(ranked_rows[rare], minlength=n), 1)
    elsewhere = np.bincount(ranked_rows[rare & (spread > 1)], minlength=n) / known
    earlier = np.bincount(ranked_rows[rare & (first < ranked_rows)], minlength=n) / known
    in_title = np.bincount(ranked_rows[rare & (first == 0) & (ranked_rows > 0)], minlength=n)
    title = in_title / max(int(np.count_nonzero(ranked_rows == 0)) - 2, 1)
    mixed = (words.astype(np.uint64) + np.uint64(1)) * np.uint64(_MIX)
    mixed ^= mixed >> np.uint64(29)  # else other words of the same sum would look like a repetition
    mixed *= np.uint64(_MIX)
    signature = np.add.reduceat(mixed, np.flatnonzero(_changes(rows)))
    ranked_signatures = np.sort(signature)
    alike = ranked_signatures.searchsorted(signature, "right") - ranked_signatures.searchsorted(signature)
    return elsewhere, earlier, title, np.log1p(alike - 1)


def _changes(values: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Say of each value whether it differs from the one before; the first always does."""
    result = np.ones(len(values), np.bool_)
    np.not_equal(values[1:], values[:-1], out=result[1:])
    return result
