"""Fit the embedding view: numbers for every hashed n-gram and the network that reads their sums, together.

N-grams are dropped at random in training, some paragraphs lose nearly all, so that the network learns to live with text
that it never saw. A bucket's numbers move only in batches that hold it, by AdaGrad with one step size a bucket (Duchi
et al. 2011): frequent n-grams settle, rare ones still learn.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from stripper.features import BUCKETS
from stripper.kinds import KINDS
from stripper.network import F32, ConvNetwork
from stripper.training.networks import (
    Adam,
    Batch,
    Settings,
    batches,
    certain,
    finished,
    gradients,
    initial,
    rounds,
    scale_of,
    schedule,
    window,
)
from stripper.training.recombination import recombined
from stripper.training.tabulation import I64, Table

#: With the linear weights 64 bytes a bucket: one line of cache.
DIMENSIONS: Final = 64 - len(KINDS)
_RATE: Final = 0.01
_DROPPED: Final = 1.2  # a paragraph's share of dropped n-grams is drawn from 0 to this
_KEPT: Final = 0.05  # least share that counts for making up for dropped ones


def fit(table: Table, chosen: Sequence[int], settings: Settings, copies: int, seed: int) -> tuple[F32, ConvNetwork]:
    """Fit embeddings and network on some documents and, anew in each epoch, on their recombinations.

    Returns
    -------
    embeddings : float32 ndarray, shape (BUCKETS, DIMENSIONS)
        All zero where no n-gram fell.
    network : ConvNetwork
        Its columns are the sums of embeddings, then the dense features.
    """
    rng = np.random.default_rng(seed)
    real = [(table.documents[number], table.dense(table.documents[number], table.places[number])) for number in chosen]
    mean, deviation = scale_of(np.concatenate([columns for _, columns in real]))
    center = np.concatenate([np.zeros(DIMENSIONS, np.float32), mean])
    spread = np.concatenate([np.ones(DIMENSIONS, np.float32), deviation])
    embeddings = np.zeros((BUCKETS, DIMENSIONS), np.float32)
    moved = np.full(BUCKETS, 1e-3, np.float32)
    weights = initial(len(center), settings.hidden, rng)
    adam = Adam(weights, settings.decay)
    step, epoch, epochs, steps = 0, 0, 1, 0
    while epoch < epochs:
        shown = real + [(rows, table.dense(rows)) for rows in recombined(table, chosen, copies, rng)]
        if epoch == 0:
            epochs, steps = rounds([len(rows) for rows, _ in shown], settings)
        epoch += 1
        for numbers in batches([len(rows) for rows, _ in shown], settings.batch, rng):
            cuts = [window(len(shown[number][0]), rng) for number in numbers]
            rows = np.concatenate([shown[number][0][cut] for number, cut in zip(numbers, cuts, strict=True)])
            columns = np.concatenate([shown[number][1][cut] for number, cut in zip(numbers, cuts, strict=True)])
            buckets, grams = _drop(table, rows, rng)
            bags = grams @ embeddings[buckets]
            scaled = (np.concatenate([bags, columns], axis=1) - center) / spread
            batch = Batch.of([cut.stop - cut.start for cut in cuts])
            _, found, by_input = gradients(weights, scaled, certain(table.gold[rows]), batch, settings, rng)
            height = schedule(step, steps)
            adam.step(found, settings.rate * height)
            decided = max(int((table.gold[rows] >= 0).sum()), 1)  # the loss is their mean; here each counts alike
            by_bucket = grams.T @ by_input[:, :DIMENSIONS] * np.float32(decided)
            moved[buckets] += (by_bucket**2).mean(axis=1)
            embeddings[buckets] -= np.float32(_RATE * height) * by_bucket / np.sqrt(moved[buckets])[:, None]
            step += 1
    return embeddings, finished(weights, center, spread)


def _drop(table: Table, rows: I64, rng: np.random.Generator) -> tuple[Any, Any]:
    """Drop n-grams of paragraphs; give the buckets left and the matrix of their values, a row a paragraph."""
    from scipy.sparse import csr_matrix

    buckets, values, counts = table.whole.rows(rows)
    rates = rng.random(len(rows), np.float32) * np.float32(_DROPPED)
    kept = rng.random(len(buckets), np.float32) >= np.repeat(rates, counts)
    weight = values / np.repeat(np.sqrt(np.maximum(1 - rates, _KEPT)), counts)
    owner = np.repeat(np.arange(len(rows)), counts)[kept]
    left, columns = np.unique(buckets[kept], return_inverse=True)
    edges = np.append(0, np.cumsum(np.bincount(owner, minlength=len(rows))))
    return left, csr_matrix((weight[kept], columns, edges), shape=(len(rows), len(left)))
