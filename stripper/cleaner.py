"""`Stripper`: from a document to decisions, past the guard rails, to the cleaned text.

A document is segmented, every paragraph gets its probability, the threshold of the operating point labels it, and the
guard rails decide what really goes. Every public method runs one document at a time through the same few steps, so
batches, threads and single calls cannot differ.
"""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, Literal, Union

import numpy as np
import numpy.typing as npt

from stripper import cutting
from stripper import model as models
from stripper.context import appeal_probability
from stripper.document import Cleaned, Cut, Decision, Document, Label, Paragraph, Verdict
from stripper.errors import InputError, InputTypeError, ModelError, OptionError, StripperError
from stripper.features import Features, featurize
from stripper.kinds import APPEAL, CONTENT, KINDS
from stripper.reasons import HeldBack, explain
from stripper.rendering import cleaned_text
from stripper.segment import Segmentation, looks_like_markdown, segment
from stripper.structure import orphans

Format = Literal["auto", "text", "markdown", "html"]
Protect = Union[str, "re.Pattern[str]", Callable[[str], bool]]

#: Code points of the longest accepted document, unless ``max_length`` says otherwise: some 10,000 pages.
MAX_LENGTH: Final = 50_000_000
#: Documents that one task of `Stripper.clean_many` holds.
_BATCH: Final = 32


@dataclass(frozen=True, slots=True)
class Options:
    """How a `Stripper` decides; see there."""

    model: str | None
    operating_point: str
    threshold: float | None
    keep: frozenset[str]
    protect: Protect | None
    max_removed: float
    only_appeals: Literal["empty", "keep"]
    max_length: int
    sentences: bool


@dataclass(frozen=True, eq=False)
class _Judgement:
    """What the model and the guard rails say about one document's paragraphs."""

    features: Features
    probabilities: npt.NDArray[np.float32]  # shape (n_paragraphs, n_kinds)
    appeal: npt.NDArray[np.bool_]
    kinds: list[str]
    removed: npt.NDArray[np.bool_]
    held: list[HeldBack | None]
    cuts: list[tuple[Cut, ...]]
    verdict: Verdict


