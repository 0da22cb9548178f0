"""Every figure against numbers counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from stripper.kinds import KINDS
from stripper.training.metrics import Outcomes, average_precision, calibration_error, figures, found_at, threshold_at

K = {kind: column for column, kind in enumerate(KINDS)}


def made() -> Outcomes:
    """Two documents, nine paragraphs, one undecided."""
    gold = ["content", "content", "donate", "credit", "?", "content", "newsletter", "related", "content"]
    said = ["content", "donate", "donate", "related", "donate", "content", "follow", "content", "content"]
    removed = [0, 1, 1, 1, 1, 0, 1, 0, 0]
    return Outcomes(
        np.array([K.get(g, -1) for g in gold]),
        np.array([K[s] for s in said]),
        np.array([0.1, 0.7, 0.9, 0.8, 0.99, 0.2, 0.6, 0.3, 0.05]),
        np.array(removed, np.bool_),
        np.array([10, 30, 5, 5, 9, 20, 5, 5, 40]),
        np.array([0, 0, 0, 0, 0, 1, 1, 1, 2]),
    )


def test_shares_count_removed_paragraphs_of_each_gold_side() -> None:
    result = figures(made())
    assert result["paragraphs"] == 8
    assert result["documents"] == 3
    assert result["found"] == 3 / 4  # donate, credit, newsletter of those and related
    assert result["found_asking"] == 2 / 2
    assert result["lost"] == 1 / 4
    assert result["lost_words"] == 30 / 100
    assert result["clean_documents"] == 1 / 3  # only the third: the first lost content, the second leaks
    assert result["kind_accuracy"] == 1 / 3  # donate right, credit and newsletter wrong


def test_average_precision_is_the_mean_precision_at_each_hit() -> None:
    # by probability: donate + 0.9, credit + 0.8, content 0.7, newsletter + 0.6, related + 0.3, content …
    assert figures(made())["average_precision"] == pytest.approx((1 / 1 + 2 / 2 + 3 / 4 + 4 / 5) / 4)
    assert figures(made())["average_precision_asking"] == pytest.approx((1 / 1 + 2 / 3) / 2)
    assert average_precision(np.array([0.5, 0.5]), np.array([True, False])) == 0.5
    assert average_precision(np.array([0.5]), np.array([False])) is None


def test_found_at_a_loss_chooses_the_best_threshold_that_keeps_it() -> None:
    probability = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4])
    gold = np.array([True, False, True, False, True, False])
    assert found_at(probability, gold, ~gold, 0.0) == 1 / 3
    assert found_at(probability, gold, ~gold, 1 / 3) == 2 / 3
    assert found_at(probability, gold, ~gold, 1.0) == 1.0
    assert threshold_at(probability, ~gold, 0.0) > 0.8


def test_calibration_error_is_the_weighted_gap_of_fifteen_bins() -> None:
    probability = np.repeat(np.arange(15) / 15, 4)
    gold = np.tile([True, False, False, False], 15)
    expected = np.mean([abs(value / 15 - 0.25) for value in range(15)])
    assert calibration_error(probability, gold) == pytest.approx(expected)
