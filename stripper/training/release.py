"""From labelled documents to a release: fit, calibrate, choose operating points, measure, write."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import platform
import tempfile
from collections.abc import Collection, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from stripper import model as models
from stripper.classifier import HashedClassifier
from stripper.cleaner import Stripper
from stripper.context import NetworkContext, appeal_probability, calibrated, log_odds
from stripper.errors import CorpusError, OutputExists
from stripper.kinds import CONTENT, UNDECIDED
from stripper.training import fitting
from stripper.training.corpus import Labelled, describe, read
from stripper.training.corrections import corrected
from stripper.training.evaluation import evaluate, outcomes, table
from stripper.training.metrics import threshold_at
from stripper.training.tabulation import F32, FOLDS, Progress, Table, tabulate

#: Content loss that each operating point may cost.
BUDGETS: Final = {"cautious": 0.002, "balanced": 0.005, "thorough": 0.01}
_PACKAGES: Final = ("numpy", "scipy", "scikit-learn", "joblib")


def train(
    sources: list[Path],
    dev: list[Path],
    out: Path,
    *,
    seed: int = 0,
    jobs: int = 1,
    exclude_sites: Collection[str] = (),
    credits: Path | None = None,
    corrections: Path | None = None,
    overwrite: bool = False,
    progress: Progress = lambda message: None,
) -> dict[str, Any]:
    """Fit a model and write it as a release.

    Parameters
    ----------
    sources : list of Path
        Labelled files or folders; their documents of split ``train``, or that name no split, are fitted.
    dev : list of Path
        Labelled files or folders whose documents of split ``dev`` calibrate the probabilities, choose the operating
        points and are measured. Without any, out-of-fold predictions on the sources serve instead.
    out : Path
        The release's folder; appears only when it is complete.
    seed : int
    jobs : int
        Processes; memory grows with them.
    exclude_sites : collection of str
        Sites never fitted on.
    credits : Path, optional
        Markdown for the release's README: where the data came from, under which licences.
    corrections : Path, optional
        Corrected labels of training documents, see `corrections.corrected`.
    overwrite : bool
        Replace an existing release.
    progress : callable
        Told in words what is being done.

    Returns
    -------
    dict
        The release's card.

    Raises
    ------
    CorpusError
        A source is missing, malformed, holds too few documents, or a site stands on both sides.
    OutputExists
        `out` exists and `overwrite` is false, or is no model.
    """
    _check_place(out, overwrite)
    origin = credits.read_text(encoding="utf-8") if credits else ""
    documents, held_out = _documents(sources, dev, exclude_sites)
    if corrections:
        documents = corrected(documents, corrections)
    trained_on = describe(sources, documents)
    measured_on = describe(dev, held_out) if held_out else "no dev documents were given"
    paragraphs = tabulate(documents, seed, progress)
    _check_folds(paragraphs)
    classifier, samples = fitting.fit_classifier(paragraphs, seed, jobs, progress)
    context, chances, gold = fitting.fit_context(samples, seed, jobs, progress)
    if held_out:
        test = tabulate(held_out, seed, progress)
        found = (test.features(rows, places) for rows, places in zip(test.documents, test.places, strict=True))
        chances, gold = np.concatenate([context.raw(classifier.scores(f), f.dense) for f in found]), test.gold
    context, points = _operating_points(context, chances, gold)
    card = {
        "name": out.name,
        "stripper": version("stripper"),
        "seed": seed,
        "trained_on": trained_on,
        "corrections_sha256": hashlib.sha256(corrections.read_bytes()).hexdigest() if corrections else None,
        "calibration": {
            "method": "slope and intercept on the log-odds",
            "on": "the dev documents" if held_out else "out-of-fold predictions on the training documents",
            "slope": float(context.calibration[0]),
            "intercept": float(context.calibration[1]),
        },
        "operating_points": points,
        "measured_on": measured_on,
        "versions": {"python": platform.python_version(), **{name: version(name) for name in _PACKAGES}},
        "figures": None,
    }
    written = _written(out.parent, classifier, context, card, held_out, origin, progress)
    with written as (folder, finished):
        _check_place(out, overwrite)
        _move(folder, out)
    return finished


def _check_place(out: Path, overwrite: bool) -> None:
    """Refuse to overwrite what is there, unless asked to and it is a model."""
    if not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return
    if not overwrite:
        raise OutputExists(f"{out}: exists already; give another folder, or overwrite it with --force.")
    if not (out / models.CARD).is_file():
        raise OutputExists(f"{out}: is no model, and never overwritten; give another folder.")


def _move(folder: Path, out: Path) -> None:
    """Put a finished release in its place; an old one goes only when the new one is there."""
    old = folder.with_name("old")
    if out.exists():
        out.rename(old)
    folder.rename(out)


def _check_folds(paragraphs: Table) -> None:
    """Make sure that whatever fold is held out, there is content and appeals to fit on."""
    for fold in range(FOLDS):
        chosen = [rows for rows, of in zip(paragraphs.documents, paragraphs.folds, strict=True) if of != fold]
        gold = paragraphs.gold[np.concatenate(chosen)]
        if not (gold == 0).any() or not (gold > 0).any():
            raise CorpusError(
                "Too little to train on: content, or appeals, stand in documents of so few sites that nothing would be "
                "left with some sites held out. Give labelled documents of more sites."
            )


def _documents(
    sources: list[Path], dev: list[Path], exclude_sites: Collection[str]
) -> tuple[list[Labelled], list[Labelled]]:
    documents = read(sources, split="train", exclude_sites=exclude_sites)
    held_out = read(dev, split="dev") if dev else []
    if dev and not held_out:
        raise CorpusError(f'{", ".join(map(str, dev))}: no documents of split dev; mark them "split": "dev".')
    shared = {d.site for d in documents} & {d.site for d in held_out}
    if shared:
        raise CorpusError(f"Site {min(shared)!r} is among the training and the dev documents; a site belongs to one.")
    if len({d.site for d in documents}) < FOLDS or not _both(documents):
        raise CorpusError(
            f"{', '.join(map(str, sources))}: too little to train on; it takes documents of split train from at least "
            f"{FOLDS} sites, with content and appeals."
        )
    if dev and not _both(held_out):
        raise CorpusError(
            f"{', '.join(map(str, dev))}: too little to measure on; give documents with content and appeals."
        )
    return documents, held_out


def _both(documents: list[Labelled]) -> bool:
    labels = {label for document in documents for label in document.labels} - {UNDECIDED}
    return CONTENT in labels and len(labels) > 1


def _operating_points(
    context: NetworkContext, chances: F32, gold: npt.NDArray[np.int64]
) -> tuple[NetworkContext, dict[str, Any]]:
    """Calibrate, then choose each threshold by the content that it loses."""
    known = gold >= 0
    appeal = gold[known] > 0
    calibration = fitting.fit_calibration(log_odds(chances[known]), appeal)
    probability = appeal_probability(calibrated(chances[known], calibration))
    points = {}
    for name, budget in BUDGETS.items():
        threshold = threshold_at(probability, ~appeal, budget)
        removed = probability >= threshold
        points[name] = {
            "threshold": threshold,
            "budget": budget,
            "content_lost": float(removed[~appeal].mean()),
            "appeals_found": float(removed[appeal].mean()),
        }
    return dataclasses.replace(context, calibration=calibration), points


@contextlib.contextmanager
def _written(
    beside: Path,
    classifier: HashedClassifier,
    context: NetworkContext,
    card: dict[str, Any],
    held_out: list[Labelled],
    origin: str,
    progress: Progress,
) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Write the release into a temporary folder and measure what was written; give its folder and card."""
    beside.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=beside, prefix=f".{card['name']}-", ignore_cleanup_errors=True) as work:
        folder = Path(work) / card["name"]
        folder.mkdir()
        if held_out:
            models.save(folder, classifier, context, card, "")
            card = {**card, "operating_points": _settled(folder, card["operating_points"], held_out, progress)}
            models.save(folder, classifier, context, card, "")
            card["figures"] = evaluate(held_out, Stripper(folder), by="source", progress=progress)
        yield folder, models.save(folder, classifier, context, card, readme(card, origin))


