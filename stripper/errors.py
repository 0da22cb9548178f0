"""Exceptions of the library.

Each names what happened, where, and what to try; each also inherits the builtin that a caller who has never read
this file would catch.
"""

from __future__ import annotations


class StripperError(Exception):
    """Base of every error that the library raises on purpose."""


class InputError(StripperError, ValueError):
    """A document or paragraph cannot be processed: wrong content, too long, undecodable."""


class InputTypeError(StripperError, TypeError):
    """Something that is not text stands where text is expected."""


class OptionError(StripperError, ValueError):
    """An option has a value that does not exist or does not fit the others."""


class ModelError(StripperError, ValueError):
    """A model's files are missing, damaged, edited or of another format version."""


class FeatureMismatch(ModelError):
    """The weights were trained on other features than this version computes."""


class CorpusError(StripperError, ValueError):
    """A labelled file breaks the corpus's form; the message names file and line."""


class OutputExists(StripperError, FileExistsError):
    """An output file exists already and overwriting was not asked for."""
