"""Paragraphs and gaps rebuild every text, and what belongs together stays together."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stripper.segment import Segmentation, looks_like_markdown, segment
from tests.helpers import NEWS

PIECES = [
    "\r\n", "\r", "\n", "\n\n", "\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x00", "\ufeff", "\ud800", "\udfff",
    "\u200f", "\u202b", "\u200b", "\u200d", "👩‍👩‍👧", "🇫🇮", "e\u0301", " ", "\t", "    ", "- ", "* ", "1. ", "> ", "# ", "## A",
    "---", "***", "```", "~~~", "<!--", "-->", "[a]: b", "| a | b |", "|---|---|", "+++", "key: value", "===", "__",
    "A short line", "and a longer line that goes on in lower case up to some margin", "寺庙门口的石狮子", "ประเทศไทย", "مرحبا",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=40).map("".join)
SETTINGS = settings(max_examples=400, deadline=None, derandomize=True)


def rebuilt(parts: Segmentation) -> str:
    gaps, paragraphs = parts.gaps(), parts.paragraphs()
    return gaps[0] + "".join(paragraph + gap for paragraph, gap in zip(paragraphs, gaps[1:], strict=True))


@SETTINGS
@given(TEXTS, st.sampled_from(["auto", "text", "markdown"]))
def test_paragraphs_and_gaps_rebuild_the_text(text: str, format: str) -> None:
    assert rebuilt(segment(text, format=format)) == text


@SETTINGS
@given(TEXTS, st.sampled_from(["auto", "text", "markdown"]))
def test_spans_are_ordered_disjoint_trimmed_and_never_empty(text: str, format: str) -> None:
    parts = segment(text, format=format)
    last = 0
    for start, end in parts.spans:
        assert last <= start < end <= len(text)
        assert not text[start].isspace()
        assert not text[end - 1].isspace()
        last = end
    assert len(parts.roles) == len(parts.spans)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\u2028", "\x85", "\n\n", "\r\n\r\n", "\n \t\n"])
def test_a_line_is_a_paragraph_whatever_ends_it(end: str) -> None:
    assert segment(end.join(NEWS) + end).paragraphs() == NEWS


def test_ten_megabytes_on_one_line_are_one_paragraph() -> None:
    text = "word " * 2_000_000
    parts = segment(text)
    assert parts.spans == ((0, len(text) - 1),)


def test_hard_wrapped_mail_is_joined_but_its_list_poem_and_address_are_not() -> None:
    text = (
        "The committee met again on Tuesday evening in the back room of the\n"
        "boathouse, where the heating had failed, and agreed after two hours\n"
        "that the winter moorings should be paid for in advance this year.\n"
        "\n"
        "Members who cannot pay at once may write to the treasurer, who will\n"
        "not publish their names.\n"
        "\n"
        "Whoever edits this page by hand breaks his lines a little\n"
        "short of the margin, and they are one paragraph even so.\n"
        "\n"
        "- ropes\n- two buoys\n- a lamp\n"
        "\n"
        "The tide goes out,\nThe tide comes in,\nAnd no one pays\nThe moorings bin.\n"
        "\n"
        "Saltmarsh Sailing Club\n4 Quay Street\nKelmouth\n"
    )
    paragraphs = segment(text).paragraphs()
    assert paragraphs[0].startswith("The committee")
    assert paragraphs[0].endswith("this year.")
    assert paragraphs[1].endswith("their names.")
    assert paragraphs[2].startswith("Whoever")
    assert paragraphs[2].endswith("even so.")
    assert paragraphs[3:6] == ["- ropes", "- two buoys", "- a lamp"]
    assert paragraphs[6:10] == ["The tide goes out,", "The tide comes in,", "And no one pays", "The moorings bin."]
    assert paragraphs[10:] == ["Saltmarsh Sailing Club", "4 Quay Street", "Kelmouth"]


def test_headlines_of_like_length_stay_apart() -> None:
    lines = [
        "Council votes to keep the library open for another winter",
        "Rowing club wins three medals at the regatta in Thornby",
        "Farmers ask for a second vet after the spring lambing season",
        "New timetable brings back the late bus from the station",
    ]
    assert segment("\n".join(lines)).paragraphs() == lines


def test_markdown_blocks_are_found_and_code_is_never_a_paragraph() -> None:
    text = (
        "---\ntitle: Ropes\n---\n\n# Ropes\n\nA *short* note on [knots](https://knots.example/a).\n\n"
        "1. Take a rope\n2. Tie it\n   and pull\n\n> Never pull\n> a wet rope.\n\n"
        "| rope | load |\n|------|------|\n| hemp | 300 |\n\n```python\nprint('# not a heading')\n```\n\n"
        "<!-- a comment\nof two lines -->\n\nSetext\n------\n\n    indented code\n\n***\n\nLast words.\n\n[id]: https://x.example\n"
    )
    parts = segment(text)
    assert list(zip(parts.roles, parts.paragraphs(), strict=True)) == [
        ("heading", "# Ropes"),
        ("paragraph", "A *short* note on [knots](https://knots.example/a)."),
        ("item", "1. Take a rope"),
        ("item", "2. Tie it\n   and pull"),
        ("quote", "> Never pull\n> a wet rope."),
        ("table", "| rope | load |\n|------|------|\n| hemp | 300 |"),
        ("heading", "Setext\n------"),
        ("rule", "***"),
        ("paragraph", "Last words."),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(NEWS),
        "# 1 seed wins again\n- he said\n* and she",
        "1. first\n2. second\nA [sic] b (c)",
        "2 ** 3 ** 4",
        "",
    ],
)
def test_plain_text_with_stray_signs_is_not_markdown(text: str) -> None:
    assert not looks_like_markdown(text)


@pytest.mark.parametrize(
    "piece", ["[", "*", "|", "> ", "- ", " ", "`", "<!--", "\n", "a\n", "#\n", "---\n", "```\n", "[a]: "]
)
def test_awkward_input_takes_linear_time(piece: str) -> None:
    started = time.process_time()
    segment(piece * (1_000_000 // len(piece)), format="markdown")
    assert time.process_time() - started < 20