class Stripper:
    """Labels paragraphs and takes the appeals out of documents. Immutable, thread-safe, picklable.

    Parameters
    ----------
    model : path or str, optional
        A release's folder, or the name of one that ships with the package; the default model when left out.
    operating_point : {"cautious", "balanced", "thorough"}
        Named threshold: at most 0.2 %, 0.5 %, 1 % of content paragraphs lost on the dev documents.
    keep : iterable of str
        Kinds that stay in the document although they are labelled appeals, such as ``{"credit"}``.
    threshold : float, optional
        Probability in [0, 1] from which a paragraph counts as an appeal, instead of an operating point.
    protect : str, pattern or callable, optional
        Paragraphs that must stay: those in which the regular expression is found, or for which the callable is true.
        To be picklable, a callable must be a function of a module.
    max_removed : float
        Guard rail in (0, 1]: when more than this share of a document's characters would go - but not all paragraphs -
        nothing is removed and the verdict is ``guarded``.
    only_appeals : {"empty", "keep"}
        What becomes of a document in which nothing but appeals is found: an empty text, or the document as it is. The
        verdict is ``only_appeals`` either way.
    max_length : int
        Code points of the longest document that is accepted.
    sentences : bool
        Whether sentences that are appeals are cut out of paragraphs that stay: at a paragraph's start and end, and
        anywhere in a document without line breaks. A paragraph in which `protect` finds something is not cut, nor one
        with markup or of more than 20,000 code points. Off, because it loses a tenth more of the content's text on
        the dev documents (0.16 % in place of 0.15 %).

    Raises
    ------
    OptionError
        An option's value does not exist or does not fit the others.
    ModelError
        The model's files are missing or damaged.

    Examples
    --------
    >>> stripper = Stripper(operating_point="cautious", keep={"credit"})
    >>> stripper.strip("The bridge reopens on Friday, the council said.")
    'The bridge reopens on Friday, the council said.'
    """

    __slots__ = ("_model", "_options", "_protects", "_threshold")
    _model: models.Model
    _options: Options
    _protects: Callable[[str], bool] | None
    _threshold: float

    def __init__(
        self,
        model: str | os.PathLike[str] | None = None,
        *,
        operating_point: str = "balanced",
        keep: Iterable[str] = (),
        threshold: float | None = None,
        protect: Protect | None = None,
        max_removed: float = 0.9,
        only_appeals: Literal["empty", "keep"] = "empty",
        max_length: int = MAX_LENGTH,
        sentences: bool = False,
    ) -> None:
        name = None if model is None else os.fspath(model)
        kept = frozenset([keep] if isinstance(keep, str) else keep)
        options = Options(
            name, operating_point, threshold, kept, protect, max_removed, only_appeals, max_length, sentences
        )
        _check(options)
        self._prepare(options, models.load(name))

    def _prepare(self, options: Options, model: models.Model) -> None:
        threshold = model.threshold(options.operating_point)
        object.__setattr__(self, "_options", options)
        object.__setattr__(self, "_model", model)
        object.__setattr__(self, "_threshold", threshold if options.threshold is None else float(options.threshold))
        object.__setattr__(self, "_protects", _predicate(options.protect))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"A Stripper is immutable; make another one with another {name.lstrip('_')}.")

    def __delattr__(self, name: str) -> None:
        raise AttributeError("A Stripper is immutable.")

    def __getstate__(self) -> tuple[Options, str]:
        return self._options, self._model.digest

    def __setstate__(self, state: tuple[Options, str]) -> None:
        options, digest = state
        model = models.load(options.model)
        if model.digest != digest:
            raise ModelError(
                f"Model {model.name} here (digest {model.digest[:12]}) is not the one that this Stripper was pickled "
                f"with ({digest[:12]}). Install the same stripper and model on both sides."
            )
        self._prepare(options, model)

    def __repr__(self) -> str:
        return (
            f"Stripper(model={self._model.name!r}, threshold={self._threshold:.3f}, keep={sorted(self._options.keep)})"
        )

    @property
    def model(self) -> models.Model:
        """The loaded model with its card."""
        return self._model

    @property
    def threshold(self) -> float:
        """Probability from which a paragraph counts as an appeal."""
        return self._threshold

    def strip(self, text: str) -> str:
        """Give a plain text or Markdown text without its appeals.

        Raises
        ------
        InputTypeError
            Not a str.
        InputError
            Longer than ``max_length``.
        """
        self._check_text(text)
        parts = segment(text)
        if not parts.spans:
            return text
        judged = self._judge(parts.paragraphs())
        return _without(parts, judged)

    def clean(
        self,
        document: str | bytes | Document,
        *,
        format: Format = "auto",
        url: str | None = None,
        id: str | None = None,
    ) -> Cleaned:
        """Give a document without its appeals, with a decision for each paragraph.

        Parameters
        ----------
        document : str, bytes or Document
            Plain text, Markdown or HTML. Bytes are decoded by what they declare, else as UTF-8, else by a guess.
        format : {"auto", "text", "markdown", "html"}
        url, id : str, optional
            Handed back; named in errors.

        Raises
        ------
        InputTypeError
            Neither text nor bytes.
        InputError
            Too long, or bytes that hold no text.
        OptionError
            An unknown format.
        """
        if format not in ("auto", "text", "markdown", "html"):
            raise OptionError(f"There is no format {format!r}; use 'auto', 'text', 'markdown' or 'html'.")
        given = document if isinstance(document, Document) else Document(document, id=id, url=url)
        text, found, metadata = self._text_of(given, format)
        parts = segment(text, format="markdown" if found == "markdown" else "text")
        return self._cleaned(given, parts, found, metadata)

    def clean_many(
        self, documents: Iterable[str | bytes | Document], *, n_jobs: int = 1, format: Format = "auto"
    ) -> Iterator[Cleaned]:
        """Clean a stream of documents in order, holding only a few batches at a time.

        Parameters
        ----------
        documents : iterable of str, bytes or Document
            May be endless; read only as far as results are asked for, plus a few batches.
        n_jobs : int
            Processes; 1 works in this one, -1 takes every core.
        format : as in `clean`

        Raises
        ------
        StripperError
            As `clean`; the message says which document of the stream it was.
        """
        source = enumerate(documents)
        if n_jobs == 1:
            for number, document in source:
                yield self._clean_numbered(number, document, format)
            return
        from joblib import Parallel, delayed, effective_n_jobs  # costs 0.1 s, and only workers need it

        with Parallel(n_jobs=n_jobs) as pool:
            width = effective_n_jobs(n_jobs) * 2
            while batches := [batch for batch in (list(islice(source, _BATCH)) for _ in range(width)) if batch]:
                for results in pool(delayed(_clean_batch)(self, batch, format) for batch in batches):
                    yield from results

    def label(self, paragraphs: Sequence[str]) -> list[Decision]:
        """Decide about the paragraphs of ONE document.

        Parameters
        ----------
        paragraphs : sequence of str
            In reading order; empty strings and line breaks within a paragraph are allowed.

        Returns
        -------
        list of Decision
            One for each paragraph, in order.

        Raises
        ------
        InputTypeError
            A str instead of a sequence, or a paragraph that is no str.
        """
        if isinstance(paragraphs, (str, bytes)):
            raise InputTypeError("label() takes the list of one document's paragraphs; for a whole text use clean().")
        paragraphs = list(paragraphs)
        for number, paragraph in enumerate(paragraphs):
            if not isinstance(paragraph, str):
                raise InputTypeError(f"Paragraph {number} is {type(paragraph).__name__}, not str.")
        self._check_length(sum(map(len, paragraphs)))
        if not paragraphs:
            return []
        judged = self._judge(paragraphs)
        return [
            Decision(paragraph, *rest)
            for paragraph, rest in zip(paragraphs, self._told(paragraphs, judged), strict=True)
        ]

    def _clean_numbered(self, number: int, document: str | bytes | Document, format: Format) -> Cleaned:
        try:
            return self.clean(document, format=format)
        except StripperError as error:
            raise type(error)(f"Document {number} of the stream: {error}") from error

    def _check_text(self, text: object) -> None:
        if not isinstance(text, str):
            remedy = "use clean() for bytes" if isinstance(text, bytes) else "give the document's text"
            raise InputTypeError(f"strip() takes a str, not {type(text).__name__}; {remedy}.")
        self._check_length(len(text))

    def _check_length(self, length: int, what: str = "The document") -> None:
        if length > self._options.max_length:
            raise InputError(
                f"{what} has {length:,} characters, the limit is {self._options.max_length:,}. "
                "Raise max_length if it really is one document."
            )

    def _text_of(self, document: Document, format: Format) -> tuple[str, str, dict[str, Any]]:
        """Give the text to segment, its format and metadata."""
        content = document.content
        what = f"Document {document.id}" if document.id else "The document"
        if not isinstance(content, (str, bytes)):
            raise InputTypeError(f"{what} is {type(content).__name__}; give str, bytes or Document.")
        self._check_length(len(content), what)
        from stripper import html  # light: trafilatura and lxml are imported there when a page comes

        if format == "html" or (format == "auto" and html.looks_like_html(content)):
            page = html.extract(content, url=document.url)
            return page.text, "html", {**page.metadata, **document.metadata}
        text = html.decode(content) if isinstance(content, bytes) else content
        if format == "auto":
            format = "markdown" if looks_like_markdown(text) else "text"
        return text, format, dict(document.metadata)

    def _cleaned(self, document: Document, parts: Segmentation, format: str, metadata: dict[str, Any]) -> Cleaned:
        verdict: Verdict = "empty"
        text, paragraphs = parts.text, []
        if parts.spans:
            texts = parts.paragraphs()
            judged = self._judge(texts)
            verdict = judged.verdict
            for span, paragraph, rest in zip(parts.spans, texts, self._told(texts, judged), strict=True):
                paragraphs.append(Paragraph(paragraph, *rest, start=span[0], end=span[1]))
            text = _without(parts, judged)
        return Cleaned(text, parts.text, tuple(paragraphs), verdict, format, document.id, document.url, metadata)

    def _judge(self, paragraphs: list[str]) -> _Judgement:
        """Score a document's paragraphs and apply threshold, ``keep``, ``protect`` and the guard rails."""
        features = featurize(paragraphs)
        scores = self._model.classifier.scores(features)
        probabilities = self._model.context.probabilities(scores, features.dense)
        appeal = appeal_probability(probabilities) >= self._threshold
        best = probabilities[:, 1:].argmax(axis=1) + 1
        kinds = [KINDS[column] if yes else CONTENT for column, yes in zip(best.tolist(), appeal.tolist(), strict=True)]
        removed = appeal.copy()
        held: list[HeldBack | None] = [None] * len(paragraphs)
        for row in np.flatnonzero(appeal).tolist():
            held[row] = self._held_back(paragraphs[row], kinds[row])
            removed[row] = held[row] is None
        orphans(paragraphs, removed)
        verdict = self._guard(paragraphs, removed, held)
        cuts = self._cuts(paragraphs, probabilities, appeal, removed, verdict)
        if verdict == "clean" and any(cuts):
            verdict = "stripped"
        return _Judgement(features, probabilities, appeal, kinds, removed, held, cuts, verdict)

    def _cuts(
        self,
        paragraphs: list[str],
        probabilities: npt.NDArray[np.float32],
        appeal: npt.NDArray[np.bool_],
        removed: npt.NDArray[np.bool_],
        verdict: Verdict,
    ) -> list[tuple[Cut, ...]]:
        """Find the appeals inside paragraphs that stay, as far as `max_removed` allows."""
        none: list[tuple[Cut, ...]] = [()] * len(paragraphs)
        if not self._options.sentences or verdict in ("empty", "guarded", "only_appeals"):
            return none
        may = ~removed
        if self._protects is not None:
            may &= np.fromiter((not self._protects(paragraph) for paragraph in paragraphs), np.bool_, len(paragraphs))
        chances = appeal_probability(probabilities)
        found = cutting.cuts(paragraphs, chances, may & ~appeal, self._judged_sentences, self._threshold)
        gone = sum(len(paragraph) for paragraph, yes in zip(paragraphs, removed.tolist(), strict=True) if yes)
        gone += sum(cut.end - cut.start for cuts in found for cut in cuts)
        return found if gone <= self._options.max_removed * sum(map(len, paragraphs)) else none

    def _judged_sentences(self, sentences: list[str]) -> tuple[npt.NDArray[np.float64], list[str]]:
        """Give each one's probability of being an appeal, 0 where it must stay, and most likely kind."""
        features = featurize(sentences)
        probabilities = self._model.context.probabilities(self._model.classifier.scores(features), features.dense)
        chances = appeal_probability(probabilities)
        kinds = [KINDS[column] for column in (probabilities[:, 1:].argmax(axis=1) + 1).tolist()]
        for row in np.flatnonzero(chances >= self._threshold).tolist():
            if self._held_back(sentences[row], kinds[row]) is not None:
                chances[row] = 0
        return chances, kinds

    def _held_back(self, paragraph: str, kind: str) -> HeldBack | None:
        if kind in self._options.keep:
            return "keep"
        if self._protects is not None and self._protects(paragraph):
            return "protect"
        return None

    def _guard(self, paragraphs: list[str], removed: npt.NDArray[np.bool_], held: list[HeldBack | None]) -> Verdict:
        """Apply the document-wide guard rails to `removed`, in place, and give the verdict."""
        visible = np.fromiter((bool(paragraph.strip()) for paragraph in paragraphs), np.bool_, len(paragraphs))
        if not visible.any():
            removed[:] = False
            return "empty"
        if not removed.any():
            return "clean"
        verdict: Verdict = "stripped"
        if removed[visible].all():
            if self._options.only_appeals == "empty":
                return "only_appeals"
            verdict = "only_appeals"
        else:
            sizes = np.fromiter(map(len, paragraphs), np.float64, len(paragraphs))
            if sizes[removed].sum() <= self._options.max_removed * sizes.sum():
                return verdict
            verdict = "guarded"
        for row in np.flatnonzero(removed).tolist():
            held[row] = verdict
        removed[:] = False
        return verdict

    def _told(
        self, paragraphs: list[str], judged: _Judgement
    ) -> list[tuple[Label, str, float, bool, str, tuple[Cut, ...]]]:
        """Put a judgement into the fields of `Decision` after the text."""
        reasons = explain(
            paragraphs, self._model, judged.features, judged.probabilities, self._threshold,
            judged.appeal, judged.removed, judged.held,
        )  # fmt: skip
        chances = appeal_probability(judged.probabilities).tolist()
        return [
            (APPEAL if appeal else CONTENT, kind, chance, removed, reason, cuts)
            for appeal, kind, chance, removed, reason, cuts in zip(
                judged.appeal.tolist(),
                judged.kinds,
                chances,
                judged.removed.tolist(),
                reasons,
                judged.cuts,
                strict=True,
            )
        ]


