"""The golden documents: their form, and the floors that the shipped model keeps on them."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections import Counter
from typing import Any

import pytest

from stripper import KINDS, Stripper
from stripper.segment import segment
from stripper.training import evaluate
from tests.helpers import EXAMPLES, GOLDEN, ROOT, records

DOCUMENTS = list(records(GOLDEN))
SHAPES = [document for document in DOCUMENTS if "text" in document]
KNOWN_FAILURES = list(records(GOLDEN / "known_failures"))
FLOORS = json.loads((ROOT / "tests" / "floors.json").read_text(encoding="utf-8"))["golden"]


def script(text: str) -> str:
    """Name the script of most of a text's letters: LATIN, CYRILLIC, CJK …"""
    letters = Counter(unicodedata.name(character, "").partition(" ")[0] for character in text if character.isalpha())
    return letters.most_common(1)[0][0]


def digest() -> str:
    """Give the sha256 over every golden file's name and bytes."""
    whole = hashlib.sha256()
    for path in sorted(GOLDEN.rglob("*.jsonl")):
        whole.update(path.relative_to(GOLDEN).as_posix().encode() + b"\0" + path.read_bytes())
    return whole.hexdigest()


@pytest.fixture(scope="module")
def figures() -> dict[str, Any]:
    """What the shipped model reaches at its default operating point."""
    return evaluate([GOLDEN], stripper=Stripper(operating_point="balanced"), by="lang")


def test_there_are_enough_documents_languages_scripts_and_hard_negatives() -> None:
    assert len(DOCUMENTS) >= 120
    assert len({document["lang"] for document in DOCUMENTS}) >= 25
    assert len({script("".join(document["paragraphs"])) for document in DOCUMENTS}) >= 8
    assert len(list(records(GOLDEN / "negative"))) >= 40


def test_every_document_has_the_form_and_its_own_id() -> None:
    assert len({document["id"] for document in DOCUMENTS}) == len(DOCUMENTS)
    for document in DOCUMENTS:
        assert {"id", "site", "lang", "note", "paragraphs", "labels"} <= set(document), document["id"]
        assert len(document["paragraphs"]) == len(document["labels"]) > 0, document["id"]
        assert set(document["labels"]) <= {*KINDS, "?"}, document["id"]
        assert all(paragraph.strip() for paragraph in document["paragraphs"]), document["id"]


def test_every_language_has_enough_appeals_for_a_share_of_them_to_mean_something() -> None:
    appeals = dict.fromkeys((document["lang"] for document in DOCUMENTS), 0)
    for document in DOCUMENTS:
        appeals[document["lang"]] += sum(label not in ("content", "?") for label in document["labels"])
    assert {language: number for language, number in appeals.items() if number < 12} == {}


def test_no_golden_document_or_site_is_among_the_training_examples() -> None:
    examples = list(records(EXAMPLES))
    assert not {document["site"] for document in DOCUMENTS} & {example["site"] for example in examples}
    trained = {paragraph for example in examples for paragraph in example["paragraphs"] if len(paragraph) > 60}
    assert {p for document in DOCUMENTS for p in document["paragraphs"] if p in trained} == set()


@pytest.mark.parametrize("document", SHAPES, ids=lambda document: document["id"])
def test_a_shape_is_segmented_as_its_writer_did(document: dict[str, Any]) -> None:
    assert segment(document["text"]).paragraphs() == document["paragraphs"]


def test_the_floors_belong_to_these_documents() -> None:
    assert digest() == FLOORS["sha256"], (
        f"the golden documents changed: look at `stripper evaluate fixtures/golden --by lang`, "
        f'then set "sha256" in tests/floors.json to {digest()}'
    )


def test_enough_golden_appeals_are_found(figures: dict[str, Any]) -> None:
    assert figures["found"] >= FLOORS["found"]


def test_hardly_any_golden_content_is_lost(figures: dict[str, Any]) -> None:
    assert figures["lost"] <= FLOORS["lost"]


def test_appeals_are_found_in_every_language(figures: dict[str, Any]) -> None:
    found = {language: group["found"] for language, group in figures["groups"].items()}
    assert {language: share for language, share in found.items() if share < FLOORS["found_every_language"]} == {}


@pytest.mark.parametrize("document", KNOWN_FAILURES, ids=[document["id"] for document in KNOWN_FAILURES])
@pytest.mark.xfail(strict=True, reason="a known failure of the shipped model; once it passes, file it elsewhere")
def test_known_failures(document: dict[str, Any]) -> None:
    expected = ["content" if label == "content" else "appeal" for label in document["labels"]]
    assert [decision.label for decision in Stripper().label(document["paragraphs"])] == expected
