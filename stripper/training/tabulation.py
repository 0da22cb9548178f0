"""Labelled documents as numbers: every paragraph once, documents as lists of paragraphs.

Recombined documents are lists of the same paragraphs, so that their n-grams and shapes are never computed again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from stripper.features import BUCKETS, FAMILIES, Features, featurize, ngrams, place, shape
from stripper.kinds import KINDS, UNDECIDED
from stripper.training.corpus import Labelled

FOLDS: Final = 5

Progress = Callable[[str], None]
I64 = npt.NDArray[np.int64]
F32 = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Grams:
    """Hashed n-grams of many paragraphs.

    Attributes
    ----------
    buckets : int32 ndarray, shape (n_grams,)
        Paragraph by paragraph, within each family by family.
    values : float32 ndarray, shape (n_grams,)
        One over the root of the family's grams in the paragraph.
    counts : int64 ndarray, shape (n_families, n_paragraphs)
        Grams of each family.
    edges : int64 ndarray, shape (n_paragraphs + 1,)
        Where each paragraph's grams begin.
    """

    buckets: npt.NDArray[np.int32]
    values: F32
    counts: I64
    edges: I64

    @classmethod
    def of(cls, documents: Sequence[Features]) -> Grams:
        """Gather the n-grams of documents."""
        buckets, values, counts = [], [], []
        for features in documents:
            own = np.stack([np.diff(s, append=len(b)) for b, s in zip(features.buckets, features.starts, strict=True)])
            order = np.argsort(np.concatenate([np.repeat(np.arange(own.shape[1]), c) for c in own]), kind="stable")
            buckets.append(np.concatenate(features.buckets)[order].astype(np.int32))
            values.append(np.concatenate([np.repeat(1 / np.sqrt(c), c) for c in own])[order].astype(np.float32))
            counts.append(own)
        all_counts = np.concatenate(counts, axis=1)
        edges = np.append(0, np.cumsum(all_counts.sum(axis=0)))
        return cls(np.concatenate(buckets), np.concatenate(values), all_counts, edges)

    def rows(self, rows: I64) -> tuple[npt.NDArray[np.int32], F32, I64]:
        """Give some paragraphs' buckets and values, one after the other, and how many each has."""
        counts = self.edges[rows + 1] - self.edges[rows]
        ends = np.cumsum(counts)
        index = np.repeat(self.edges[rows] - (ends - counts), counts) + np.arange(ends[-1])
        return self.buckets[index], self.values[index], counts


@dataclass(frozen=True, eq=False)
class Table:
    """Paragraphs of labelled documents.

    Attributes
    ----------
    seen, whole : Grams
        As a model will see them, long paragraphs by their edges; and with what stands between, for fitting weights.
    shapes : float32 ndarray, shape (n_paragraphs, n_shapes)
    sizes : int64 ndarray, shape (n_paragraphs,)
        Code points.
    gold : int64 ndarray, shape (n_paragraphs,)
        Index into KINDS, -1 undecided.
    documents : list of int64 ndarray
        Each document's paragraphs, in reading order.
    places : list of float32 ndarray, shape (n_paragraphs_of_document, n_places)
        Of each document's paragraphs.
    folds : list of int
        Of each document, by its site.
    languages : list of str
        Of each document.
    """

    seen: Grams
    whole: Grams
    shapes: F32
    sizes: I64
    gold: I64
    documents: list[I64]
    places: list[F32]
    folds: list[int]
    languages: list[str]

    def dense(self, rows: I64, places: F32 | None = None) -> F32:
        """Give the dense features of paragraphs that stand in this order, as `featurize` would."""
        if places is None:
            words = np.concatenate([self._words(row) for row in rows.tolist()])
            places = place.places(self.sizes[rows], words, np.repeat(np.arange(len(rows)), self.seen.counts[0, rows]))
        return np.concatenate([self.shapes[rows], places], axis=1)

    def _words(self, row: int) -> I64:
        """Give the buckets of a paragraph's words, the first family."""
        start = self.seen.edges[row]
        return self.seen.buckets[start : start + self.seen.counts[0, row]].astype(np.int64)

    def features(self, rows: I64, places: F32 | None = None) -> Features:
        """Give the features of a document of these paragraphs, as `featurize` would."""
        buckets, _, counts = self.seen.rows(rows)
        starts = np.cumsum(counts) - counts
        found = []
        for family in range(len(FAMILIES)):
            own = self.seen.counts[family, rows]
            begins = starts + self.seen.counts[:family, rows].sum(axis=0)
            firsts = np.cumsum(own) - own
            index = np.repeat(begins - firsts, own) + np.arange(own.sum())
            found.append((buckets[index].astype(np.int64), firsts))
        return Features(tuple(b for b, _ in found), tuple(s for _, s in found), self.dense(rows, places))

    def matrix(self, rows: I64) -> Any:
        """Give all n-grams of some paragraphs as a scipy CSR matrix, float32, shape (n_rows, BUCKETS)."""
        from scipy.sparse import csr_matrix

        buckets, values, counts = self.whole.rows(rows)
        matrix = csr_matrix((values, buckets, np.append(0, np.cumsum(counts))), shape=(len(rows), BUCKETS))
        matrix.sum_duplicates()
        return matrix


def tabulate(documents: Sequence[Labelled], seed: int, progress: Progress) -> Table:
    """Compute the features of all documents and deal their sites into folds."""
    seen, whole, rows = [], [], []
    done = 0
    for position, document in enumerate(documents):
        if position % 500 == 0:
            progress(f"features: {position} of {len(documents)} documents")
        seen.append(featurize(document.paragraphs))
        whole.append(featurize(document.paragraphs, longest=ngrams.MAX_TRAINING_PARAGRAPH))
        rows.append(np.arange(done, done + len(document.paragraphs)))
        done += len(document.paragraphs)
    width = len(shape.FEATURE_NAMES)
    index = {kind: column for column, kind in enumerate(KINDS)} | {UNDECIDED: -1}
    sites = sorted({document.site for document in documents})
    dealt = np.random.default_rng(seed).permutation(len(sites)) % FOLDS
    fold_of = dict(zip(sites, dealt.tolist(), strict=True))
    return Table(
        Grams.of(seen),
        Grams.of(whole),
        np.concatenate([features.dense[:, :width] for features in seen]),
        np.array([len(paragraph) for document in documents for paragraph in document.paragraphs], np.int64),
        np.array([index[label] for document in documents for label in document.labels], np.int64),
        rows,
        [features.dense[:, width:] for features in seen],
        [fold_of[document.site] for document in documents],
        [document.lang for document in documents],
    )