def _settled(folder: Path, points: dict[str, Any], held_out: list[Labelled], progress: Progress) -> dict[str, Any]:
    """Raise thresholds until what the real `Stripper` loses, separators and all, is within each budget."""
    settled = {}
    for name, point in points.items():
        progress(f"measuring the operating point {name}")
        threshold = point["threshold"]
        while True:
            measured = outcomes(held_out, Stripper(folder, threshold=min(threshold, 1.0)))
            content, appeal = measured.gold == 0, measured.gold > 0
            excess = int(measured.removed[content].sum()) - int(point["budget"] * content.sum())
            if excess <= 0 or threshold >= 1:
                break
            above = np.sort(measured.probability[content & (measured.probability >= threshold)])
            threshold = float(np.nextafter(above[min(excess, len(above)) - 1], 2)) if len(above) else 1.0
        lost, found = float(measured.removed[content].mean()), float(measured.removed[appeal].mean())
        settled[name] = {**point, "threshold": threshold, "content_lost": lost, "appeals_found": found}
    return settled


def readme(card: dict[str, Any], origin: str) -> str:
    """Write what a user judges a model by, from its card and the credits of its data."""
    data = card["trained_on"]
    points = "\n".join(
        f"| {name} | {point['threshold']:.3f} | {point['content_lost']:.2%} | {point['appeals_found']:.1%} |"
        for name, point in card["operating_points"].items()
    )
    figures = f"```\n{table(card['figures'])}\n```" if card["figures"] else "No dev documents were given: not measured."
    languages = ", ".join(f"{lang} {count}" for lang, count in data["documents_by_language"].items())
    return f"""# Model `{card["name"]}`

Linear weights and embeddings over hashed word and character n-grams, and two small convolutional networks over a
document's paragraphs label each paragraph `content` or one of the kinds of appeal. Plain arrays, checked by sha256;
`card.json` has everything below and more.

## Data

{data["documents"]} documents, {data["paragraphs"]} paragraphs, {data["sites"]} sites.
Documents by language: {languages}.

{origin}
## Operating points

Chosen on {card["calibration"]["on"]}.

| name | threshold | content lost | appeals found |
|-|-|-|-|
{points}

## Figures

Measured on the dev documents, sites and sources as the card lists them, at the balanced point unless the column says
otherwise; definitions in the project's README, "Measure".

{figures}

## Limits

- Languages with few training documents (above) are judged mostly by shape, place and neighbours: expect less.
- Paragraphs are judged whole: an appeal inside a paragraph of content stays, or takes its paragraph along.
- Thresholds keep the promised content loss on pages like the dev documents; on others measure it
  (`stripper evaluate`), or choose `cautious`.
"""
