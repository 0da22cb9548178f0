"""Appeals inside a paragraph: judged sentence by sentence, cut where they open or close it.

"... the minister said. Subscribe to our newsletter for more." is content that ends in an appeal. The sentences of such
a paragraph are judged as if each were a paragraph, among the document's others: a run of appeals at its start or end is
cut, what stands between stays. A document that lost its line breaks is all sentences: there runs are cut anywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from stripper.document import Cut
from stripper.segment.sentences import sentences

Judged = tuple[npt.NDArray[np.float64], list[str]]

# Chosen by measurement, see models/EXPERIMENTS.md.
#: Probability from which a paragraph that stays is looked into, and code points that it has at least.
SUSPECT: Final = 0.03
SHORTEST: Final = 60
#: Code points of the longest paragraph that is looked into: finding sentences in one line of another script is slow.
LONGEST: Final = 20_000
#: A sentence goes when its probability leaves less than this share of what the threshold leaves.
CAUTION: Final = 0.2
#: Sentences and share of the document's text that make a paragraph a document of its own.
_MANY: Final = 6
_MOST: Final = 0.8


def cuts(
    paragraphs: Sequence[str],
    chances: npt.NDArray[np.float64],
    open_rows: npt.NDArray[np.bool_],
    judge: Callable[[list[str]], Judged],
    threshold: float,
) -> list[tuple[Cut, ...]]:
    """Find what to cut out of the paragraphs of one document.

    Parameters
    ----------
    chances : float64 ndarray, shape (n_paragraphs,)
        Probability of an appeal.
    open_rows : bool ndarray, shape (n_paragraphs,)
        Paragraphs that may be cut.
    judge : callable
        Gives such probabilities for the paragraphs of a document, and their most likely kinds of appeal.
    threshold : float

    Returns
    -------
    list of tuple of Cut
        For each paragraph, ordered, disjoint; something of the paragraph always stays.
    """
    result: list[tuple[Cut, ...]] = [()] * len(paragraphs)
    sizes = np.fromiter(map(len, paragraphs), np.int64, len(paragraphs))
    most = sizes >= _MOST * sizes.sum()
    looked = open_rows & (sizes >= SHORTEST) & (sizes <= LONGEST) & ((chances >= SUSPECT) | most)
    found = {row: sentences(paragraphs[row]) for row in np.flatnonzero(looked).tolist() if _plain(paragraphs[row])}
    found = {row: spans for row, spans in found.items() if len(spans) > 1}
    if not found:
        return result
    texts: list[str] = []
    first: dict[int, int] = {}
    for row, paragraph in enumerate(paragraphs):
        first[row] = len(texts)
        texts += [paragraph[start:end] for start, end in found[row]] if row in found else [paragraph]
    by_sentence, kinds = judge(texts)
    for row, spans in found.items():
        own = by_sentence[first[row] : first[row] + len(spans)]
        is_document = len(spans) >= _MANY and most[row]
        gone = own >= threshold if is_document else _edges(own >= 1 - (1 - threshold) * CAUTION)
        if gone.any() and not gone.all():
            result[row] = tuple(_runs(spans, gone, own, kinds[first[row] : first[row] + len(spans)]))
    return result


def _plain(paragraph: str) -> bool:
    """Say whether a paragraph is free of markup that a cut would leave unbalanced: tables, emphasis, links, tags."""
    return not any(sign in paragraph for sign in "|*_[<`")


def _edges(appeal: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Keep only the runs at the start and at the end."""
    return np.logical_and.accumulate(appeal) | np.logical_and.accumulate(appeal[::-1])[::-1]


def _runs(
    spans: list[tuple[int, int]], gone: npt.NDArray[np.bool_], chances: npt.NDArray[np.float64], kinds: list[str]
) -> list[Cut]:
    """Join neighbouring sentences that go."""
    edges = np.flatnonzero(np.diff(gone, prepend=False, append=False)).tolist()
    runs = []
    for begin, end in zip(edges[::2], edges[1::2], strict=True):
        own = chances[begin:end]
        runs.append(Cut(spans[begin][0], spans[end - 1][1], kinds[begin + int(own.argmax())], float(own.min())))
    return runs
