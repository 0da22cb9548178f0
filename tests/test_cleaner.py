"""`Stripper`: the same decisions on every road, guard rails on both sides, clear errors."""

from __future__ import annotations

import json
import pickle
import re
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings

import stripper
from stripper import InputError, InputTypeError, OptionError, Stripper, rebuild
from stripper.document import Cleaned, Document
from tests.helpers import GOLDEN, NEWS, PLEA, records
from tests.test_segment import TEXTS

ARTICLE = "\n".join(NEWS + PLEA) + "\n"


@pytest.fixture(scope="module")
def default() -> Stripper:
    return Stripper()


def starts_with_k(paragraph: str) -> bool:
    return paragraph.startswith("K")


def test_the_plea_goes_and_the_news_stays() -> None:
    assert stripper.strip(ARTICLE) == "\n".join(NEWS) + "\n"


def test_a_plea_that_opens_quietly_goes_whole() -> None:
    quiet = ARTICLE.replace(PLEA[0], "Before you go: the Kelmouth Courier needs your help.")
    assert stripper.strip(quiet) == "\n".join(NEWS) + "\n"


def test_clean_strip_and_label_decide_alike(default: Stripper) -> None:
    cleaned = default.clean(ARTICLE)
    assert cleaned.text == default.strip(ARTICLE)
    labelled = default.label(NEWS + PLEA)
    assert [d.removed for d in labelled] == [p.removed for p in cleaned.paragraphs]
    assert [d.probability for d in labelled] == [p.probability for p in cleaned.paragraphs]
    assert cleaned.verdict == "stripped"


def same(one: Cleaned, other: Cleaned) -> bool:
    """Whether two results agree; the last bits of a probability may follow the number of threads of the BLAS."""
    exact = [(p.start, p.end, p.label, p.kind, p.removed) for p in one.paragraphs] == [
        (p.start, p.end, p.label, p.kind, p.removed) for p in other.paragraphs
    ]
    close = all(
        abs(p.probability - q.probability) < 1e-5 for p, q in zip(one.paragraphs, other.paragraphs, strict=True)
    )
    return exact and close and (one.text, one.verdict) == (other.text, other.verdict)


def test_threads_processes_streams_and_pickles_decide_alike(default: Stripper) -> None:
    texts = ["\n".join(record["paragraphs"]) for record in records(GOLDEN)][:40]
    single = [default.clean(text) for text in texts]
    restored = pickle.loads(pickle.dumps(default))
    with ThreadPoolExecutor(4) as pool:
        roads = [
            list(default.clean_many(texts)),
            list(default.clean_many(iter(texts), n_jobs=2)),
            list(pool.map(default.clean, texts)),
            [restored.clean(text) for text in texts],
        ]
    assert all(same(one, other) for road in roads for one, other in zip(single, road, strict=True))


def test_a_pickle_is_small_and_checks_the_model(default: Stripper) -> None:
    data = pickle.dumps(default)
    assert len(data) < 2000
    digest = default.model.digest.encode()
    with pytest.raises(stripper.ModelError, match="not the one"):
        pickle.loads(data.replace(digest, b"0" * len(digest)))


def test_clean_many_reads_no_further_than_it_must(default: Stripper) -> None:
    taken = []

    def endless() -> object:
        while True:
            taken.append(1)
            yield "A line of news."

    stream = default.clean_many(endless(), n_jobs=2)  # type: ignore[arg-type]
    assert next(stream).text == "A line of news."
    assert len(taken) < 1000


@settings(max_examples=60, deadline=None, derandomize=True)
@given(TEXTS)
def test_any_text_can_be_cleaned_and_rebuilt(text: str) -> None:
    cleaned = stripper.clean(text, format="text")
    assert rebuild(cleaned) == text
    assert rebuild(json.loads(json.dumps(cleaned.to_dict()))) == text
    assert all(text[p.start : p.end] == p.text for p in cleaned.paragraphs)


def test_label_gives_one_decision_for_each_paragraph_also_for_odd_ones(default: Stripper) -> None:
    odd = ["", "  ", "two\nlines", "\x00", "\ud800", "x" * 20_000, "— — —", ""]
    assert [decision.text for decision in default.label(odd)] == odd
    assert default.label([]) == []


def test_a_higher_threshold_never_removes_more() -> None:
    texts = ["\n".join(record["paragraphs"]) for record in records(GOLDEN)][:30]
    gone = [
        sum(len(Stripper(threshold=t, max_removed=1).clean(text).removed) for text in texts)
        for t in (0.2, 0.5, 0.8, 0.95)
    ]
    assert gone == sorted(gone, reverse=True)
    points = [Stripper(operating_point=name).threshold for name in ("thorough", "balanced", "cautious")]
    assert points == sorted(points)


def test_kept_kinds_stay_but_are_labelled() -> None:
    kinds = {d.kind for d in Stripper().label(NEWS + PLEA) if d.removed}
    decisions = Stripper(keep=kinds).label(NEWS + PLEA)
    assert not any(d.removed for d in decisions)
    assert any(d.label == "appeal" and "keep" in d.reason for d in decisions)