def _without(parts: Segmentation, judged: _Judgement) -> str:
    """Give a segmented text without what a judgement takes out of it."""
    if not any(judged.cuts):
        return cleaned_text(parts.text, parts.spans, ~judged.removed) if judged.removed.any() else parts.text
    pieces: list[tuple[int, int]] = []
    kept: list[bool] = []
    for (start, end), removed, cuts in zip(parts.spans, judged.removed.tolist(), judged.cuts, strict=True):
        at = start
        for cut in cuts:
            if start + cut.start > at:
                pieces.append((at, at + len(parts.text[at : start + cut.start].rstrip())))
                kept.append(True)
            pieces.append((start + cut.start, start + cut.end))
            kept.append(False)
            at = start + cut.end
            at += len(parts.text[at:end]) - len(parts.text[at:end].lstrip())
        if at < end:
            pieces.append((at, end))
            kept.append(not removed)
    return cleaned_text(parts.text, pieces, kept)


def _check(options: Options) -> None:
    unknown = options.keep - set(KINDS)
    if unknown:
        raise OptionError(f"keep: there is no kind {sorted(unknown)[0]!r}; the kinds are {', '.join(KINDS[1:])}.")
    if options.threshold is not None and not 0 <= options.threshold <= 1:
        raise OptionError(f"threshold is a probability in [0, 1], not {options.threshold!r}.")
    if not 0 < options.max_removed <= 1:
        raise OptionError(f"max_removed is a share in (0, 1], not {options.max_removed!r}.")
    if options.only_appeals not in ("empty", "keep"):
        raise OptionError(f"only_appeals is 'empty' or 'keep', not {options.only_appeals!r}.")
    if options.max_length < 1:
        raise OptionError(f"max_length is a number of characters, at least 1, not {options.max_length!r}.")


