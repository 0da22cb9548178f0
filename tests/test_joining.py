"""Joined documents: what they are made of, and hand-counted shares of what is cut."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from stripper.document import Cut
from stripper.training.corpus import Labelled
from stripper.training.joining import evaluate_joined, joined

DOCUMENT = Labelled(
    "a",
    "a.example",
    "en",
    "dev",
    "test",
    ("The mill burned\ndown.", "Give now!", "Give today!", "Nobody was hurt.", "By A. Reyes", "Unclear."),
    ("content", "donate", "donate", "content", "credit", "?"),
)


def test_each_appeal_is_joined_to_one_content_neighbour() -> None:
    paragraphs, parts = joined(DOCUMENT, "appeal")
    assert paragraphs == ["The mill burned down. Give now!", "Give today! Nobody was hurt.", "By A. Reyes", "Unclear."]
    for paragraph, own in zip(paragraphs, parts, strict=True):
        assert " ".join(paragraph[part.start : part.end] for part in own) == paragraph
    assert [[part.appended for part in own] for own in parts] == [[False, True], [True, False], [False], [False]]


def test_a_whole_document_becomes_one_line() -> None:
    paragraphs, parts = joined(DOCUMENT, "document")
    assert paragraphs == ["The mill burned down. Give now! Give today! Nobody was hurt. By A. Reyes Unclear."]
    assert [part.label for part in parts[0]] == list(DOCUMENT.labels)


def test_shares_are_counted_by_words_and_by_joined_appeals() -> None:
    def label(paragraphs: list[str]) -> list[SimpleNamespace]:
        cut = Cut(22, 31, "donate", 0.9)  # "Give now!"
        decisions = [SimpleNamespace(text=text, removed=False, cuts=()) for text in paragraphs]
        decisions[0].cuts = (cut,)
        decisions[2].removed = True
        return decisions

    figures = evaluate_joined([DOCUMENT], SimpleNamespace(label=label), "appeal")  # type: ignore[arg-type]
    assert figures["found_words"] == pytest.approx(5 / 7)  # "Give now!" and "By A. Reyes", of these and "Give today!"
    assert figures["lost_words"] == 0
    assert (figures["appended"], figures["cut"]) == (2, 0.5)
