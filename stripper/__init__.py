"""Strip reader appeals from documents: donation pleas, paywall pitches, newsletter boxes, related-story lines.

>>> import stripper
>>> stripper.strip("The mill burned down on Sunday, the fire brigade said.")
'The mill burned down on Sunday, the fire brigade said.'
"""

from __future__ import annotations

from stripper.cleaner import Stripper, clean, strip
from stripper.document import Cleaned, Cut, Decision, Document, Paragraph, rebuild
from stripper.errors import (
    CorpusError,
    FeatureMismatch,
    InputError,
    InputTypeError,
    ModelError,
    OptionError,
    OutputExists,
    StripperError,
)
from stripper.kinds import KINDS

__version__ = "0.1.0"

__all__ = [
    "KINDS",
    "Cleaned",
    "CorpusError",
    "Cut",
    "Decision",
    "Document",
    "FeatureMismatch",
    "InputError",
    "InputTypeError",
    "ModelError",
    "OptionError",
    "OutputExists",
    "Paragraph",
    "Stripper",
    "StripperError",
    "clean",
    "rebuild",
    "strip",
]
