"""The cleaned text is the kept spans with their own gaps."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stripper.rendering import cleaned_text
from stripper.segment import segment
from stripper.structure import level, orphans
from tests.test_segment import TEXTS


def kept(text: str, *gone: str) -> str:
    parts = segment(text)
    return cleaned_text(text, parts.spans, [paragraph not in gone for paragraph in parts.paragraphs()])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A\nX\nB\n", "A\nB\n"),
        ("A\n\nX\n\nB", "A\n\nB"),
        ("A\nX\n\nB", "A\n\nB"),
        ("A\r\n\r\nX\r\n\r\nB\r\n", "A\r\n\r\nB\r\n"),
        ("X\n\nA\n", "A\n"),
        ("\ufeffX\nA", "\ufeffA"),
        ("A\n\nX\n", "A\n"),
        ("A\nX", "A"),
        ("X", ""),
    ],
)
def test_nothing_is_rewritten_and_no_blank_lines_pile_up(text: str, expected: str) -> None:
    assert kept(text, "X") == expected


def test_code_in_a_gap_stays() -> None:
    text = "# A\n\nB [c](https://d.example)\n\n```\ncode\n```\n\nX\n\nE\n"
    assert kept(text, "X") == "# A\n\nB [c](https://d.example)\n\n```\ncode\n```\n\nE\n"


@settings(max_examples=300, deadline=None, derandomize=True)
@given(TEXTS, st.randoms(use_true_random=False))
def test_every_kept_paragraph_appears_in_order(text: str, random: object) -> None:
    parts = segment(text)
    keep = [random.random() < 0.5 for _ in parts.spans]  # type: ignore[attr-defined]
    result = cleaned_text(text, parts.spans, keep)
    at = 0
    for paragraph, stays in zip(parts.paragraphs(), keep, strict=True):
        if stays:
            at = result.index(paragraph, at) + len(paragraph)
    if all(keep):
        assert result == text


@pytest.mark.parametrize(
    ("paragraphs", "removed", "expected"),
    [
        (["A", "---", "X", "X"], [0, 0, 1, 1], [0, 1, 1, 1]),
        (["A", "***", "B", "X"], [0, 1, 0, 1], [0, 0, 0, 1]),
        (["# T", "A", "## Give", "X", "## More", "B"], [0, 0, 0, 1, 0, 0], [0, 0, 1, 1, 0, 0]),
        (["# T", "A", "## Give", "X", "### Really", "B"], [0, 0, 0, 1, 0, 0], [0, 0, 0, 1, 0, 0]),
        (["X", "---", "A"], [1, 0, 0], [1, 0, 0]),
        (["A", "___"], [0, 1], [0, 0]),
        (["A", "---", "B"], [0, 0, 0], [0, 0, 0]),
    ],
)
def test_separators_and_headings_go_with_what_they_introduced(
    paragraphs: list[str], removed: list[int], expected: list[int]
) -> None:
    marks = np.array(removed, np.bool_)
    orphans(paragraphs, marks)
    assert marks.tolist() == [bool(mark) for mark in expected]


def test_levels_are_read_from_the_paragraph_alone() -> None:
    assert [level(p) for p in ("# A", "###### B", "* * *", "====", "A\n---", "A - B", "#tag", "")] == [
        1,
        6,
        7,
        7,
        2,
        0,
        0,
        0,
    ]
