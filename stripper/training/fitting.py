"""Fit the two stages with scikit-learn. Same data, seed and library versions: the same bytes."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from stripper.classifier import LinearClassifier
from stripper.context import CLIP, F32, Networks, TwoPassContext, columns, with_opinions
from stripper.features import BUCKETS, Features, featurize
from stripper.kinds import KINDS, UNDECIDED
from stripper.training.corpus import Labelled
from stripper.training.recombination import recombined

FOLDS: Final = 5
#: Inverse of the L2 penalty and iterations of L-BFGS: stopping early regularises further; see models/EXPERIMENTS.md.
PENALTY: Final = 40.0
ITERATIONS: Final = 45
NETWORKS: Final = 8
#: Networks of an out-of-fold prediction, and copies of each recombined run of appeals.
FOLD_NETWORKS: Final = 3
COPIES: Final = 4
HIDDEN: Final = 64
EPOCHS: Final = 10
BATCH: Final = 256
WEIGHT_DECAY: Final = 0.1

Progress = Callable[[str], None]
I64 = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Training:
    """Documents as numbers; row arrays have shape (n_paragraphs,) and follow the documents' order."""

    features: list[Features]  # one a document
    gold: I64  # index into KINDS, -1 undecided
    document: I64
    fold: I64  # fold of the paragraph's site


def prepare(documents: Sequence[Labelled], seed: int, progress: Progress) -> Training:
    """Compute features and deal the sites into folds."""
    features = []
    for position, document in enumerate(documents):
        if position % 500 == 0:
            progress(f"features: {position} of {len(documents)} documents")
        features.append(featurize(document.paragraphs))
    index = {kind: column for column, kind in enumerate(KINDS)} | {UNDECIDED: -1}
    gold = np.array([index[label] for document in documents for label in document.labels], np.int64)
    sizes = [len(document.paragraphs) for document in documents]
    sites = sorted({document.site for document in documents})
    dealt = np.random.default_rng(seed).permutation(len(sites)) % FOLDS
    fold_of = dict(zip(sites, dealt.tolist(), strict=True))
    folds = np.repeat([fold_of[document.site] for document in documents], sizes)
    return Training(features, gold, np.repeat(np.arange(len(documents)), sizes), folds)


def matrix(features: Sequence[Features]) -> Any:
    """Give the hashed n-grams as a scipy CSR matrix, float32, shape (n_paragraphs, BUCKETS).

    Row by row it is what `LinearClassifier.scores` sums: each gram weighs one over the root of its family's grams.
    """
    from scipy.sparse import csr_matrix

    total = None
    for family in range(len(features[0].buckets)):
        buckets = np.concatenate([f.buckets[family] for f in features]).astype(np.int32)
        counts = np.concatenate([np.diff(f.starts[family], append=len(f.buckets[family])) for f in features])
        values = np.repeat(1 / np.sqrt(counts), counts).astype(np.float32)
        edges = np.concatenate([[0], np.cumsum(counts)])
        part = csr_matrix((values, buckets, edges), shape=(len(counts), BUCKETS))
        part.sum_duplicates()
        total = part if total is None else total + part
    return total


def _fit_linear(rows: Any, gold: I64) -> LinearClassifier:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # stopped early on purpose
        fitted = LogisticRegression(C=PENALTY, max_iter=ITERATIONS).fit(rows, gold)
    weights, bias = np.zeros((len(KINDS), BUCKETS)), np.full(len(KINDS), -12.0)  # -12: a kind that never occurred
    if len(fitted.classes_) == 2:  # scikit-learn keeps one row for two classes
        weights[fitted.classes_[1]], bias[fitted.classes_] = fitted.coef_[0], [0.0, fitted.intercept_[0]]
    else:
        weights[fitted.classes_], bias[fitted.classes_] = fitted.coef_, fitted.intercept_
    return LinearClassifier.quantized(weights, bias)


