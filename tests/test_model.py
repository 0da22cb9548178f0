"""A release is examined before it is used."""

from __future__ import annotations

import json
import shutil
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from stripper import FeatureMismatch, ModelError, OptionError, Stripper, model
from tests.helpers import ROOT


@pytest.fixture
def release(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "models" / "default", tmp_path / "copy"))


def _truncate(folder: Path) -> str:
    path = folder / "classifier.npz"
    path.write_bytes(path.read_bytes()[:-100])
    return "classifier.npz"


def _swap(folder: Path) -> str:
    shutil.copy(folder / "classifier.npz", folder / "context.npz")
    return "context.npz"


def _delete(folder: Path) -> str:
    (folder / "context.npz").unlink()
    return "context.npz"


def _edit_card(folder: Path) -> str:
    path = folder / "card.json"
    path.write_text(path.read_text().replace('"budget": 0.005', '"budget": 0.05'))
    return "card.json"


def _garble_card(folder: Path) -> str:
    (folder / "card.json").write_text("{")
    return "card.json"


def _delete_card(folder: Path) -> str:
    (folder / "card.json").unlink()
    return "card.json"


@pytest.mark.parametrize("damage", [_truncate, _swap, _delete, _edit_card, _garble_card, _delete_card])
def test_damage_is_one_clear_error_that_names_file_and_remedy(release: Path, damage: Callable[[Path], str]) -> None:
    name = damage(release)
    with pytest.raises(ModelError, match=name) as caught:
        Stripper(release)
    assert "stripper train" in str(caught.value)


def _resealed(folder: Path, change: Callable[[dict[str, object]], None]) -> None:
    card = json.loads((folder / "card.json").read_text())
    change(card)
    card["digest"] = model._card_digest(card)
    (folder / "card.json").write_text(json.dumps(card))


def test_a_newer_format_asks_for_an_update(release: Path) -> None:
    _resealed(release, lambda card: card.update(format=99))
    with pytest.raises(ModelError, match="format 99.*Update"):
        Stripper(release)


def test_other_features_are_refused(release: Path) -> None:
    _resealed(release, lambda card: card.update(features={"digest": "0"}))
    with pytest.raises(FeatureMismatch, match="features"):
        Stripper(release)


def test_an_unknown_model_and_an_unknown_operating_point_are_named() -> None:
    with pytest.raises(ModelError, match="nosuch"):
        Stripper("nosuch")
    with pytest.raises(OptionError, match="balanced"):
        Stripper(operating_point="nosuch")


def test_the_shipped_release_is_small_and_its_card_says_what_it_is() -> None:
    folder = ROOT / "models" / "default"
    packed = sum(len(zlib.compress(path.read_bytes())) for path in folder.iterdir())  # as in a wheel
    assert packed <= 12_000_000
    card = model.read_card(folder)
    assert set(card["operating_points"]) == {"cautious", "balanced", "thorough"}
    for point in card["operating_points"].values():
        assert point["content_lost"] <= point["budget"]
    assert {"trained_on", "measured_on", "figures", "versions", "files"} <= set(card)


def test_a_replaced_model_is_loaded_anew(release: Path) -> None:
    assert Stripper(release).threshold == Stripper().threshold
    _resealed(release, lambda card: card["operating_points"]["balanced"].update(threshold=0.123))  # type: ignore[index]
    assert Stripper(release).threshold == 0.123
