"""Second stage: the scores and shapes of a document's paragraphs to probabilities, each paragraph with its neighbours.

A plea of eight lines has lines that read like news; what stands before and after them gives them away. The network
is fitted on scores that the first stage gave to sites it had not seen, so that it does not trust memorised lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from stripper.kinds import KINDS
from stripper.network import F32, ConvNetwork, log_softmax

#: Views of the first stage, each with a score a kind.
VIEWS: Final = 2
#: Log-probabilities below this are all the same: "certainly not".
_FLOOR: Final = -8.0
_SCALE: Final = 4.0


def columns(scores: F32, dense: F32) -> F32:
    """Lay out what the network sees of each paragraph.

    Parameters
    ----------
    scores : float32 ndarray, shape (n_paragraphs, VIEWS * n_kinds)
        Of the first stage.
    dense : float32 ndarray, shape (n_paragraphs, n_dense)
        Shapes and places, columns as in ``features.DENSE_NAMES``.

    Returns
    -------
    float32 ndarray, shape (n_paragraphs, VIEWS * n_kinds + n_dense)
    """
    views = [log_softmax(scores[:, start : start + len(KINDS)]) for start in range(0, scores.shape[1], len(KINDS))]
    logs = np.maximum(np.concatenate(views, axis=1), np.float32(_FLOOR)) / np.float32(_SCALE)
    return np.concatenate([logs, dense], axis=1, dtype=np.float32)


@dataclass(frozen=True, eq=False)
class NetworkContext:
    """A network over a document's columns, and its calibration.

    Attributes
    ----------
    network : ConvNetwork
    calibration : float32 ndarray, shape (2,)
        Slope and intercept on the log-odds of "an appeal" (Platt, 1999), fitted on other sites than the rest.
    """

    network: ConvNetwork
    calibration: F32

    def raw(self, scores: F32, dense: F32) -> F32:
        """Give each kind's probability for one document, not calibrated, shape (n_paragraphs, n_kinds)."""
        return self.of_columns(columns(scores, dense))

    def of_columns(self, rows: F32) -> F32:
        """Give the same from what `columns` laid out."""
        return np.exp(log_softmax(self.network.logits(rows)))

    def probabilities(self, scores: F32, dense: F32) -> F32:
        """Estimate how likely each paragraph of one document is to be of each kind.

        Parameters
        ----------
        scores : float32 ndarray, shape (n_paragraphs, VIEWS * n_kinds)
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

    def probabilities_alone(self, scores: F32, dense: F32) -> F32:
        """Estimate the same for paragraphs that are each a document of its own; shapes as in `probabilities`."""
        rows = columns(scores, dense)
        return calibrated(np.exp(log_softmax(self.network.logits_alone(rows))), self.calibration)


def appeal_probability(probabilities: F32) -> npt.NDArray[np.float64]:
    """Give the probability of "an appeal" of each row of kind probabilities, shape (n_paragraphs,).

    In float64, here and nowhere else: a threshold lies between two of these numbers, wherever it is used.
    """
    return 1 - probabilities[:, 0].astype(np.float64)


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
    return VIEWS * len(KINDS) + n_dense
