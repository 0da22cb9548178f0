"""A release on disk: weights and card. Loaded only after every digest, the format and the features were checked.

A release is a folder with ``card.json`` and the array files that the card lists with their sha256. Arrays are read with
``allow_pickle=False``: a model is data and can run nothing.
"""

from __future__ import annotations

import functools
import hashlib
import io
import json
import os
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from stripper.classifier import HashedClassifier
from stripper.context import NetworkContext, column_count
from stripper.errors import FeatureMismatch, ModelError, OptionError
from stripper.features import BUCKETS, DENSE_NAMES, features_digest
from stripper.kinds import KINDS
from stripper.network import ConvNetwork

FORMAT: Final = 3
CARD: Final = "card.json"
DEFAULT: Final = "default"
OPERATING_POINTS: Final = ("cautious", "balanced", "thorough")

_CLASSIFIER_FILE: Final = "classifier.npz"
_CONTEXT_FILE: Final = "context.npz"
_REMEDY: Final = "Install stripper again, or train the model anew with `stripper train`."


@dataclass(frozen=True, eq=False)
class Model:
    """Everything that turns features into decisions.

    Attributes
    ----------
    classifier, context
        The two stages.
    card : mapping
        What ``card.json`` says: training data, figures, operating points, versions.
    name : str
        Where it came from: a path, or ``default``.
    """

    classifier: HashedClassifier
    context: NetworkContext
    card: Mapping[str, Any]
    name: str

    @property
    def digest(self) -> str:
        """The card's own sha256; through the listed files it stands for the whole release."""
        return str(self.card["digest"])

    def threshold(self, operating_point: str) -> float:
        """Give the probability from which paragraphs count as appeals at an operating point.

        Raises
        ------
        OptionError
            There is no operating point of this name.
        """
        points = self.card["operating_points"]
        if operating_point not in points:
            names = ", ".join(repr(name) for name in points)
            raise OptionError(
                f"There is no operating point {operating_point!r} in model {self.name}; use one of {names}."
            )
        return float(points[operating_point]["threshold"])


def locate(name: str | os.PathLike[str] | None) -> Path:
    """Find a release's folder: by path, or by the name of one that ships with the package.

    Raises
    ------
    ModelError
        Neither a folder nor a shipped name.
    """
    wanted = Path(name if name is not None else DEFAULT)
    package = Path(__file__).resolve().parent
    shipped = [package / "models" / wanted, package.parent / "models" / wanted]  # a wheel's place, a checkout's place
    candidates = [wanted, *shipped] if name is not None else shipped
    for folder in candidates:
        if (folder / CARD).is_file():
            return folder
    if wanted.is_dir():
        raise ModelError(f"{wanted / CARD}: missing, so {wanted} is no model. {_REMEDY}")
    raise ModelError(f"No model {str(wanted)!r}: no such folder, and none of this name ships with stripper. {_REMEDY}")


def load(name: str | os.PathLike[str] | None = None) -> Model:
    """Load a release, once a process for unchanged files.

    Parameters
    ----------
    name : path or str, optional
        A release's folder or a shipped name; the default model when left out.

    Raises
    ------
    ModelError
        A file is missing, truncated, edited, swapped, or of a newer format; the message names it and the remedy.
    FeatureMismatch
        The weights belong to other features than this version computes.
    """
    folder = locate(name)
    stamps = tuple(
        (path.name, path.stat().st_mtime_ns, path.stat().st_size) for path in sorted(folder.iterdir()) if path.is_file()
    )
    return _load(folder.resolve(), str(name) if name is not None else DEFAULT, stamps)


@functools.lru_cache(maxsize=4)
def _load(folder: Path, name: str, stamps: tuple[tuple[str, int, int], ...]) -> Model:
    card = read_card(folder)
    files = {file: _checked_bytes(folder / Path(file).name, sha256) for file, sha256 in card["files"].items()}
    for file in (_CLASSIFIER_FILE, _CONTEXT_FILE):
        if file not in files:
            raise ModelError(f"{folder / CARD}: lists no {file}. {_REMEDY}")
    first = _nested(_arrays(folder / _CLASSIFIER_FILE, files[_CLASSIFIER_FILE]))
    second = _nested(_arrays(folder / _CONTEXT_FILE, files[_CONTEXT_FILE]))
    try:
        classifier = HashedClassifier(**first.pop(""), network=ConvNetwork(**first.pop("network")))
        context = NetworkContext(ConvNetwork(**second["network"]), second[""]["calibration"])
    except (TypeError, KeyError) as error:
        raise ModelError(f"{folder}: the arrays are not those of a model ({error}). {_REMEDY}") from None
    embedded = classifier.table.shape[1] - len(KINDS)
    fits = (
        len(classifier.table) == BUCKETS
        and classifier.table.shape[1] % 8 == 0
        and len(classifier.network.center) == embedded + len(DENSE_NAMES)
        and len(context.network.center) == column_count(len(DENSE_NAMES))
    )
    if not fits:
        raise FeatureMismatch(f"{folder}: the arrays' shapes do not fit this version's features. {_REMEDY}")
    return Model(classifier, context, card, name)


