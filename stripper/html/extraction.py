"""The main text of a page, by trafilatura in its recall setting: what it leaves in, the labels judge."""

from __future__ import annotations

import functools
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from stripper.errors import InputError
from stripper.html.decoding import decode_page

_METADATA: Final = ("title", "author", "date", "sitename", "language")
_WHOLE: Final = re.compile(r"<(?:html|body)(?=[\s>])", re.IGNORECASE)
_LANGUAGE: Final = re.compile(
    r"<html[^>]{0,1000}?\slang\s{0,9}=\s{0,9}[\"']?([A-Za-z]{2,3}(?:-\w{1,8}){0,3})", re.IGNORECASE
)
_UNSAFE: Final = re.compile("[\x00-\x08\x0b\x0e-\x1f\ud800-\udfff]")  #: what XML cannot hold, so lxml neither
_HEAD: Final = 20_000


@dataclass(frozen=True, slots=True)
class Page:
    """What was read from a page.

    Attributes
    ----------
    text : str
        A paragraph a line; empty when the page holds no text.
    metadata : dict
        Those of title, author, date, sitename and language that are known; JSON-able.
    """

    text: str
    metadata: dict[str, Any] = field(default_factory=dict)


def extract(content: str | bytes, *, url: str | None = None) -> Page:
    """Read a page's main text, without its comments.

    Parameters
    ----------
    content : str or bytes
        HTML, whole or a fragment; bytes are decoded by what the page declares.
    url : str, optional
        Where it came from; trafilatura reads a date or a site's name off it.

    Raises
    ------
    InputError
        Not a page: binary data, None; or one that the parser cannot take.
    """
    if not isinstance(content, (str, bytes)):
        raise InputError(f"A page is text or bytes, not {type(content).__name__}. Give its HTML.")
    source = _UNSAFE.sub("", decode_page(content) if isinstance(content, bytes) else content).lstrip("\ufeff")
    if not source.strip():
        return Page("")
    if not _WHOLE.search(source):
        source = f"<html><body>{source}</body></html>"  # trafilatura takes a bare <p> for no HTML at all
    try:
        found = _parser()(source, url=url, favor_recall=True, include_comments=False, with_metadata=True)
    except Exception as error:  # lxml and trafilatura raise many kinds; a page must never stop a run with them
        raise InputError(
            f"The page cannot be parsed ({type(error).__name__}: {error}). Give its text instead."
        ) from error
    if found is None:
        return Page("")
    facts = found if isinstance(found, dict) else found.as_dict()
    declared = _LANGUAGE.search(source[:_HEAD])
    facts["language"] = facts.get("language") or (declared[1] if declared else None)
    return Page(facts.get("text") or "", {key: str(facts[key]) for key in _METADATA if facts.get(key)})


@functools.cache
def _parser() -> Callable[..., Any]:
    """Import trafilatura, once, and keep its remarks about broken pages off the terminal."""
    import trafilatura

    for name in ("trafilatura", "htmldate", "courlan"):
        logging.getLogger(name).addHandler(logging.NullHandler())
    extraction: Callable[..., Any] = trafilatura.bare_extraction
    return extraction
