"""Models on disk are used only where they are whole and of this shop; otherwise the shop opens all the same."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from data.store import Store
from recommenders.card import Card
from recommenders.persistence import CARD, NotUsable, check, load, read_card
from recommenders.service import ShopRecommender
from tests.recommenders.conftest import SmallShop, interaction_frame, small_shop, write_interactions


@pytest.fixture
def copy(trained_shop: tuple[SmallShop, Card], tmp_path: Path) -> SmallShop:
    shop, _ = trained_shop
    folder = tmp_path / "small"
    shutil.copytree(shop.store.folder, folder)
    return SmallShop(Store.open(folder), shop.catalogue, shop.vectors)


def opened(shop: SmallShop) -> ShopRecommender:
    return ShopRecommender.open(shop.store, shop.catalogue, shop.vectors)


def falls_back(shop: SmallShop, why: str) -> None:
    recommender = opened(shop)
    assert not recommender.trained
    assert why in recommender.status and "aisle train --store small" in recommender.status
    assert len(recommender.recommend("u1", k=5).items) == 5


def test_what_is_loaded_recommends_what_was_saved(trained_shop: tuple[SmallShop, Card], copy: SmallShop) -> None:
    first, second = opened(trained_shop[0]), opened(copy)
    assert first.trained and second.trained
    for user in ("u0", "u7", "u80"):
        ours, theirs = first.recommend(user), second.recommend(user)
        assert ours.items == theirs.items
        assert np.isfinite([item.score for item in ours.items]).all()


def test_opening_is_quick(copy: SmallShop) -> None:
    card = read_card(copy.store.models_folder)
    start = time.process_time()
    load(copy.store.models_folder, card, copy.catalogue, copy.vectors)
    assert time.process_time() - start < 1


def test_nothing_on_disk_is_code(copy: SmallShop) -> None:
    kinds = {file.suffix for file in copy.store.models_folder.rglob("*") if file.is_file()}
    assert kinds == {".safetensors", ".json"}


def test_a_log_that_has_grown_is_read_and_said(copy: SmallShop) -> None:
    write_interactions(copy.store, interaction_frame(seed=1))
    recommender = opened(copy)
    assert recommender.trained
    assert "interactions have come in since: run `aisle train --store small`" in recommender.status
    assert len(recommender.recommend("u1", k=5).items) == 5


def test_another_stock_is_no_other_catalogue(copy: SmallShop) -> None:
    table = copy.store.products()
    sold_out = pa.array([0] * len(table), pa.int64())
    changed = table.set_column(table.schema.get_field_index("stock"), "stock", sold_out)
    copy.store.write_table(changed, copy.store.products_file)
    assert opened(copy).trained


def test_models_of_another_catalogue_are_not_used(copy: SmallShop, tmp_path: Path) -> None:
    other = small_shop(tmp_path / "other" / "small", interaction_frame(), products=60)
    shutil.copytree(copy.store.models_folder, other.store.models_folder)
    falls_back(other, "trained on another catalogue")


@pytest.mark.parametrize("harm", ["truncated", "flipped", "missing"])
def test_a_damaged_file_is_found_out(copy: SmallShop, harm: str) -> None:
    for file in sorted(copy.store.models_folder.glob("*.safetensors")):
        whole = file.read_bytes()
        if harm == "truncated":
            file.write_bytes(whole[: len(whole) // 2])
        elif harm == "flipped":
            file.write_bytes(whole[:-1] + bytes([whole[-1] ^ 255]))
        else:
            file.unlink()
        falls_back(copy, "is damaged")
        file.write_bytes(whole)
    assert opened(copy).trained  # whole again


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"version": "2", "models": 3}', '{"version": "0"}'])
def test_a_card_that_says_nothing_sensible(copy: SmallShop, content: str) -> None:
    (copy.store.models_folder / CARD).write_text(content, encoding="utf-8")
    falls_back(copy, "")


def test_settings_belong_to_the_fingerprint(copy: SmallShop) -> None:
    file = copy.store.models_folder / CARD
    card = json.loads(file.read_text(encoding="utf-8"))
    card["settings"]["slice_days"] += 1
    file.write_text(json.dumps(card), encoding="utf-8")
    with pytest.raises(NotUsable, match="other settings"):
        check(read_card(copy.store.models_folder), copy.store)


def test_models_of_other_features_are_not_used(copy: SmallShop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program whose features changed since must not read columns by their old places."""
    card = read_card(copy.store.models_folder)
    card.models.pop("ease")
    with pytest.raises(NotUsable, match="do not fit"):
        load(copy.store.models_folder, card, copy.catalogue, copy.vectors)
