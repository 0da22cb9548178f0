"""Run one experiment by the protocol in models/EXPERIMENTS.md and append its row to models/experiments.jsonl.

Fits on the train documents of the corpus and on the written examples, and measures on the corpus's train documents,
each judged by stages that did not see its site (five folds); with --dev also on the dev documents, by what would ship.

Usage: python .ci/experiment.py NAME [CONSTANT=VALUE ...] [--corpus FOLDER] [--dev]

A constant is one of stripper.training.fitting (COPIES=2) or a field of one of its settings (CONTEXT.epochs=8).
"""

from __future__ import annotations

import argparse
import ast
import dataclasses
import json
import sys
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from stripper.context import NetworkContext, appeal_probability, calibrated, log_odds
from stripper.features import featurize
from stripper.training import fitting
from stripper.training.corpus import Labelled, read
from stripper.training.corrections import corrected
from stripper.training.metrics import Outcomes, figures, threshold_at
from stripper.training.tabulation import F32, tabulate

ROOT = Path(__file__).parents[1]
ROWS = ROOT / "models" / "experiments.jsonl"
BUDGET = 0.005
RESAMPLES = 200
_INTERVALS = ("found_at.0.005", "found_asking_at.0.005", "average_precision", "clean_documents")


def configure(settings: Sequence[str]) -> dict[str, Any]:
    """Set constants of `fitting`; give what was set."""
    from joblib.externals.loky.cloudpickle_wrapper import dumps

    # Else the workers would import the constants as they were. Some packagers give joblib's cloudpickle another place.
    sys.modules[dumps.__module__].register_pickle_by_value(fitting)
    config = {}
    for setting in settings:
        name, value = setting.split("=", 1)
        config[name] = ast.literal_eval(value)
        head, _, field = name.partition(".")
        if not hasattr(fitting, head):
            raise SystemExit(f"{head}: no constant of stripper.training.fitting")
        new = dataclasses.replace(getattr(fitting, head), **{field: config[name]}) if field else config[name]
        setattr(fitting, head, new)
    return config


def outcomes(documents: Sequence[Labelled], gold: np.ndarray, chances: F32) -> Outcomes:
    """Calibrate on the rows themselves, choose the balanced threshold on them, and decide.

    Parameters
    ----------
    gold : int64 ndarray, shape (n_rows,)
        Index into KINDS, -1 undecided; the documents' paragraphs one after the other.
    chances : float32 ndarray, shape (n_rows, n_kinds)
        Not calibrated.
    """
    known = gold >= 0
    own = calibrated(chances, fitting.fit_calibration(log_odds(chances[known]), gold[known] > 0))
    probability = appeal_probability(own)
    threshold = threshold_at(probability[known], gold[known] == 0, BUDGET)
    return Outcomes(
        gold,
        own[:, 1:].argmax(axis=1) + 1,
        probability,
        probability >= threshold,
        np.array([max(len(p.split()), 1) for d in documents for p in d.paragraphs]),
        np.repeat(np.arange(len(documents)), [len(d.paragraphs) for d in documents]),
    )


def value(result: dict[str, Any], key: str) -> float:
    """Look a dotted key up."""
    head, _, rest = key.partition(".")
    return float(result[head][rest] if rest else result[head])


def intervals(measured: Outcomes) -> dict[str, list[float]]:
    """Give 95 % intervals by drawing documents with replacement."""
    rng = np.random.default_rng(0)
    numbers = np.unique(measured.document)
    rows = {number: np.flatnonzero(measured.document == number) for number in numbers.tolist()}
    drawn: dict[str, list[float]] = {key: [] for key in _INTERVALS}
    for _ in range(RESAMPLES):
        chosen = rng.choice(numbers, len(numbers))
        index = np.concatenate([rows[number] for number in chosen.tolist()])
        again = np.repeat(np.arange(len(chosen)), [len(rows[number]) for number in chosen.tolist()])
        fields = {f.name: getattr(measured, f.name)[index] for f in dataclasses.fields(measured)}
        result = figures(Outcomes(**{**fields, "document": again}))
        for key in _INTERVALS:
            drawn[key].append(value(result, key))
    return {key: [round(float(q), 4) for q in np.quantile(values, [0.025, 0.975])] for key, values in drawn.items()}


