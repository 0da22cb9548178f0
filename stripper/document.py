"""What goes in and what comes back: documents, decisions, cleaned documents. Plain frozen data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Label = Literal["content", "appeal"]
Verdict = Literal["clean", "stripped", "only_appeals", "empty", "guarded"]


@dataclass(frozen=True, slots=True)
class Document:
    """A text with what is known about it.

    Attributes
    ----------
    content : str or bytes
        Plain text, Markdown or HTML; bytes are decoded by what they declare.
    id, url : str, optional
        Named in error messages and handed back in `Cleaned`.
    metadata : mapping
        Handed back untouched.
    """

    content: str | bytes
    id: str | None = None
    url: str | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cut:
    """Sentences that were taken out of a paragraph that stays.

    Attributes
    ----------
    start, end : int
        Half-open span of code points within the paragraph's text.
    kind : str
        Of its most certain sentence.
    probability : float
        Of its least certain sentence, that it is an appeal.
    """

    start: int
    end: int
    kind: str
    probability: float


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided about one paragraph.

    Attributes
    ----------
    text : str
        The paragraph as it was given.
    label : {"content", "appeal"}
        ``appeal`` when `probability` reaches the operating point's threshold.
    kind : str
        ``content``, or the most likely kind of appeal, see `stripper.kinds.KINDS`.
    probability : float
        Calibrated probability in [0, 1] that the paragraph is an appeal, of whatever kind.
    removed : bool
        Whether the cleaned text goes without it. Differs from `label` where a guard rail or ``keep`` holds an appeal
        back, and for separators and headings that introduced nothing but removed paragraphs.
    reason : str
        What weighed, in words; empty for content that nothing spoke against.
    cuts : tuple of Cut
        Appeals inside a paragraph that stays: the cleaned text goes without them, and without the white space between
        them and the rest.
    """

    text: str
    label: Label
    kind: str
    probability: float
    removed: bool
    reason: str
    cuts: tuple[Cut, ...] = ()


@dataclass(frozen=True, slots=True)
class Paragraph(Decision):
    """A decision with its half-open span of code points in the document."""

    start: int = field(kw_only=True)
    end: int = field(kw_only=True)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A document without its appeals, and how it came about.

    Attributes
    ----------
    text : str
        The kept paragraphs with their own gaps.
    source : str
        The text that the spans count in: the input, or for HTML the text extracted from it.
    paragraphs : tuple of Paragraph
        All paragraphs in reading order, kept and removed.
    verdict : str
        ``clean`` nothing was removed; ``stripped`` appeals were removed; ``only_appeals`` nothing but appeals was
        found; ``empty`` there was no paragraph; ``guarded`` more would have gone than the guard rail allows, so the
        document was left as it is.
    format : {"text", "markdown", "html"}
    id, url : str, optional
    metadata : mapping
    """

    text: str
    source: str
    paragraphs: tuple[Paragraph, ...]
    verdict: Verdict
    format: str = "text"
    id: str | None = None
    url: str | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @property
    def removed(self) -> tuple[Paragraph, ...]:
        """The removed paragraphs, in reading order."""
        return tuple(paragraph for paragraph in self.paragraphs if paragraph.removed)

    @property
    def gaps(self) -> tuple[str, ...]:
        """The text before, between and after the paragraphs: one more than there are paragraphs."""
        edges = [0, *(edge for paragraph in self.paragraphs for edge in (paragraph.start, paragraph.end))]
        edges.append(len(self.source))
        return tuple(self.source[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True))

    def to_dict(self) -> dict[str, Any]:
        """Give everything as plain JSON types; `rebuild` turns it back into the original text."""
        return {
            "id": self.id,
            "url": self.url,
            "format": self.format,
            "verdict": self.verdict,
            "text": self.text,
            "paragraphs": [asdict(paragraph) for paragraph in self.paragraphs],
            "gaps": list(self.gaps),
            "metadata": dict(self.metadata),
        }


def rebuild(cleaned: Cleaned | Mapping[str, Any]) -> str:
    """Put the original text together again, character for character.

    Parameters
    ----------
    cleaned : Cleaned, or what its ``to_dict`` gave

    Examples
    --------
    >>> paragraph = Paragraph("Hello.", "content", "content", 0.01, False, "", start=1, end=7)
    >>> rebuild(Cleaned(text=" Hello.\\n", source=" Hello.\\n", paragraphs=(paragraph,), verdict="clean"))
    ' Hello.\\n'
    """
    record = cleaned.to_dict() if isinstance(cleaned, Cleaned) else cleaned
    gaps, paragraphs = record["gaps"], record["paragraphs"]
    pieces = [gaps[0]]
    for paragraph, gap in zip(paragraphs, gaps[1:], strict=True):
        pieces += [paragraph["text"], gap]
    return "".join(pieces)
