"""Paragraphs to numbers: hashed n-grams, the shape of a paragraph, its place in the document.

The document is the observation: `featurize` takes the paragraphs of one document in reading order.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from stripper.features import ngrams, place, shape
from stripper.features.ngrams import BUCKETS, FAMILIES, HASHING

DENSE_NAMES: Final = shape.FEATURE_NAMES + place.FEATURE_NAMES

__all__ = ["BUCKETS", "DENSE_NAMES", "FAMILIES", "Features", "feature_names", "features_digest", "featurize"]


class Features(NamedTuple):
    """The features of one document.

    A family holds the grams of all paragraphs one after the other; ``starts`` says where each paragraph's begin.
    """

    buckets: tuple[npt.NDArray[np.int64], ...]  #: one a family, shape (n_grams,), values in [0, BUCKETS)
    starts: tuple[npt.NDArray[np.int64], ...]  #: one a family, shape (n_paragraphs,), strictly increasing
    dense: npt.NDArray[np.float32]  #: shape (n_paragraphs, len(DENSE_NAMES))

    def grams(self, family: int, row: int) -> npt.NDArray[np.int64]:
        """Give the buckets of one paragraph's grams of a family, in reading order."""
        starts = self.starts[family]
        return self.buckets[family][starts[row] : starts[row + 1] if row + 1 < len(starts) else None]


def feature_names() -> list[str]:
    """Name every feature group and column, in order; the digest of this list guards the weights."""
    return [f"{family}:hashed:{BUCKETS}:{HASHING}" for family in FAMILIES] + list(DENSE_NAMES)


def features_digest() -> str:
    """Give the sha256 of the feature names; weights carry it and are refused under another."""
    return hashlib.sha256("\n".join(feature_names()).encode()).hexdigest()


def _chunks(paragraphs: Sequence[str], longest: int) -> Iterator[list[str]]:
    """Group paragraphs into runs of at most ``ngrams.CHUNK`` code points."""
    run: list[str] = []
    size = 0
    for paragraph in paragraphs:
        look = ngrams.bounded(paragraph, longest)
        if run and size + len(look) + 2 > ngrams.CHUNK:
            yield run
            run, size = [], 0
        run.append(look)
        size += len(look) + 2
    if run:
        yield run


def featurize(paragraphs: Sequence[str], *, longest: int = ngrams.MAX_PARAGRAPH) -> Features:
    """Compute the features of one document.

    Parameters
    ----------
    paragraphs : sequence of str, at least one
        In reading order; empty strings and line breaks within one are allowed.
    longest : int
        Code points of a paragraph that are looked at, half of them at each edge.
    """
    sizes = np.fromiter(map(len, paragraphs), np.int64, len(paragraphs))
    groups: list[list[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]] = []
    shapes: list[npt.NDArray[np.float32]] = []
    done = 0
    for run_paragraphs in _chunks(paragraphs, longest):
        run = ngrams.stream(run_paragraphs)
        prefix, hashes = ngrams.token_hashes(run)
        groups.append(ngrams.families(run, prefix, hashes))
        shapes.append(shape.shapes(run, sizes[done : done + len(run_paragraphs)]))
        done += len(run_paragraphs)
    joined = [_join([group[family] for group in groups]) for family in range(len(FAMILIES))]
    words, starts = joined[0]
    rows = np.arange(len(starts)).repeat(np.concatenate([starts[1:], [len(words)]]) - starts)
    dense = np.concatenate([np.concatenate(shapes), place.places(sizes, words, rows)], axis=1)
    return Features(tuple(b for b, _ in joined), tuple(s for _, s in joined), dense)


def _join(
    parts: list[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    if len(parts) == 1:
        return parts[0]
    offsets = np.cumsum([0] + [len(buckets) for buckets, _ in parts[:-1]])
    starts = [start + offset for (_, start), offset in zip(parts, offsets, strict=True)]
    return np.concatenate([buckets for buckets, _ in parts]), np.concatenate(starts)