def grouped(documents: Sequence[Labelled], measured: Outcomes, by: str) -> dict[str, Any]:
    """Give found and lost of each group."""
    names = np.array([getattr(document, by) or "?" for document in documents])[measured.document]
    result = {}
    for name in np.unique(names).tolist():
        part = measured.only(names == name)
        result[name] = {key: figures(part)[key] for key in ("paragraphs", "found", "found_asking", "lost")}
    return result


def report(documents: Sequence[Labelled], measured: Outcomes) -> dict[str, Any]:
    """Give the figures of some documents, with intervals, by source and by language."""
    return {
        **figures(measured),
        "intervals": intervals(measured),
        "by_source": grouped(documents, measured, "source"),
        "by_language": grouped(documents, measured, "lang"),
    }


def main() -> None:
    """Run the experiment."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name")
    parser.add_argument("settings", nargs="*", metavar="CONSTANT=VALUE")
    parser.add_argument("--corpus", type=Path, default=ROOT.parent / "shared" / "corpus" / "labelled")
    parser.add_argument("--dev", action="store_true", help="also confirm on the dev documents")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    config = configure(arguments.settings)

    def progress(message: str) -> None:
        print(f"{time.monotonic() - started:5.0f} s  {message}", file=sys.stderr, flush=True)

    started = time.monotonic()
    corpus = corrected(read([arguments.corpus], split="train"), ROOT / "models" / "corrections.jsonl")
    written = read(sorted((ROOT / "fixtures" / "examples").glob("written-*.jsonl")), split="train")
    table = tabulate([*corpus, *written], arguments.seed, progress)
    classifier, samples = fitting.fit_classifier(table, arguments.seed, 2, progress)
    context, chances, gold = fitting.fit_context(samples, arguments.seed, 2, progress)
    real = [sample for sample in samples if sample.real]
    rows = np.cumsum([0, *(len(sample.gold) for sample in real)])
    kept = [number for number, sample in enumerate(real) if sample.number < len(corpus)]
    index = np.concatenate([np.arange(rows[number], rows[number + 1]) for number in kept])
    judged = [corpus[real[number].number] for number in kept]
    row = {
        "date": date.today().isoformat(),
        "name": arguments.name,
        "config": config,
        "seed": arguments.seed,
        "seconds": round(time.monotonic() - started),
        "table_bytes": classifier.table.nbytes,
        "paragraphs_per_second": round(speed(classifier, context, judged)),
        "folds": report(judged, outcomes(judged, gold[index], chances[index])),
    }
    if arguments.dev:
        dev = read([arguments.corpus], split="dev")
        test = tabulate(dev, arguments.seed, progress)
        found = [test.features(own, places) for own, places in zip(test.documents, test.places, strict=True)]
        raw = np.concatenate([context.raw(classifier.scores(f), f.dense) for f in found])
        row["dev"] = report(dev, outcomes(dev, test.gold, raw))
    with ROWS.open("a", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")
    for split in ("folds", "dev") if arguments.dev else ("folds",):
        shown = {key: (round(value(row[split], key), 4), row[split]["intervals"][key]) for key in _INTERVALS}
        print(f"{arguments.name} {split}: {shown}")


def speed(classifier: Any, context: NetworkContext, documents: Sequence[Labelled]) -> float:
    """Measure paragraphs a second of process time, features and both stages."""
    some = documents[:300]
    started = time.process_time()
    for document in some:
        features = featurize(document.paragraphs)
        context.probabilities(classifier.scores(features), features.dense)
    return sum(len(document.paragraphs) for document in some) / (time.process_time() - started)


if __name__ == "__main__":
    main()
