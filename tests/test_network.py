"""The network sees its neighbours and no further; its gradients, written by hand, are those of its loss."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from stripper.classifier import _row_sums
from stripper.kinds import KINDS
from stripper.network import CLIP, DILATIONS
from stripper.training.networks import Batch, Settings, certain, finished, fit_network, gradients, initial

SETTINGS = Settings(hidden=8, epochs=60, rate=1e-2, decay=0, batch=64, dropout=0, input_dropout=0)


def weights(seed: int = 0) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    drawn = initial(5, SETTINGS.hidden, rng)
    return {name: array.astype(np.float64) + 0.1 * rng.standard_normal(array.shape) for name, array in drawn.items()}


def test_a_paragraph_is_seen_as_far_as_the_dilations_reach_and_through_the_documents_summary() -> None:
    rng = np.random.default_rng(1)
    own = weights()
    rows = rng.standard_normal((60, 5))
    moved = rows.copy()
    moved[30] += 1

    def changed() -> np.ndarray:
        network = finished(own, np.zeros(5), np.ones(5))
        return np.abs(network.logits(moved) - network.logits(rows)).max(axis=1) > 1e-9

    assert changed().all()  # through the summary
    own["pooled_weights"][:] = 0
    seen = np.flatnonzero(changed())
    reach = sum(DILATIONS)
    assert (seen.min(), seen.max()) == (30 - reach, 30 + reach)


@pytest.mark.parametrize("dropout", [0.0, 0.3])
def test_the_gradients_are_those_of_the_loss(dropout: float) -> None:
    rng = np.random.default_rng(8)  # of which no step crosses a kink
    own = weights(3)
    sizes = [7, 1, 12]
    rows, targets = 3 * rng.standard_normal((20, 5)), certain(rng.integers(-1, len(KINDS), 20))
    targets[3:9] = np.random.default_rng(1).dirichlet(np.ones(len(KINDS)), 6)  # as a teacher gives them
    rows[0] = 2 * CLIP  # beyond what the network looks at
    batch = Batch.of(sizes)
    settings = replace(SETTINGS, dropout=dropout, input_dropout=dropout)

    def loss() -> float:
        return gradients(own, rows, targets, batch, settings, np.random.default_rng(9))[0]

    _, found, by_input = gradients(own, rows, targets, batch, settings, np.random.default_rng(9))
    assert not by_input[0].any()
    for name, array in [*own.items(), ("rows", rows)]:
        gradient = by_input if name == "rows" else found[name]
        for place in rng.choice(array.size, size=6, replace=False):
            at = np.unravel_index(place, array.shape)
            kept, step = array[at], 1e-3
            array[at] = kept + step
            above = loss()
            array[at] = kept - step
            below = loss()
            array[at] = kept
            assert gradient[at] == pytest.approx((above - below) / (2 * step), abs=2e-3), (name, at)


def test_fitting_and_inference_see_a_document_alike() -> None:
    rng = np.random.default_rng(4)
    own = weights(5)
    sizes = [9, 20]
    rows = rng.standard_normal((29, 5))
    network = finished(own, np.zeros(5), np.ones(5))
    gold = np.concatenate([network.logits(part).argmax(axis=1) for part in (rows[:9], rows[9:])])
    one = -np.concatenate([_logs(network.logits(part)) for part in (rows[:9], rows[9:])])[range(29), gold].mean()
    assert gradients(own, rows, certain(gold), Batch.of(sizes), SETTINGS, rng)[0] == pytest.approx(one, rel=1e-4)


def _logs(logits: np.ndarray) -> np.ndarray:
    return logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))


def test_alone_is_a_document_of_one_paragraph() -> None:
    rows = np.random.default_rng(2).standard_normal((5, 5))
    network = finished(weights(), np.zeros(5), np.ones(5))
    singly = np.concatenate([network.logits(row[None]) for row in rows])
    np.testing.assert_allclose(network.logits_alone(rows), singly, atol=1e-4)


def test_what_only_a_neighbour_tells_is_learned() -> None:
    rng = np.random.default_rng(6)
    samples = []
    for _ in range(40):
        rows = rng.standard_normal((12, 5)).astype(np.float32)
        gold = np.append(0, (rows[:-1, 0] > 0).astype(np.int64))  # the paragraph before decides
        samples.append((rows, gold))
    network = fit_network([(rows, certain(gold)) for rows, gold in samples[:30]], SETTINGS, seed=0)
    right = [network.logits(rows).argmax(axis=1) == gold for rows, gold in samples[30:]]
    assert np.concatenate(right).mean() > 0.9


def test_runs_of_table_rows_are_summed_exactly() -> None:
    rng = np.random.default_rng(7)
    rows = rng.integers(-128, 128, (3000, 16), dtype=np.int8)
    rows[:700] = -128
    starts = np.array([0, 1, 2, 700, 1500, 2999])
    counts = np.diff(starts, append=len(rows))
    expected = np.add.reduceat(rows, starts, axis=0, dtype=np.int32)
    np.testing.assert_array_equal(_row_sums(rows, starts, counts), expected)
