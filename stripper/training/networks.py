"""Fit a `ConvNetwork` by gradient descent, by hand in numpy: small enough that a framework would weigh more than it.

Documents of a batch stand one after the other with a gap of zero rows between them, as wide as the longest dilation,
so that no convolution sees into the next document and nothing is padded. Deterministic: one thread, one generator.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from stripper.kinds import KINDS
from stripper.network import CLIP, DILATIONS, F32, ConvNetwork, beside, log_softmax

_GAP: Final = max(DILATIONS)
#: Paragraphs of a longer document are cut at random to this many in training.
LONGEST: Final = 96
_CLIP_NORM: Final = 5.0
_WARM_UP: Final = 50  # steps
_LEAST_STEPS: Final = 100
_CONSTANT: Final = 1e-6  # standard deviation below which a column does not vary
_BETAS: Final = (0.9, 0.999)  # Adam, Kingma & Ba 2015
_TINY: Final = 1e-8

I64 = npt.NDArray[np.int64]
Weights = dict[str, F32]


@dataclass(frozen=True, slots=True)
class Settings:
    """How a network is fitted; chosen by measurement, see models/EXPERIMENTS.md."""

    hidden: int
    epochs: int
    rate: float  # of Adam at its height; a cosine brings it down
    decay: float  # decoupled weight decay, Loshchilov & Hutter 2019
    batch: int  # paragraphs
    dropout: float  # of hidden numbers
    input_dropout: float


@dataclass(frozen=True, eq=False)
class Batch:
    """Rows of several documents with gaps between; row arrays have shape (n_rows,), gaps included."""

    filled: I64  # which rows are paragraphs, ascending
    document: I64  # document of each row, gaps belong to the one before
    starts: I64  # first row of each document
    sizes: F32  # paragraphs of each document

    @classmethod
    def of(cls, sizes: Sequence[int]) -> Batch:
        """Lay out documents of so many paragraphs."""
        lengths = np.asarray(sizes, np.int64)
        starts = np.cumsum(lengths + _GAP) - lengths - _GAP
        document = np.repeat(np.arange(len(lengths)), lengths + _GAP)
        place = np.arange(len(document)) - starts[document]
        return cls(np.flatnonzero(place < lengths[document]), document, starts, lengths.astype(np.float32))


def initial(columns: int, hidden: int, rng: np.random.Generator) -> Weights:
    """Draw weights with the spread of LeCun et al. 1998, biases zero."""
    wide = 3 * hidden

    def drawn(*shape: int) -> F32:
        return np.asarray(rng.standard_normal(shape) * np.sqrt(1.0 / shape[-2]), np.float32)

    return {
        "input_weights": drawn(columns, hidden),
        "input_bias": np.zeros(hidden, np.float32),
        "pooled_weights": drawn(2 * hidden, hidden),
        "pooled_bias": np.zeros(hidden, np.float32),
        "conv_weights": drawn(len(DILATIONS), wide, hidden),
        "conv_bias": np.zeros((len(DILATIONS), hidden), np.float32),
        "output_weights": drawn(2 * hidden, len(KINDS)),
        "output_bias": np.zeros(len(KINDS), np.float32),
    }


def _dropped(shape: tuple[int, ...], rate: float, rng: np.random.Generator) -> F32:
    return np.asarray((rng.random(shape, np.float32) >= rate) / np.float32(1 - rate), np.float32)


def certain(gold: I64) -> F32:
    """Turn gold kinds, -1 where undecided, into targets, shape (n_paragraphs, n_kinds)."""
    targets = np.zeros((len(gold), len(KINDS)), np.float32)
    known = np.flatnonzero(gold >= 0)
    targets[known, gold[known]] = 1
    return targets


def gradients(
    weights: Weights, scaled: F32, targets: F32, batch: Batch, settings: Settings, rng: np.random.Generator
) -> tuple[float, Weights, F32]:
    """Give the loss and its gradients for one batch.

    Parameters
    ----------
    scaled : float32 ndarray, shape (n_paragraphs, n_columns)
        Standardised columns of the batch's paragraphs, without gaps.
    targets : float32 ndarray, shape (n_paragraphs, n_kinds)
        Probabilities that the kinds should have; all zero where undecided.

    Returns
    -------
    loss : float
        Mean cross-entropy of the decided paragraphs.
    gradients : dict, as `weights`
    by_input : float32 ndarray, as `scaled`
    """
    filled, n = batch.filled, len(batch.document)
    clipped = np.clip(scaled, -CLIP, CLIP)
    keep_inputs = _dropped(clipped.shape, settings.input_dropout, rng)
    inputs = clipped * keep_inputs
    hidden = weights["input_bias"].shape[0]
    mask = np.zeros((n, 1), np.float32)
    mask[filled] = 1

    own = np.zeros((n, hidden), np.float32)
    keep_own = _dropped((len(filled), hidden), settings.dropout, rng)
    own[filled] = np.maximum(inputs @ weights["input_weights"] + weights["input_bias"], 0) * keep_own
    means = np.add.reduceat(own, batch.starts, axis=0) / batch.sizes[:, None]
    peaks = np.maximum.reduceat(own, batch.starts, axis=0)
    pooled = np.concatenate([means, peaks], axis=1)
    summary = np.maximum(pooled @ weights["pooled_weights"] + weights["pooled_bias"], 0)
    seen = (own + summary[batch.document]) * mask
    layers = []
    for layer, dilation in enumerate(DILATIONS):
        around = beside(seen, dilation)
        passed = np.maximum(around @ weights["conv_weights"][layer] + weights["conv_bias"][layer], 0)
        keep = _dropped(passed.shape, settings.dropout, rng) * mask
        keep[passed <= 0] = 0
        layers.append((around, keep))
        seen = seen + passed * keep
    last = np.concatenate([seen[filled], own[filled]], axis=1)
    logs = log_softmax(last @ weights["output_weights"] + weights["output_bias"])

    decided = targets.sum(axis=1, keepdims=True)
    count = np.float32(max(int(np.count_nonzero(decided)), 1))
    loss = float(-(targets * logs).sum() / count)
    error = (np.exp(logs) * decided - targets) / count

    found: Weights = {"output_weights": last.T @ error, "output_bias": error.sum(axis=0)}
    back = error @ weights["output_weights"].T
    to_seen, to_own = np.zeros((n, hidden), np.float32), np.zeros((n, hidden), np.float32)
    to_seen[filled], to_own[filled] = back[:, :hidden], back[:, hidden:]
    conv_weights, conv_bias = np.zeros_like(weights["conv_weights"]), np.zeros_like(weights["conv_bias"])
    for layer in range(len(DILATIONS) - 1, -1, -1):
        around, keep = layers[layer]
        through = to_seen * keep
        conv_weights[layer], conv_bias[layer] = around.T @ through, through.sum(axis=0)
        to_seen = to_seen + _gathered(through @ weights["conv_weights"][layer].T, DILATIONS[layer])
    to_seen *= mask
    found |= {"conv_weights": conv_weights, "conv_bias": conv_bias}
    to_summary = np.add.reduceat(to_seen, batch.starts, axis=0) * (summary > 0)
    found |= {"pooled_weights": pooled.T @ to_summary, "pooled_bias": to_summary.sum(axis=0)}
    to_pooled = to_summary @ weights["pooled_weights"].T
    to_own += to_seen + (to_pooled[:, :hidden] / batch.sizes[:, None])[batch.document]
    at_peak = (own == peaks[batch.document]) & (own > 0)
    to_own += at_peak * to_pooled[:, hidden:][batch.document]
    to_hidden = to_own[filled] * keep_own * (own[filled] > 0)
    found |= {"input_weights": inputs.T @ to_hidden, "input_bias": to_hidden.sum(axis=0)}
    by_input = (to_hidden @ weights["input_weights"].T) * keep_inputs * (np.abs(scaled) < CLIP)
    return loss, found, by_input


def _gathered(wide: F32, dilation: int) -> F32:
    """Undo `beside` for gradients: sum what three rows each say of one."""
    width = wide.shape[1] // 3
    result: F32 = wide[:, width : 2 * width].copy()
    result[:-dilation] += wide[dilation:, :width]
    result[dilation:] += wide[:-dilation, 2 * width :]
    return result


class Adam:
    """Adam with decoupled weight decay and a bound on the gradients' norm; changes the weights in place."""

    def __init__(self, weights: Weights, decay: float) -> None:
        self._weights = weights
        self._decay = decay
        self._first = {name: np.zeros_like(array) for name, array in weights.items()}
        self._second = {name: np.zeros_like(array) for name, array in weights.items()}
        self._steps = 0

    def step(self, found: Weights, rate: float) -> None:
        """Move the weights against their gradients."""
        self._steps += 1
        norm = np.sqrt(sum(float((gradient**2).sum()) for gradient in found.values()))
        shrink = np.float32(min(1.0, _CLIP_NORM / (norm + 1e-6)))
        one, two = _BETAS
        for name, weight in self._weights.items():
            gradient = found[name] * shrink
            self._first[name] += np.float32(1 - one) * (gradient - self._first[name])
            self._second[name] += np.float32(1 - two) * (gradient**2 - self._second[name])
            first = self._first[name] / np.float32(1 - one**self._steps)
            second = self._second[name] / np.float32(1 - two**self._steps)
            weight *= np.float32(1 - rate * self._decay)
            weight -= np.float32(rate) * first / (np.sqrt(second) + np.float32(_TINY))