def _predicate(protect: Protect | None) -> Callable[[str], bool] | None:
    if protect is None or callable(protect):
        return protect
    try:
        pattern = re.compile(protect)
    except re.error as error:
        raise OptionError(f"protect: {protect!r} is no regular expression ({error}).") from None
    return lambda paragraph: pattern.search(paragraph) is not None


def _clean_batch(stripper: Stripper, batch: list[tuple[int, str | bytes | Document]], format: Format) -> list[Cleaned]:
    return [stripper._clean_numbered(number, document, format) for number, document in batch]


@functools.cache
def _default() -> Stripper:
    return Stripper()


def strip(text: str) -> str:
    """Give a plain text without its appeals, by the default model at the balanced operating point.

    Raises
    ------
    InputTypeError
        Not a str; for bytes use `clean`.

    Examples
    --------
    >>> strip("The ferry sails again from Monday, the harbour office said.")
    'The ferry sails again from Monday, the harbour office said.'
    """
    return _default().strip(text)


def clean(
    document: str | bytes | Document,
    *,
    format: Format = "auto",
    url: str | None = None,
    id: str | None = None,
    **options: Any,
) -> Cleaned:
    """Give a document without its appeals, with a decision for each paragraph; see `Stripper.clean`.

    Parameters
    ----------
    **options
        As `Stripper` takes them: ``operating_point``, ``keep``, …
    """
    stripper = Stripper(**options) if options else _default()
    return stripper.clean(document, format=format, url=url, id=id)
