"""The main text of a page, by trafilatura in its recall setting: what it leaves in, the labels judge."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from stripper.errors import InputError
from stripper.html.decoding import refuse_binary

_METADATA: Final = ("title", "author", "date", "sitename", "language")


@dataclass(frozen=True, slots=True)
class Page:
    """What was read from a page.

    Attributes
    ----------
    text : str
        A paragraph a line; empty when the page holds no text.
    metadata : mapping
        Those of title, author, date, sitename and language that are known.
    """

    text: str
    metadata: Mapping[str, Any] = field(default_factory=dict)


def extract(content: str | bytes, *, url: str | None = None) -> Page:
    """Read a page's main text, without its comments.

    Parameters
    ----------
    content : str or bytes
        HTML; bytes are decoded by what the page declares.

    Raises
    ------
    InputError
        Binary data, or a page that the parser cannot take.
    """
    if isinstance(content, bytes):
        refuse_binary(content)
    if not content.strip():
        return Page("")
    from trafilatura import bare_extraction

    logging.getLogger("trafilatura").addHandler(logging.NullHandler())
    source = content if isinstance(content, bytes) else content.replace("\x00", "").encode("utf-8", "replace").decode()
    try:
        found = bare_extraction(source, url=url, favor_recall=True, include_comments=False, with_metadata=True)
    except Exception as error:  # lxml and trafilatura raise many kinds; a page must never stop a run with them
        raise InputError(
            f"The page cannot be parsed ({type(error).__name__}: {error}). Give its text instead."
        ) from error
    if found is None:
        return Page("")
    facts = found if isinstance(found, dict) else found.as_dict()
    metadata = {key: facts[key] for key in _METADATA if facts.get(key)}
    return Page(facts.get("text") or "", metadata)
