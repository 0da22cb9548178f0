"""Sentences are spans of their paragraph; appeals are cut at its edges, and anywhere where line breaks were lost."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from stripper import Stripper, rebuild
from stripper.cutting import LONGEST, cuts
from stripper.segment.sentences import sentences
from tests.helpers import NEWS as NEWS_LINES
from tests.helpers import PLEA

AWKWARD = st.lists(
    st.sampled_from(
        [
            "a",
            "É",
            "漢",
            "J. ",
            "U.S. ",
            ". ",
            "! ",
            "؟ ",
            "。",
            "…",
            "1. ",
            "\ud800",
            "\u200f",
            "\u2028",
            "\x85",
            "\xa0",
        ]
        + ["\r\n", "\n", " ", "😀", "”", ")", "[1]", "\x00", "\ufeff", "Mr. ", "..."]
    ),
    max_size=40,
).map("".join)


@given(AWKWARD)
def test_sentences_cover_everything_visible_in_order(text: str) -> None:
    last = 0
    for start, end in sentences(text):
        assert last <= start < end <= len(text)
        assert not text[last:start].strip()
        assert text[start:end].strip() == text[start:end]
        last = end
    assert not text[last:].strip()


def judged_by(mark: str):
    """Judge whatever holds a mark to be an appeal."""
    return lambda texts: (np.array([0.99 if mark in text else 0.01 for text in texts]), ["newsletter"] * len(texts))


def cut(paragraphs: list[str], chances: list[float], *, may: list[bool] | None = None) -> list[list[str]]:
    open_rows = np.array(may or [True] * len(paragraphs))
    found = cuts(paragraphs, np.array(chances), open_rows, judged_by("Subscribe"), 0.8)
    return [[text[one.start : one.end] for one in ones] for text, ones in zip(paragraphs, found, strict=True)]


MIXED = (
    "The minister left on Monday evening. She will be back, her office said. Subscribe to our letter. Subscribe now!"
)
NEWS = "Two crossings a day are planned. The harbour office said so on Friday, weather permitting."


def test_a_run_at_the_edge_is_cut_and_the_rest_stays() -> None:
    assert cut([NEWS, MIXED], [0.01, 0.3]) == [[], ["Subscribe to our letter. Subscribe now!"]]
    turned = "Subscribe now! " + NEWS
    assert cut([turned, NEWS], [0.3, 0.01]) == [["Subscribe now!"], []]


def test_a_run_in_the_middle_stays_unless_the_document_is_one_line() -> None:
    middle = f"{NEWS} Subscribe now! {NEWS}"
    assert cut([middle, NEWS, NEWS], [0.3, 0.01, 0.01]) == [[], [], []]
    line = f"{NEWS} {NEWS} Subscribe now! {NEWS}"
    assert cut([line], [0.01]) == [["Subscribe now!"]]


def test_a_paragraph_of_appeals_alone_is_not_cut_nor_one_that_may_not_be_nor_one_above_suspicion() -> None:
    assert cut(["Subscribe to our letter, it is free of charge. Subscribe now, and do not wait."], [0.3]) == [[]]
    assert cut([MIXED], [0.3], may=[False]) == [[]]
    assert cut([NEWS, MIXED], [0.01, 0.01]) == [[], []]


LINE = " ".join(["The harbour bridge closes for six weeks.", *NEWS_LINES[1:], *PLEA])


def test_a_document_on_one_line_loses_its_plea_when_asked_to() -> None:
    stripper = Stripper(sentences=True)
    cleaned = stripper.clean(LINE)
    (paragraph,) = cleaned.paragraphs
    assert paragraph.cuts
    assert cleaned.verdict == "stripped"
    assert cleaned.text == stripper.strip(LINE)
    assert all(line in cleaned.text for line in NEWS_LINES[1:])
    assert "donation" not in cleaned.text
    assert rebuild(cleaned) == LINE
    assert Stripper().strip(LINE) == LINE


def test_what_must_stay_is_not_cut() -> None:
    assert "donation" in Stripper(sentences=True, keep={"donate"}).strip(LINE)
    assert "donation" in Stripper(sentences=True, protect="donation").strip(LINE)


def test_the_guard_rail_and_protect_hold_for_cuts_too() -> None:
    assert Stripper(sentences=True, max_removed=0.05).strip(LINE) == LINE
    assert Stripper(sentences=True, protect="swing bridge").strip(LINE) == LINE


def test_markup_is_never_cut_in_two() -> None:
    assert cut([f"| {MIXED} | 12 |", f"**{MIXED}**"], [0.3, 0.3]) == [[], []]


def test_a_very_long_paragraph_is_not_looked_into() -> None:
    assert cut([f"{NEWS} " * (LONGEST // len(NEWS)) + MIXED], [0.3]) == [[]]
