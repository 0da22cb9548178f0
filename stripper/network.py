"""A small convolutional network over the paragraphs of one document, in numpy.

Both stages use it: a paragraph's columns become one hidden vector; a summary of the document (mean and maximum) is
added; dilated convolutions pass on what stands up to fifteen paragraphs before and after; the paragraph's own vector
and what its surroundings made of it together score the kinds. Lines of a plea that read like news are found by what
surrounds them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

F32 = npt.NDArray[np.float32]

#: Steps between the three paragraphs that each convolution sees; together they reach 15 to each side.
DILATIONS: Final = (1, 2, 4, 8)
CLIP: Final = 5.0  # standard deviations


@dataclass(frozen=True, eq=False)
class ConvNetwork:
    """Weights of a network; all arrays float32.

    Attributes
    ----------
    center, spread : shape (n_columns,)
        Mean and standard deviation of the columns in training.
    input_weights, input_bias : shapes (n_columns, n_hidden), (n_hidden,)
    pooled_weights, pooled_bias : shapes (2 * n_hidden, n_hidden), (n_hidden,)
        For the document's mean and maximum.
    conv_weights, conv_bias : shapes (n_convolutions, 3 * n_hidden, n_hidden), (n_convolutions, n_hidden)
        For the paragraph one dilation before, the paragraph itself, the one after.
    output_weights, output_bias : shapes (2 * n_hidden, n_kinds), (n_kinds,)
    """

    center: F32
    spread: F32
    input_weights: F32
    input_bias: F32
    pooled_weights: F32
    pooled_bias: F32
    conv_weights: F32
    conv_bias: F32
    output_weights: F32
    output_bias: F32

    def logits(self, rows: F32) -> F32:
        """Score the paragraphs of ONE document.

        Parameters
        ----------
        rows : float32 ndarray, shape (n_paragraphs, n_columns)
            In reading order.

        Returns
        -------
        float32 ndarray, shape (n_paragraphs, n_kinds)
            Unbounded; the softmax of a row estimates the kinds' probabilities.
        """
        own = self._own(rows)
        pooled = np.concatenate([own.mean(axis=0), own.max(axis=0)])
        seen = own + np.maximum(pooled @ self.pooled_weights + self.pooled_bias, 0)
        for dilation, weights, bias in zip(DILATIONS, self.conv_weights, self.conv_bias, strict=True):
            seen = seen + np.maximum(beside(seen, dilation) @ weights + bias, 0)
        return self._scored(seen, own)

    def logits_alone(self, rows: F32) -> F32:
        """Score each paragraph as if it were a document of its own; shapes as in `logits`."""
        own = self._own(rows)
        pooled = np.concatenate([own, own], axis=1)
        seen = own + np.maximum(pooled @ self.pooled_weights + self.pooled_bias, 0)
        hidden = own.shape[1]
        for weights, bias in zip(self.conv_weights, self.conv_bias, strict=True):
            seen = seen + np.maximum(seen @ weights[hidden : 2 * hidden] + bias, 0)
        return self._scored(seen, own)

    def _own(self, rows: F32) -> F32:
        scaled = np.clip((rows - self.center) / self.spread, -CLIP, CLIP)
        own: F32 = np.maximum(scaled @ self.input_weights + self.input_bias, 0)
        return own

    def _scored(self, seen: F32, own: F32) -> F32:
        result: F32 = np.concatenate([seen, own], axis=1) @ self.output_weights + self.output_bias
        return result


def beside(rows: F32, dilation: int) -> F32:
    """Put beside each row those `dilation` before and after it, zeros beyond the edges.

    >>> beside(np.ones((2, 1), np.float32), 1).tolist()
    [[0.0, 1.0, 1.0], [1.0, 1.0, 0.0]]
    """
    n, width = rows.shape
    result = np.zeros((n, 3 * width), np.float32)
    result[:, width : 2 * width] = rows
    if n > dilation:
        result[dilation:, :width] = rows[:-dilation]
        result[:-dilation, 2 * width :] = rows[dilation:]
    return result


def log_softmax(scores: F32) -> F32:
    """Turn scores, shape (n, n_kinds), into log-probabilities."""
    shifted = scores - scores.max(axis=1, keepdims=True)
    result: F32 = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return result