def fit_classifier(training: Training, jobs: int, progress: Progress) -> tuple[LinearClassifier, list[F32]]:
    """Fit the first stage on everything, and its scores out of fold.

    Returns
    -------
    classifier : LinearClassifier
    scores : list of float32 ndarray, shape (n_paragraphs_of_document, n_kinds)
        One a document, from weights that saw no document of its site.
    """
    from joblib import Parallel, delayed

    progress(f"first stage: {FOLDS + 1} fits of {len(training.gold)} paragraphs")
    rows = matrix(training.features)
    chosen = [(training.gold >= 0) & (training.fold != fold) for fold in range(FOLDS)] + [training.gold >= 0]
    fits = (delayed(_fit_linear)(rows[mask], training.gold[mask]) for mask in chosen)
    fitted = []
    for done, classifier in enumerate(Parallel(n_jobs=jobs, return_as="generator")(fits), start=1):
        fitted.append(classifier)
        progress(f"first stage: fit {done} of {FOLDS + 1} done")
    first_rows = np.searchsorted(training.document, np.arange(len(training.features)))
    folds = training.fold[first_rows].tolist()
    scores = [fitted[fold].scores(features) for fold, features in zip(folds, training.features, strict=True)]
    return fitted[FOLDS], scores


def _fit_network(rows: F32, gold: I64, seed: int) -> list[npt.NDArray[Any]]:
    """Fit one network; give hidden weights and bias, output weights and bias over all kinds."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier
    from threadpoolctl import threadpool_limits  # comes with scikit-learn

    network = MLPClassifier(
        (HIDDEN,), alpha=WEIGHT_DECAY, batch_size=min(BATCH, len(rows)), max_iter=EPOCHS, random_state=seed
    )
    with warnings.catch_warnings(), threadpool_limits(1):  # one thread: sums in one order, and joblib has the cores
        warnings.simplefilter("ignore", ConvergenceWarning)
        network.fit(rows, gold)
    output, bias = np.zeros((HIDDEN, len(KINDS))), np.full(len(KINDS), -12.0)
    if len(network.classes_) == 2:
        output[:, network.classes_[1]], bias[network.classes_] = (
            network.coefs_[1][:, 0],
            [0.0, network.intercepts_[1][0]],
        )
    else:
        output[:, network.classes_], bias[network.classes_] = network.coefs_[1], network.intercepts_[1]
    return [network.coefs_[0], network.intercepts_[0], output, bias]


def _fit_networks(rows: F32, gold: I64, seed: int, jobs: int, count: int) -> Networks:
    from joblib import Parallel, delayed

    known = gold >= 0
    rows, gold = rows[known], gold[known]
    center = rows.mean(axis=0, dtype=np.float64).astype(np.float32)
    spread = rows.std(axis=0, dtype=np.float64).astype(np.float32) + np.float32(1e-3)
    scaled = np.clip((rows - center) / spread, -CLIP, CLIP)
    fits = Parallel(n_jobs=jobs)(delayed(_fit_network)(scaled, gold, seed + number) for number in range(count))
    hidden_weights, hidden_bias, outputs, output_bias = zip(*fits, strict=True)
    return Networks(
        center,
        spread,
        np.concatenate(hidden_weights, axis=1).astype(np.float32),
        np.concatenate(hidden_bias).astype(np.float32),
        np.stack(outputs).astype(np.float32),
        np.stack(output_bias).astype(np.float32),
    )


@dataclass(frozen=True, eq=False)
class Stage:
    """What the second stage is fitted on: real documents and recombined ones, one after the other.

    Arrays have a row a paragraph.
    """

    rows: F32  # as `context.columns` lays them out, from out-of-fold scores
    gold: I64
    document: I64
    fold: I64
    real: npt.NDArray[np.bool_]  # whether the row belongs to a real document


def stage(
    documents: Sequence[Labelled], training: Training, scores: Sequence[F32], seed: int, progress: Progress
) -> Stage:
    """Lay out the second stage's columns of the documents and of their recombinations."""
    first_rows = np.searchsorted(training.document, np.arange(len(documents)))
    folds = training.fold[first_rows].tolist()
    made = recombined(documents, folds, COPIES, np.random.default_rng(seed))
    progress(f"second stage: {len(documents)} documents and {len(made)} recombined ones")
    rows = [columns(score, f.dense) for score, f in zip(scores, training.features, strict=True)]
    gold, document, fold = [training.gold], [training.document], [training.fold]
    for number, (places, of_fold) in enumerate(made, start=len(documents)):
        dense = featurize([documents[d].paragraphs[row] for d, row in places]).dense
        rows.append(columns(np.stack([scores[d][row] for d, row in places]), dense))
        gold.append(np.array([training.gold[first_rows[d] + row] for d, row in places]))
        document.append(np.full(len(places), number))
        fold.append(np.full(len(places), of_fold))
    documents_of_rows = np.concatenate(document)
    real = documents_of_rows < len(documents)
    return Stage(np.concatenate(rows), np.concatenate(gold), documents_of_rows, np.concatenate(fold), real)


