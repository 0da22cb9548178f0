"""First stage: a document's features to kind scores, by two views of the same hashed n-grams.

The linear view gives each n-gram a weight for each kind, so that a decision can name the n-grams that made it. The
embedding view sums a few learned numbers an n-gram and lets a small network look at them, at the paragraph's shape and
at its neighbours. Weights and numbers of both stand in one table of 8-bit integers with one scale a column: one look-up
an n-gram, little memory traffic, and sums of integers are exact, whatever was summed together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from stripper.features import BUCKETS, Features
from stripper.kinds import KINDS
from stripper.network import F32, ConvNetwork

_LANE: Final = 256
_LOW: Final = np.uint64(0x00FF00FF00FF00FF)
_SIGNS: Final = np.uint64(0x8080808080808080)


@dataclass(frozen=True, eq=False)
class HashedClassifier:
    """Linear weights and embeddings over hashed n-grams, and the network over the latter.

    Attributes
    ----------
    table : int8 ndarray, shape (BUCKETS, n_kinds + n_embedding), C order
        The linear weights' columns, then the embeddings'; a multiple of 8 together.
    scales : float32 ndarray, shape (n_kinds + n_embedding,)
        What one unit of a column is worth.
    bias : float32 ndarray, shape (n_kinds,)
        Of the linear view.
    network : ConvNetwork
        Over the embeddings' sums and the dense features.
    """

    table: npt.NDArray[np.int8]
    scales: F32
    bias: F32
    network: ConvNetwork

    def scores(self, features: Features) -> F32:
        """Score the paragraphs of one document.

        Returns
        -------
        float32 ndarray, shape (n_paragraphs, 2 * n_kinds)
            The linear view's scores, which know nothing of the neighbours, then the embedding view's.
        """
        sums = self.sums(features)
        seen = self.network.logits(self._columns(sums, features.dense))
        return np.concatenate([sums[:, : len(KINDS)] + self.bias, seen], axis=1)

    def scores_alone(self, features: Features, rows: npt.NDArray[np.int64]) -> F32:
        """Score some paragraphs as if nothing stood around them, their places unchanged."""
        sums = self.sums(features)[rows]
        seen = self.network.logits_alone(self._columns(sums, features.dense[rows]))
        return np.concatenate([sums[:, : len(KINDS)] + self.bias, seen], axis=1)

    def _columns(self, sums: F32, dense: F32) -> F32:
        return np.concatenate([sums[:, len(KINDS) :], dense], axis=1)

    def sums(self, features: Features) -> F32:
        """Sum the table's rows of each paragraph's n-grams.

        Each family's sum is divided by the square root of its grams, so that a long paragraph speaks louder than a
        short one, but not in proportion.
        """
        families = len(features.buckets)
        offsets = np.cumsum([0, *map(len, features.buckets)])
        starts = np.concatenate([own + at for own, at in zip(features.starts, offsets.tolist())])
        rows = self.table.take(np.concatenate(features.buckets), axis=0)
        counts = np.concatenate([starts[1:], [len(rows)]]) - starts
        sums = _row_sums(rows, starts, counts).astype(np.float32) / np.sqrt(counts, dtype=np.float32)[:, None]
        total: F32 = sums.reshape(families, -1, rows.shape[1]).sum(axis=0) * self.scales
        return total


def _row_sums(
    rows: npt.NDArray[np.int8], starts: npt.NDArray[np.int64], counts: npt.NDArray[np.int64]
) -> npt.NDArray[np.int32]:
    """Sum runs of `counts` rows, whose number of columns is a multiple of 8.

    Eight columns are one 64-bit number; every other byte of it is added in a lane of 16 bits, so that one addition
    serves four columns: a third of the time of ``reduceat`` on the bytes themselves. A lane holds the sum of 256 bytes,
    so longer runs are cut first and their pieces summed.
    """
    pieces = (counts + (_LANE - 1)) // _LANE
    ends = pieces.cumsum()
    firsts = ends - pieces
    cuts = (starts - firsts * _LANE).repeat(pieces) + np.arange(0, int(ends[-1]) * _LANE, _LANE)
    lanes = rows.view("<u8") ^ _SIGNS  # bytes of 0 to 255 in place of -128 to 127
    even = np.add.reduceat(lanes & _LOW, cuts, axis=0).view("<u2")
    odd = np.add.reduceat((lanes >> np.uint64(8)) & _LOW, cuts, axis=0).view("<u2")
    sums = np.empty((len(cuts), rows.shape[1]), np.int32)
    sums[:, 0::2], sums[:, 1::2] = even, odd
    sums = np.add.reduceat(sums, firsts, axis=0) if len(cuts) > len(starts) else sums
    sums -= 128 * counts[:, None].astype(np.int32)
    return sums


def quantized(columns: npt.NDArray[np.floating], largest: int) -> tuple[npt.NDArray[np.int8], F32]:
    """Round the columns of a table, shape (BUCKETS, n_columns), to 8 bits.

    Parameters
    ----------
    largest : int
        What each column's largest number becomes, at most 127; less makes the packed file smaller.
    """
    if len(columns) != BUCKETS:
        raise ValueError(f"the table has {len(columns)} rows, expected {BUCKETS}")
    scales = np.maximum(np.abs(columns).max(axis=0), 1e-9) / largest
    return np.rint(columns / scales).astype(np.int8), scales.astype(np.float32)
