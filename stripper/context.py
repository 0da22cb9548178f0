"""Second stage: the scores and shapes of a document's paragraphs to probabilities, each paragraph with its neighbours.

A plea of eight lines has lines that read like news; what stands before and after them gives them away. The columns
show each paragraph the scores of its neighbours, the strongest and the mean scores before and after it, and its shape;
a few small networks look at one row each. A second pass sees what the first
said of the neighbours, so that certainty spreads along a plea.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from stripper.kinds import KINDS

F32 = npt.NDArray[np.float32]

#: Neighbours whose full scores are seen, on each side.
REACH: Final = 5
#: Log-probabilities below this are all the same: "certainly not".
_FLOOR: Final = -8.0
_SCALE: Final = 4.0
_BEYOND: Final = -0.5  # stands for the log-probabilities (already scaled) of a neighbour beyond the document's edge
CLIP: Final = 5.0  # standard deviations


class ContextModel(Protocol):
    """What the cleaner needs of a context model."""

    def probabilities(self, scores: F32, dense: F32) -> F32:
        """Give each kind's probability, shape (n_paragraphs, n_kinds), for one document in reading order."""
        ...


def columns(scores: F32, dense: F32) -> F32:
    """Lay out what the networks see of each paragraph of ONE document.

    Parameters
    ----------
    scores : float32 ndarray, shape (n_paragraphs, n_kinds)
        Of the first stage, in reading order.
    dense : float32 ndarray, shape (n_paragraphs, n_dense)
        Shapes and places, columns as in ``features.DENSE_NAMES``.

    Returns
    -------
    float32 ndarray, shape (n_paragraphs, (2 * REACH + 6) * n_kinds + 3 * n_dense)
    """
    n = len(scores)
    shifted = scores - scores.max(axis=1, keepdims=True)
    logs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    logs = np.maximum(logs, _FLOOR) / np.float32(_SCALE)
    chances = np.exp(logs * _SCALE)
    padded = np.full((n + 2 * REACH, logs.shape[1]), _BEYOND, np.float32)
    padded[REACH : REACH + n] = logs
    padded_dense = np.zeros((n + 2, dense.shape[1]), np.float32)
    padded_dense[1 : n + 1] = dense
    neighbours = [padded[REACH + step : REACH + step + n] for step in range(-REACH, REACH + 1)]
    return np.concatenate(
        [*neighbours, *_around(chances), dense, padded_dense[:n], padded_dense[2:]], axis=1, dtype=np.float32
    )


def _around(chances: F32) -> list[F32]:
    """Give the strongest and mean chances before and after each paragraph, and the document's mean."""
    n = len(chances)
    strongest_before, strongest_after = np.zeros_like(chances), np.zeros_like(chances)
    mean_before, mean_after = np.zeros_like(chances), np.zeros_like(chances)
    total = np.cumsum(chances, axis=0, dtype=np.float32)
    if n > 1:
        strongest_before[1:] = np.maximum.accumulate(chances, axis=0)[:-1]
        strongest_after[:-1] = np.maximum.accumulate(chances[::-1], axis=0)[::-1][1:]
        mean_before[1:] = total[:-1] / np.arange(1, n, dtype=np.float32)[:, None]
        mean_after[:-1] = (total[-1] - total[:-1]) / np.arange(n - 1, 0, -1, dtype=np.float32)[:, None]
    mean = np.broadcast_to(total[-1] / np.float32(n), chances.shape)
    return [strongest_before, strongest_after, mean_before, mean_after, mean]


