"""Training: deterministic, strict about its input, good enough from the examples alone."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from stripper import CorpusError, OutputExists, Stripper, model
from stripper.features import featurize
from stripper.training import evaluate, fitting, train
from stripper.training.corpus import Labelled
from stripper.training.corrections import corrected
from stripper.training.recombination import recombined
from stripper.training.tabulation import Table, tabulate
from tests.helpers import EXAMPLES, GOLDEN, NEWS, PLEA


def small(folder: Path) -> Path:
    """Twelve documents of twelve sites."""
    path = folder / "small.jsonl"
    with path.open("w", encoding="utf-8") as lines:
        for number in range(12):
            labels = ["content"] * len(NEWS) + ["donate"] * len(PLEA)
            labels[number % 3] = "?"
            record = {"id": f"s{number}", "site": f"site{number}", "paragraphs": NEWS + PLEA, "labels": labels}
            lines.write(json.dumps(record) + "\n")
    return path


def test_same_data_and_seed_give_the_same_bytes(tmp_path: Path) -> None:
    source = small(tmp_path)
    one = train([source], [], tmp_path / "one", seed=3, jobs=1)
    two = train([source], [], tmp_path / "two", seed=3, jobs=2)
    assert one["files"] == two["files"]
    assert train([source], [], tmp_path / "three", seed=4)["files"] != one["files"]
    decisions = Stripper(tmp_path / "one", threshold=0.5).label(NEWS + PLEA)
    assert [d.label for d in decisions] == ["content"] * len(NEWS) + ["appeal"] * len(PLEA)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "line 2: not JSON"),
        ("[]", "line 2: not a JSON object"),
        ('{"paragraphs": ["a"]}', "line 2: needs"),
        ('{"paragraphs": ["a"], "labels": ["content", "?"]}', "line 2: 1 paragraphs but 2 labels"),
        ('{"paragraphs": ["a"], "labels": ["ads"]}', "line 2: unknown label 'ads'"),
        ('{"paragraphs": ["a"], "labels": [["content"]]}', "line 2: unknown label"),
    ],
)
def test_a_malformed_line_is_named(tmp_path: Path, line: str, said: str) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text('{"paragraphs": ["a"], "labels": ["content"]}\n' + line + "\n")
    with pytest.raises(CorpusError, match=said):
        train([path], [], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_missing_too_little_and_existing_are_errors(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="no such file"):
        train([tmp_path / "none"], [], tmp_path / "out")
    source = tmp_path / "one.jsonl"
    source.write_text('{"paragraphs": ["a"], "labels": ["content"]}\n')
    with pytest.raises(CorpusError, match="too little"):
        train([source], [], tmp_path / "out")
    with pytest.raises(CorpusError, match="split dev"):
        train([source], [source], tmp_path / "out")
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "card.json").touch()
    with pytest.raises(OutputExists, match="--force"):
        train([source], [], tmp_path / "there")


def test_a_failed_training_leaves_the_old_release(tmp_path: Path) -> None:
    train([small(tmp_path)], [], tmp_path / "model")
    before = model.load(tmp_path / "model").digest
    with pytest.raises(CorpusError):
        train([tmp_path / "none"], [], tmp_path / "model", overwrite=True)
    assert model.load(tmp_path / "model").digest == before


@pytest.mark.integration
@pytest.mark.timeout(1700)
def test_the_examples_alone_train_a_usable_model(tmp_path: Path) -> None:
    train([EXAMPLES], [], tmp_path / "examples", jobs=2)
    figures = evaluate([GOLDEN], stripper=Stripper(tmp_path / "examples"))
    # First measured on 2026-11-24: 0.946, 0.474, 0.0014.
    assert figures["average_precision"] >= 0.93
    assert figures["found"] >= 0.45
    assert figures["lost"] <= 0.01


def tabulated(*documents: tuple[str, list[str]]) -> Table:
    """Tabulate documents of (site, paragraphs); what stands in PLEA is a plea."""
    labelled = [
        Labelled(
            site, site, "en", "train", "test", tuple(lines), tuple("donate" if p in PLEA else "content" for p in lines)
        )
        for site, lines in documents
    ]
    return tabulate(labelled, 0, lambda message: None)


def test_the_classifier_sums_what_the_linear_view_was_fitted_on() -> None:
    table = tabulated(("a.example", NEWS + PLEA))
    classifier = Stripper().model.classifier
    expected = table.matrix(table.documents[0]) @ (classifier.table * classifier.scales)
    np.testing.assert_allclose(classifier.sums(featurize(NEWS + PLEA)), expected, rtol=1e-3, atol=1e-3)


def test_a_recombined_document_has_the_features_that_its_text_would_have() -> None:
    table = tabulated(("a.example", NEWS), ("b.example", NEWS + PLEA), ("c.example", [*NEWS[:2], *PLEA]))
    paragraphs = [*NEWS, *NEWS, *PLEA, *NEWS[:2], *PLEA]
    made = recombined(table, [0, 1, 2], 20, np.random.default_rng(0))
    assert sum((table.gold[rows] > 0).any() for rows in made) >= 40  # two runs, twenty times each
    for rows in made:
        assert (table.gold[rows] == 0).any()
        assert len(set(rows.tolist())) == len(rows)  # nothing stands twice
        found, expected = table.features(rows), featurize([paragraphs[row] for row in rows])
        np.testing.assert_array_equal(found.dense, expected.dense)
        for one, other in zip(found.buckets + found.starts, expected.buckets + expected.starts, strict=True):
            np.testing.assert_array_equal(one, other)


def test_no_plea_is_moved_into_an_article_of_another_language() -> None:
    lines = (tuple(NEWS), ("content",) * len(NEWS)), (tuple(PLEA), ("donate",) * len(PLEA))
    documents = [
        Labelled(lang, lang, lang, "train", "test", *own) for lang, own in zip(("en", "fr"), lines, strict=True)
    ]
    assert recombined(tabulate(documents, 0, lambda message: None), [0, 1], 3, np.random.default_rng(0)) == []


def test_the_second_stage_sees_few_short_documents_unless_most_are_short() -> None:
    def sample(length: int, real: bool) -> fitting.Sample:
        return fitting.Sample(np.zeros((length, 1), np.float32), np.zeros(length, np.int64), 0, 0 if real else -1)

    long, short, made = sample(20, True), sample(5, True), sample(5, False)
    shown = fitting._shown([long] * 3 + [short] * 2 + [made] * 100, np.random.default_rng(0))
    assert sum(one is long for one in shown) == 3
    assert not any(one is short for one in shown)
    assert 10 < sum(one is made for one in shown) < 60
    assert fitting._shown([long] + [short] * 4, np.random.default_rng(0)) == [long] + [short] * 4


def one_sided(folder: Path, labels: list[str]) -> Path:
    """Eight documents of eight sites, all with these labels."""
    path = folder / "one-sided.jsonl"
    records = [
        {"id": f"o{number}", "site": f"o{number}", "split": "dev", "paragraphs": NEWS[: len(labels)], "labels": labels}
        for number in range(8)
    ]
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


@pytest.mark.parametrize("labels", [["?", "?"], ["donate", "subscribe"], ["content", "content"]])
def test_documents_without_content_or_without_appeals_neither_train_nor_measure(
    tmp_path: Path, labels: list[str]
) -> None:
    path = one_sided(tmp_path, labels)
    with pytest.raises(CorpusError, match="too little to measure on"):
        train([small(tmp_path)], [path], tmp_path / "out")
    path.write_text(path.read_text(encoding="utf-8").replace('"dev"', '"train"'), encoding="utf-8")
    with pytest.raises(CorpusError, match="too little to train on"):
        train([path], [], tmp_path / "out")


def test_appeals_on_one_site_only_are_too_few(tmp_path: Path) -> None:
    path = small(tmp_path)
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    for record in lines[1:]:
        record["labels"] = ["content"] * len(record["labels"])
    path.write_text("".join(json.dumps(record) + "\n" for record in lines), encoding="utf-8")
    with pytest.raises(CorpusError, match="more sites"):
        train([path], [], tmp_path / "out")


def test_what_is_no_model_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "one.txt").write_text("Dear Ada", encoding="utf-8")
    with pytest.raises(OutputExists, match="is no model"):
        train([small(tmp_path)], [], tmp_path / "letters", overwrite=True)
    assert (tmp_path / "letters" / "one.txt").read_text(encoding="utf-8") == "Dear Ada"


def test_corrections_change_labels_by_document_and_number(tmp_path: Path) -> None:
    documents = [Labelled(name, name, "en", "train", "test", ("x", "y"), ("content", "donate")) for name in ("a", "b")]
    path = tmp_path / "corrections.jsonl"
    path.write_text(
        '{"id": "b", "paragraph": 0, "label": "?"}\n\n{"id": "elsewhere", "paragraph": 9, "label": "credit"}\n'
    )
    assert [document.labels for document in corrected(documents, path)] == [("content", "donate"), ("?", "donate")]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"id": "a", "paragraph": 2, "label": "credit"}', "line 1: document a has no paragraph 2"),
        ('{"id": "a", "paragraph": 0, "label": "advert"}', "line 1: unknown label 'advert'"),
        ('{"id": "a", "label": "credit"}', 'line 1: needs "id", "paragraph" and "label"'),
        ("[]", 'line 1: needs "id", "paragraph" and "label"'),
    ],
)
def test_a_wrong_correction_is_refused(tmp_path: Path, line: str, message: str) -> None:
    path = tmp_path / "corrections.jsonl"
    path.write_text(line)
    with pytest.raises(CorpusError, match=re.escape(message)):
        corrected([Labelled("a", "a", "en", "train", "test", ("x",), ("content",))], path)


def test_missing_corrections_are_said(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="corrections cannot be read"):
        corrected([], tmp_path / "none.jsonl")


def test_weights_are_fitted_on_whole_paragraphs_and_scored_by_their_edges() -> None:
    long = "The mill burned down. " * 100
    table = tabulated(("a.example", [long]))
    seen = featurize([long])
    for first, second in zip(table.features(table.documents[0]).buckets, seen.buckets, strict=True):
        np.testing.assert_array_equal(first, second)
    assert len(table.whole.buckets) > 2 * len(table.seen.buckets)