def _opinions(table: Stage, opinions: F32) -> F32:
    """Put the first pass's probabilities beside the columns, document by document."""
    edges = np.flatnonzero(np.diff(table.document)) + 1
    parts = zip(np.split(table.rows, edges), np.split(opinions, edges), strict=True)
    return np.concatenate([with_opinions(rows, opinion) for rows, opinion in parts])


def fit_context(
    table: Stage, seed: int, jobs: int, progress: Progress, *, out_of_fold: bool
) -> tuple[TwoPassContext, F32 | None]:
    """Fit both passes of the second stage.

    Parameters
    ----------
    out_of_fold : bool
        Whether to predict every row by second passes that saw nothing of its site, too.

    Returns
    -------
    context : TwoPassContext
        Not calibrated yet.
    chances : float32 ndarray, shape (n_rows, n_kinds), or None
        The out-of-fold predictions.
    """
    progress(f"second stage, first pass: {NETWORKS} networks on {len(table.gold)} paragraphs")
    first = _fit_networks(table.rows, table.gold, seed, jobs, NETWORKS)
    everything = np.ones(len(table.gold), np.bool_)
    opinions = _by_fold(table.rows, everything, table, seed, jobs, progress)
    rows = _opinions(table, opinions)
    progress(f"second stage, second pass: {NETWORKS} networks")
    # Recombined documents teach the first pass how appeals stand; fitted on them too, the second trusted them too much.
    second = _fit_networks(rows[table.real], table.gold[table.real], seed + NETWORKS, jobs, NETWORKS)
    chances = _by_fold(rows, table.real, table, seed + NETWORKS, jobs, progress) if out_of_fold else None
    return TwoPassContext(first, second, np.array([1, 0], np.float32)), chances


def _by_fold(rows: F32, fitted: npt.NDArray[np.bool_], table: Stage, seed: int, jobs: int, progress: Progress) -> F32:
    """Predict each row by networks that were fitted on the rows of `fitted`, but nothing of its site."""
    chances = np.zeros((len(rows), len(KINDS)), np.float32)
    for fold in range(FOLDS):
        progress(f"second stage: out-of-fold predictions, fold {fold + 1} of {FOLDS}")
        inside = table.fold == fold
        chosen = fitted & ~inside
        networks = _fit_networks(rows[chosen], table.gold[chosen], seed, jobs, FOLD_NETWORKS)
        chances[inside] = networks.probabilities(rows[inside])
    return chances


def fit_calibration(log_odds: npt.NDArray[np.float64], appeal: npt.NDArray[np.bool_]) -> F32:
    """Fit slope and intercept on the log-odds (Platt, 1999); identity when one side is missing."""
    if appeal.all() or not appeal.any():
        return np.array([1, 0], np.float32)
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=1e4).fit(log_odds[:, None], appeal)
    return np.array([fitted.coef_[0, 0], fitted.intercept_[0]], np.float32)