def read_card(folder: Path) -> dict[str, Any]:
    """Read and check a release's card, without its arrays.

    Raises
    ------
    ModelError
        The card is missing, not JSON, edited or of a newer format.
    FeatureMismatch
        It was trained on other features.
    """
    path = folder / CARD
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelError(f"{path}: cannot be read ({error.strerror}). {_REMEDY}") from None
    except ValueError:
        raise ModelError(f"{path}: not valid JSON, so damaged or truncated. {_REMEDY}") from None
    if not isinstance(card, dict) or "format" not in card:
        raise ModelError(f"{path}: not a model card. {_REMEDY}")
    if card["format"] != FORMAT:
        newer = isinstance(card["format"], int) and card["format"] > FORMAT
        remedy = "Update stripper (pip install -U stripper)" if newer else "Install stripper again"
        raise ModelError(
            f"{path}: format {card['format']}, this version reads format {FORMAT}. "
            f"{remedy}, or train the model anew with `stripper train`."
        )
    if card.get("digest") != _card_digest(card):
        raise ModelError(f"{path}: edited or damaged, its digest does not fit its content. {_REMEDY}")
    if card["features"]["digest"] != features_digest() or tuple(card["kinds"]) != KINDS:
        raise FeatureMismatch(f"{path}: trained on other features or kinds than this version's. {_REMEDY}")
    return card


def save(
    folder: Path, classifier: HashedClassifier, context: NetworkContext, card: Mapping[str, Any], readme: str
) -> dict[str, Any]:
    """Write a release into an existing, empty folder and give its finished card.

    Parameters
    ----------
    card : mapping
        Training data, figures, operating points, versions; format, features, files and digest are added here.
    readme : str
        Markdown for the release's README.md.
    """
    files = {
        _CLASSIFIER_FILE: _npz(
            {key: getattr(classifier, key) for key in ("table", "scales", "bias")}
            | _named("network", classifier.network)
        ),
        _CONTEXT_FILE: _npz({"calibration": context.calibration} | _named("network", context.network)),
    }
    finished = {
        "format": FORMAT,
        **card,
        "kinds": list(KINDS),
        "features": {"digest": features_digest(), "buckets": BUCKETS, "dense": list(DENSE_NAMES)},
        "files": {file: hashlib.sha256(data).hexdigest() for file, data in files.items()},
    }
    finished["digest"] = _card_digest(finished)
    for file, data in files.items():
        (folder / file).write_bytes(data)
    text = json.dumps(finished, indent=2, ensure_ascii=False, sort_keys=False) + "\n"
    (folder / CARD).write_text(text, encoding="utf-8")
    (folder / "README.md").write_text(readme, encoding="utf-8")
    return finished


def _named(part: str, network: ConvNetwork) -> dict[str, npt.NDArray[Any]]:
    """Give a network's arrays named ``part.name``."""
    return {f"{part}.{key}": getattr(network, key) for key in ConvNetwork.__dataclass_fields__}


def _card_digest(card: Mapping[str, Any]) -> str:
    content = {key: value for key, value in card.items() if key != "digest"}
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


def _checked_bytes(path: Path, sha256: str) -> bytes:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path}: cannot be read ({error.strerror}). {_REMEDY}") from None
    if hashlib.sha256(data).hexdigest() != sha256:
        raise ModelError(f"{path}: truncated, edited or swapped, its sha256 is not the card's. {_REMEDY}")
    return data


def _npz(arrays: Mapping[str, npt.NDArray[Any]]) -> bytes:
    """Archive arrays; the same arrays give the same bytes. Not compressed: a wheel is, and unpacking takes 0.2 s."""
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)  # type: ignore[arg-type]
    return buffer.getvalue()


def _nested(arrays: Mapping[str, npt.NDArray[Any]]) -> dict[str, dict[str, npt.NDArray[Any]]]:
    """Group arrays named ``part.name`` by part; those without a part under the empty name."""
    groups: dict[str, dict[str, npt.NDArray[Any]]] = {}
    for name, array in arrays.items():
        part, _, rest = name.rpartition(".")
        groups.setdefault(part, {})[rest] = array
    return groups


def _arrays(path: Path, data: bytes) -> dict[str, npt.NDArray[Any]]:
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as archive:
            return {key: archive[key] for key in archive.files}
    except (ValueError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise ModelError(f"{path}: not a readable array file ({error}). {_REMEDY}") from None
