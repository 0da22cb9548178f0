"""Fit the two stages. Same data, seed and library versions: the same bytes.

The second stage is fitted on scores that the first gave to sites it had not seen, of the documents and of their
recombinations, so that it trusts the first stage as far as that can be trusted on a new site. One network learns from
gold labels and from what others say of sites that they had not seen (distillation, Hinton et al. 2015): as good as the
mean of several, at the cost of one, and a wrong label weighs less.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from stripper.classifier import HashedClassifier, quantized
from stripper.context import NetworkContext, columns
from stripper.features import BUCKETS
from stripper.kinds import KINDS
from stripper.network import ConvNetwork
from stripper.training import embedding
from stripper.training.networks import Settings, certain, fit_network
from stripper.training.recombination import recombined
from stripper.training.tabulation import F32, FOLDS, I64, Progress, Table

# The numbers below were chosen by measurement, see models/EXPERIMENTS.md.
#: Inverse of the L2 penalty and iterations of L-BFGS: stopping early regularises further.
PENALTY: Final = 40.0
ITERATIONS: Final = 45
#: How often each run of appeals is moved into another document, for the first stage and the second.
EMBEDDING_COPIES: Final = 2
COPIES: Final = 4
#: How much of a target is what the teachers say; the rest is the gold label.
TAUGHT: Final = 0.5
#: Paragraphs below which a document is short, and the share of short recombined ones that the second stage sees.
SHORT: Final = 12
SHORT_SHARE: Final = 0.3
#: What the largest number of a column becomes; 31 makes the wheel a quarter smaller than 127.
LINEAR_UNITS: Final = 127
EMBEDDING_UNITS: Final = 31
EMBEDDING: Final = Settings(hidden=64, epochs=6, rate=2e-3, decay=1e-4, batch=600, dropout=0.2, input_dropout=0.0)
CONTEXT: Final = Settings(hidden=128, epochs=12, rate=2e-3, decay=1e-2, batch=800, dropout=0.2, input_dropout=0.2)
TEACHER: Final = replace(CONTEXT, epochs=8)


@dataclass(frozen=True, eq=False)
class Sample:
    """A document as the second stage sees it: columns, gold kinds, the fold it was scored in, its number in the table.

    The number is -1 when it was recombined.
    """

    rows: F32
    gold: I64
    fold: int
    number: int

    @property
    def real(self) -> bool:
        """Whether somebody wrote it so."""
        return self.number >= 0


def _fit_linear(table: Table, rows: I64) -> tuple[npt.NDArray[np.floating], F32]:
    """Fit the linear view; give weights, shape (BUCKETS, n_kinds), and bias over all kinds."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    rows = rows[table.gold[rows] >= 0]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # stopped early on purpose
        fitted = LogisticRegression(C=PENALTY, max_iter=ITERATIONS).fit(table.matrix(rows), table.gold[rows])
    weights, bias = np.zeros((BUCKETS, len(KINDS)), np.float32), np.full(len(KINDS), -12.0, np.float32)
    if len(fitted.classes_) == 2:  # scikit-learn keeps one row for two classes
        weights[:, fitted.classes_[1]], bias[fitted.classes_] = fitted.coef_[0], [0.0, fitted.intercept_[0]]
    else:
        weights[:, fitted.classes_], bias[fitted.classes_] = fitted.coef_.T, fitted.intercept_
    return weights, bias


def _fit_classifier(paragraphs: Table, chosen: Sequence[int], seed: int) -> HashedClassifier:
    """Fit both views on some documents."""
    from threadpoolctl import threadpool_limits  # comes with scikit-learn

    with threadpool_limits(1):  # one thread: sums in one order, and joblib has the cores
        linear, bias = _fit_linear(paragraphs, np.concatenate([paragraphs.documents[number] for number in chosen]))
        learned, network = embedding.fit(paragraphs, chosen, EMBEDDING, EMBEDDING_COPIES, seed)
    (linear_units, linear_scales), (units, scales) = (
        quantized(linear, LINEAR_UNITS),
        quantized(learned, EMBEDDING_UNITS),
    )
    table = np.concatenate([linear_units, units], axis=1)
    return HashedClassifier(table, np.concatenate([linear_scales, scales]), bias, network)


