"""First stage: a paragraph's n-grams to a score for each kind, by linear weights in hashed buckets.

The weights are 8-bit integers with one scale a kind: a quarter of the memory traffic of float32, and sums of integers
are exact, so that a paragraph's scores do not depend on what it was computed together with.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from stripper.features import BUCKETS, Features
from stripper.kinds import KINDS


class Classifier(Protocol):
    """What the later stages need of a classifier."""

    def scores(self, features: Features) -> npt.NDArray[np.float32]:
        """Give a score for each kind, shape (n_paragraphs, n_kinds), unbounded."""
        ...


@dataclass(frozen=True, eq=False)
class LinearClassifier:
    """Multinomial linear weights over hashed n-grams.

    Attributes
    ----------
    weights : int8 ndarray, shape (BUCKETS, n_kinds)
    scales : float32 ndarray, shape (n_kinds,)
        What one unit of a column's weights is worth.
    bias : float32 ndarray, shape (n_kinds,)
    """

    weights: npt.NDArray[np.int8]
    scales: npt.NDArray[np.float32]
    bias: npt.NDArray[np.float32]

    def scores(self, features: Features) -> npt.NDArray[np.float32]:
        """Score the paragraphs of one document.

        Each family's sum is divided by the square root of its grams, so that a long paragraph speaks louder than a
        short one, but not in proportion.

        Returns
        -------
        float32 ndarray, shape (n_paragraphs, n_kinds)
            Unbounded; the softmax of a row estimates the kinds' probabilities without their neighbours.
        """
        total = np.zeros((len(features.dense), len(KINDS)), np.float32)
        for buckets, starts in zip(features.buckets, features.starts, strict=True):
            sums = np.add.reduceat(self.weights.take(buckets, axis=0), starts, axis=0, dtype=np.int32)
            counts = np.diff(starts, append=len(buckets)).astype(np.float32)
            total += sums / np.sqrt(counts)[:, None]
        return total * self.scales + self.bias

    @classmethod
    def quantized(cls, weights: npt.NDArray[np.floating], bias: npt.NDArray[np.floating]) -> LinearClassifier:
        """Round fitted weights, shape (n_kinds, BUCKETS), to 8 bits; each kind's largest becomes 127."""
        if weights.shape != (len(KINDS), BUCKETS):
            raise ValueError(f"weights have shape {weights.shape}, expected {(len(KINDS), BUCKETS)}")
        scales = np.maximum(np.abs(weights).max(axis=1), 1e-9) / 127
        units = np.rint(weights / scales[:, None]).T
        return cls(np.ascontiguousarray(units, np.int8), scales.astype(np.float32), bias.astype(np.float32))