def schedule(step: int, steps: int) -> float:
    """Give the share of the learning rate: a short rise, then half a cosine."""
    height = 0.5 * (1 + np.cos(np.pi * min(step / steps, 1.0))) + 0.02
    return float(height * min(1.0, (step + 1) / _WARM_UP))


def batches(sizes: Sequence[int], limit: int, rng: np.random.Generator) -> Iterator[list[int]]:
    """Deal documents of so many paragraphs into batches of about `limit` paragraphs, in random order."""
    batch: list[int] = []
    total = 0
    for number in rng.permutation(len(sizes)).tolist():
        size = min(sizes[number], LONGEST)
        if batch and total + size > limit:
            yield batch
            batch, total = [], 0
        batch.append(number)
        total += size
    if batch:
        yield batch


def rounds(sizes: Sequence[int], settings: Settings) -> tuple[int, int]:
    """Give epochs and steps for documents of so many paragraphs: more epochs when they are few."""
    each = max(sum(min(size, LONGEST) for size in sizes) // settings.batch, 1)
    epochs = max(settings.epochs, -(-_LEAST_STEPS // each))
    return epochs, epochs * each


def window(size: int, rng: np.random.Generator) -> slice:
    """Choose which paragraphs of a document are shown this time."""
    if size <= LONGEST:
        return slice(0, size)
    start = int(rng.integers(size - LONGEST + 1))
    return slice(start, start + LONGEST)


def scale_of(rows: F32) -> tuple[F32, F32]:
    """Give the columns' mean and standard deviation, each of shape (n_columns,).

    A column that never varies gets a deviation of 1: any other value would be as strange as can be, and the weights
    that it meets were never fitted.
    """
    spread = rows.std(axis=0, dtype=np.float64)
    spread[spread < _CONSTANT] = 1.0
    return rows.mean(axis=0, dtype=np.float64).astype(np.float32), spread.astype(np.float32)


def fit_network(samples: Sequence[tuple[F32, F32]], settings: Settings, seed: int) -> ConvNetwork:
    """Fit a network to documents whose columns are fixed.

    Parameters
    ----------
    samples : sequence of (columns, targets)
        One a document: columns, shape (n_paragraphs, n_columns), and targets as `gradients` takes them.
    """
    rng = np.random.default_rng(seed)
    center, spread = scale_of(np.concatenate([rows for rows, _ in samples]))
    weights = initial(len(center), settings.hidden, rng)
    adam = Adam(weights, settings.decay)
    step = 0
    sizes = [len(targets) for _, targets in samples]
    epochs, steps = rounds(sizes, settings)
    for _ in range(epochs):
        for chosen in batches(sizes, settings.batch, rng):
            cuts = [window(sizes[number], rng) for number in chosen]
            rows = np.concatenate([samples[number][0][cut] for number, cut in zip(chosen, cuts, strict=True)])
            targets = np.concatenate([samples[number][1][cut] for number, cut in zip(chosen, cuts, strict=True)])
            batch = Batch.of([cut.stop - cut.start for cut in cuts])
            _, found, _ = gradients(weights, (rows - center) / spread, targets, batch, settings, rng)
            adam.step(found, settings.rate * schedule(step, steps))
            step += 1
    return finished(weights, center, spread)


def finished(weights: Weights, center: F32, spread: F32) -> ConvNetwork:
    """Make the network of fitted weights."""
    arrays: dict[str, Any] = dict(weights)
    return ConvNetwork(center=center, spread=spread, **arrays)