@dataclass(frozen=True, eq=False)
class Networks:
    """Several networks of one hidden layer; the mean of their probabilities counts.

    Attributes
    ----------
    center, spread : float32 ndarray, shape (n_columns,)
        Mean and standard deviation of the columns in training.
    hidden_weights : float32 ndarray, shape (n_columns, n_networks * n_hidden)
    hidden_bias : float32 ndarray, shape (n_networks * n_hidden,)
    output_weights : float32 ndarray, shape (n_networks, n_hidden, n_kinds)
    output_bias : float32 ndarray, shape (n_networks, n_kinds)
    """

    center: F32
    spread: F32
    hidden_weights: F32
    hidden_bias: F32
    output_weights: F32
    output_bias: F32

    def probabilities(self, rows: F32) -> F32:
        """Give the networks' mean probabilities, not calibrated.

        Parameters
        ----------
        rows : float32 ndarray, shape (n_paragraphs, n_columns)

        Returns
        -------
        float32 ndarray, shape (n_paragraphs, n_kinds)
            Rows sum to 1.
        """
        scaled = np.clip((rows - self.center) / self.spread, -CLIP, CLIP)
        hidden = np.maximum(scaled @ self.hidden_weights + self.hidden_bias, 0)
        networks, width, _ = self.output_weights.shape
        outputs = hidden.reshape(len(rows), networks, width).transpose(1, 0, 2) @ self.output_weights
        outputs += self.output_bias[:, None, :]
        outputs -= outputs.max(axis=2, keepdims=True)
        np.exp(outputs, out=outputs)
        outputs /= outputs.sum(axis=2, keepdims=True)
        mean: F32 = outputs.mean(axis=0)
        return mean


@dataclass(frozen=True, eq=False)
class TwoPassContext:
    """Networks that look at scores, then networks that also look at what the first said of the neighbours.

    Attributes
    ----------
    first, second : Networks
    calibration : float32 ndarray, shape (2,)
        Slope and intercept on the log-odds of "an appeal" (Platt, 1999), fitted on other sites than the rest.
    """

    first: Networks
    second: Networks
    calibration: F32

    def raw(self, scores: F32, dense: F32) -> F32:
        """Give each kind's probability for one document, not calibrated, shape (n_paragraphs, n_kinds)."""
        rows = columns(scores, dense)
        return self.second.probabilities(with_opinions(rows, self.first.probabilities(rows)))

    def probabilities(self, scores: F32, dense: F32) -> F32:
        """Estimate how likely each paragraph of one document is to be of each kind.

        Parameters
        ----------
        scores : float32 ndarray, shape (n_paragraphs, n_kinds)
        dense : float32 ndarray, shape (n_paragraphs, n_dense)

        Returns
        -------
        float32 ndarray, shape (n_paragraphs, n_kinds)
            Rows sum to 1; one minus the first column is the calibrated probability of an appeal.

        References
        ----------
        Calibration: ``card.json`` of the release, entry "calibration".
        """
        return calibrated(self.raw(scores, dense), self.calibration)


def with_opinions(rows: F32, opinions: F32) -> F32:
    """Put the first pass's probabilities, of the paragraph and all around it, beside the columns of one document."""
    logs = np.log(np.maximum(opinions, np.float32(1e-5)))
    return np.concatenate([rows, columns(logs, np.zeros((len(rows), 0), np.float32))], axis=1)


def log_odds(probabilities: F32) -> npt.NDArray[np.float64]:
    """Give the log-odds of "an appeal" of each row of kind probabilities."""
    content = np.clip(probabilities[:, 0].astype(np.float64), 1e-7, 1 - 1e-7)
    return np.log((1 - content) / content)


def calibrated(probabilities: F32, calibration: F32) -> F32:
    """Move the probability of "an appeal" by slope and intercept on its log-odds; kinds keep their proportions."""
    odds = log_odds(probabilities) * calibration[0] + calibration[1]
    appeal = 1 / (1 + np.exp(-odds))
    rest = np.maximum(probabilities[:, 1:].sum(axis=1), 1e-12)
    result = probabilities * (appeal / rest)[:, None]
    result[:, 0] = 1 - appeal
    return np.asarray(result, np.float32)


def column_count(n_dense: int) -> int:
    """Give the number of columns that `columns` lays out for so many dense features."""
    return (2 * REACH + 6) * len(KINDS) + 3 * n_dense