def _fold(table: Table, fold: int, seed: int) -> tuple[HashedClassifier | None, list[Sample]]:
    """Fit on all folds but one and score that one; fold ``FOLDS`` fits on everything and scores nothing."""
    from threadpoolctl import threadpool_limits

    inside = [number for number, of in enumerate(table.folds) if of == fold]
    classifier = _fit_classifier(table, [n for n, of in enumerate(table.folds) if of != fold], seed + fold)
    if fold == FOLDS:
        return classifier, []
    shown = [(number, table.documents[number], table.places[number]) for number in inside]
    made = recombined(table, inside, COPIES, np.random.default_rng(seed + fold))
    samples = []
    with threadpool_limits(1):
        for number, rows, places in [*shown, *((-1, rows, None) for rows in made)]:
            features = table.features(rows, places)
            scores = classifier.scores(features)
            samples.append(Sample(columns(scores, features.dense), table.gold[rows], fold, number))
    return None, samples


def fit_classifier(table: Table, seed: int, jobs: int, progress: Progress) -> tuple[HashedClassifier, list[Sample]]:
    """Fit the first stage on everything, and score every document by one that saw nothing of its site.

    Returns
    -------
    classifier : HashedClassifier
    samples : list of Sample
        The documents and their recombinations within a fold, by fold.
    """
    from joblib import Parallel, delayed

    progress(f"first stage: {FOLDS + 1} fits of {len(table.gold)} paragraphs")
    tasks = (delayed(_fold)(table, fold, seed) for fold in (FOLDS, *range(FOLDS)))  # the longest first
    samples: list[Sample] = []
    found = None
    for done, (classifier, scored) in enumerate(Parallel(n_jobs=jobs, return_as="generator")(tasks), start=1):
        found = classifier or found
        samples += scored
        progress(f"first stage: fit {done} of {FOLDS + 1} done")
    assert found is not None
    return found, samples


def _fit_network(samples: Sequence[tuple[F32, F32]], settings: Settings, seed: int) -> ConvNetwork:
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        return fit_network(samples, settings, seed)


def _taught(sample: Sample, chances: F32) -> F32:
    """Mix gold labels with a teacher's probabilities; what is undecided stays so."""
    gold = certain(sample.gold)
    targets: F32 = np.float32(1 - TAUGHT) * gold + np.float32(TAUGHT) * chances * gold.sum(axis=1, keepdims=True)
    return targets


def _shown(samples: Sequence[Sample], rng: np.random.Generator) -> list[Sample]:
    """Choose what the second stage is fitted on: few short documents, unless most are short.

    Short ones are mostly appeals, or stubs around one, and teach it to expect one in every few lines.
    """
    shortest = min(SHORT, int(np.median([len(sample.gold) for sample in samples if sample.real])))
    return [
        sample for sample in samples if len(sample.gold) >= shortest or (not sample.real and rng.random() < SHORT_SHARE)
    ]


def fit_context(samples: Sequence[Sample], seed: int, jobs: int, progress: Progress) -> tuple[NetworkContext, F32, I64]:
    """Fit the second stage: a teacher for each fold that was not shown its sites, then the network that is kept.

    Returns
    -------
    context : NetworkContext
        Not calibrated yet.
    chances : float32 ndarray, shape (n_rows, n_kinds)
        What the teachers say of the real documents, in the samples' order.
    gold : int64 ndarray, shape (n_rows,)
        Of the same rows.
    """
    from joblib import Parallel, delayed

    shown = _shown(samples, np.random.default_rng(seed))
    progress(f"second stage: {FOLDS} teachers on {len(shown)} documents and recombinations")
    lessons = [
        [(sample.rows, certain(sample.gold)) for sample in shown if sample.fold != fold] for fold in range(FOLDS)
    ]
    fitted = Parallel(n_jobs=jobs)(delayed(_fit_network)(lesson, TEACHER, seed + 1) for lesson in lessons)
    identity = np.array([1, 0], np.float32)
    teachers = [NetworkContext(network, identity) for network in fitted]
    progress("second stage: the network that is kept")
    lesson = [(sample.rows, _taught(sample, teachers[sample.fold].of_columns(sample.rows))) for sample in shown]
    network = _fit_network(lesson, CONTEXT, seed)
    real = [sample for sample in samples if sample.real]
    chances = np.concatenate([teachers[sample.fold].of_columns(sample.rows) for sample in real])
    return NetworkContext(network, identity), chances, np.concatenate([sample.gold for sample in real])


def fit_calibration(log_odds: npt.NDArray[np.float64], appeal: npt.NDArray[np.bool_]) -> F32:
    """Fit slope and intercept on the log-odds (Platt, 1999); identity when one side is missing."""
    if appeal.all() or not appeal.any():
        return np.array([1, 0], np.float32)
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=1e4).fit(log_odds[:, None], appeal)
    return np.array([fitted.coef_[0, 0], fitted.intercept_[0]], np.float32)