@pytest.mark.parametrize("protect", [r"^Donate", re.compile("donate now", re.I)])
def test_protected_paragraphs_stay(protect: str | re.Pattern[str]) -> None:
    decisions = Stripper(protect=protect).label(NEWS + PLEA)
    assert not decisions[-1].removed
    assert sum(d.removed for d in decisions) >= 2


def test_a_function_can_protect_and_be_pickled() -> None:
    guarded = pickle.loads(pickle.dumps(Stripper(protect=starts_with_k)))
    assert not any(d.removed for d in guarded.label(NEWS + ["Keep us going: donate now"]) if d.text.startswith("K"))


def test_too_much_removed_leaves_the_document_and_says_guarded() -> None:
    assert Stripper(max_removed=0.05).clean(ARTICLE).verdict == "guarded"
    assert Stripper(max_removed=0.05).strip(ARTICLE) == ARTICLE
    assert Stripper(max_removed=1).clean(ARTICLE).verdict == "stripped"


def test_nothing_but_appeals_is_emptied_or_kept_as_asked_and_always_said() -> None:
    text = "\n".join(PLEA)
    assert Stripper(threshold=0).clean(text).verdict == "only_appeals"
    assert Stripper(threshold=0).strip(text) == ""
    kept = Stripper(threshold=0, only_appeals="keep").clean(text)
    assert (kept.verdict, kept.text, kept.removed) == ("only_appeals", text, ())


def test_a_threshold_just_above_a_probability_keeps_its_paragraph() -> None:
    # Training steps one float64 over a paragraph's probability to spare it; comparing in float32 would undo that.
    for row, decision in enumerate(Stripper().label(NEWS + PLEA)):
        at, above = decision.probability, float(np.nextafter(decision.probability, 2))
        assert Stripper(threshold=at).label(NEWS + PLEA)[row].label == "appeal"
        assert above > 1 or Stripper(threshold=above).label(NEWS + PLEA)[row].label == "content"


@pytest.mark.parametrize("text", ["", "\n\n", " \ufeff\u200b\n"])
def test_a_text_without_paragraphs_is_empty_and_untouched(text: str) -> None:
    cleaned = stripper.clean(text)
    assert (cleaned.verdict, cleaned.text, cleaned.paragraphs) == ("empty", text, ())


def test_sound_text_is_clean() -> None:
    cleaned = stripper.clean("\n".join(NEWS))
    assert (cleaned.verdict, cleaned.text) == ("clean", "\n".join(NEWS))
    assert not any(p.reason for p in cleaned.paragraphs)


def test_reasons_name_words_and_neighbours(default: Stripper) -> None:
    reasons = [d.reason for d in default.label(NEWS + PLEA) if d.removed]
    assert all(reasons)
    assert any('"' in reason for reason in reasons)


def test_html_goes_through_the_same_labels() -> None:
    body = "".join(f"<p>{line}</p>" for line in NEWS + PLEA)
    cleaned = stripper.clean(f"<html><body><article>{body}</article></body></html>")
    assert cleaned.format == "html"
    assert "bearings in March" in cleaned.text
    assert "Donate now" not in cleaned.text
    assert rebuild(cleaned) == cleaned.source


def test_bytes_are_decoded_and_documents_carry_their_id() -> None:
    cleaned = stripper.clean(Document("Straße frei.".encode(), id="7", metadata={"a": 1}))
    assert (cleaned.text, cleaned.id, cleaned.metadata) == ("Straße frei.", "7", {"a": 1})


@pytest.mark.parametrize("wrong", [None, 5, b"bytes", ["list"]])
def test_strip_takes_text_only(wrong: object) -> None:
    with pytest.raises(InputTypeError, match="str"):
        stripper.strip(wrong)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        stripper.strip(wrong)  # type: ignore[arg-type]


def test_wrong_input_is_named(default: Stripper) -> None:
    with pytest.raises(InputTypeError):
        default.clean(None)  # type: ignore[arg-type]
    with pytest.raises(InputTypeError, match="Paragraph 1"):
        default.label(["a", None])  # type: ignore[list-item]
    with pytest.raises(InputTypeError, match="list"):
        default.label("a text")
    with pytest.raises(InputError, match="max_length"):
        Stripper(max_length=10).strip("x" * 11)
    with pytest.raises(InputTypeError, match="Document 1 of the stream"):
        list(default.clean_many(["fine", None]))  # type: ignore[list-item]


@pytest.mark.parametrize(
    "options",
    [
        {"operating_point": "bold"},
        {"keep": ["ads"]},
        {"threshold": 2},
        {"max_removed": 0},
        {"only_appeals": "x"},
        {"protect": "("},
    ],
)
def test_wrong_options_are_errors_that_say_so(options: dict[str, object]) -> None:
    with pytest.raises(OptionError, match=str(next(iter(options))).split("_")[0]):
        Stripper(**options)  # type: ignore[arg-type]


def test_a_stripper_is_immutable(default: Stripper) -> None:
    with pytest.raises(AttributeError, match="immutable"):
        default._threshold = 0.1  # type: ignore[misc]
