"""Features depend on what they say they depend on."""

from __future__ import annotations

import numpy as np
import pytest

from stripper.features import BUCKETS, DENSE_NAMES, FAMILIES, Features, featurize, ngrams, place
from tests.helpers import NEWS, PLEA

PLACE = len(place.FEATURE_NAMES)


def grams(features: Features, row: int) -> list[list[int]]:
    found = []
    for buckets, starts in zip(features.buckets, features.starts, strict=True):
        ends = [*starts[1:].tolist(), len(buckets)]
        found.append(sorted(buckets[starts[row] : ends[row]].tolist()))
    return found


def test_every_family_has_a_gram_for_every_paragraph_and_buckets_are_in_range() -> None:
    features = featurize(["", " ", "a", "ab c", "寺", "x" * 9000, "\ud800", "😀" * 5, ""])
    assert len(features.buckets) == len(FAMILIES)
    for buckets, starts in zip(features.buckets, features.starts, strict=True):
        assert (np.diff(starts) > 0).all()
        assert len(starts) == 9
        assert buckets.min() >= 0
        assert buckets.max() < BUCKETS
    assert features.dense.shape == (9, len(DENSE_NAMES))
    assert np.isfinite(features.dense).all()


def test_another_paragraph_changes_no_gram_and_no_shape_of_this_one() -> None:
    one, other = featurize(NEWS + PLEA), featurize([*NEWS[:2], "Something else altogether!", *PLEA])
    assert grams(one, 1) == grams(other, 1)
    np.testing.assert_array_equal(one.dense[1, :-PLACE], other.dense[1, :-PLACE])


def test_long_documents_are_hashed_in_chunks_without_a_seam() -> None:
    many = NEWS * 400  # more than one chunk
    assert sum(map(len, many)) > ngrams.CHUNK
    features = featurize(many)
    short = featurize(NEWS)
    for row in (3, 5 * 200 + 3, 5 * 399 + 3):
        assert grams(features, row) == grams(short, 3)


@pytest.mark.parametrize(
    ("one", "other"), [("DONATE now", "donate NOW"), ("from 12 euro", "from 97 euro"), ("café", "cafe")]
)
def test_case_digits_and_latin_accents_are_folded(one: str, other: str) -> None:
    assert grams(featurize([one]), 0) == grams(featurize([other]), 0)


def test_a_word_inside_a_word_is_another_gram() -> None:
    words = FAMILIES.index("word")
    assert set(grams(featurize(["the"]), 0)[words]) - set(grams(featurize(["there"]), 0)[words])


def test_repeated_paragraphs_are_noticed() -> None:
    column = DENSE_NAMES.index("repeated")
    dense = featurize(["Share", *NEWS, "Share"]).dense
    assert dense[0, column] == dense[-1, column] > 0 == dense[2, column]


def test_a_long_paragraph_is_seen_by_its_edges_alone() -> None:
    start, end, middle = "a" * (ngrams.MAX_PARAGRAPH // 2), "z" * (ngrams.MAX_PARAGRAPH // 2), "m" * 100
    one, other = featurize([start + middle + end]), featurize([start + middle.upper() + "?" * 300 + end])
    assert 350 <= ngrams.MAX_PARAGRAPH <= 600  # what was measured, models/EXPERIMENTS.md
    for first, second in zip(one.buckets, other.buckets, strict=True):
        np.testing.assert_array_equal(first, second)
    whole = featurize([start + middle + end], longest=ngrams.MAX_TRAINING_PARAGRAPH)
    assert len(whole.buckets[2]) > len(one.buckets[2])
