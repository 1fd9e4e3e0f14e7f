"""Files of the store that are cut short or of another store: they are made again, done without, or named."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant import Assistant
from data.demo.build import build
from data.demo.specs import load_departments
from data.errors import AisleError
from data.store import Store
from retrieval.encoder import Encoder
from retrieval.hybrid import HybridSearch
from tests.assistant.conftest import Shopper
from tests.faults.conftest import Opened

QUESTIONS = ["water bottles in stock", "a tent for four", "有没有睡袋", "coffee mugs under $20"]


def answers(shop: Assistant, session: str) -> list[list[str]]:
    return [[product.product_id for product in shop.reply(said, session=session).products] for said in QUESTIONS]


def files_of(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.is_file() and file.stat().st_size and file.name != ".lock")


@pytest.fixture(scope="module")
def expected(whole: Path) -> list[list[str]]:
    shop = Assistant.open(whole, llm="none", progress=False)
    found = answers(shop, "expected")
    shop.close()
    assert all(found)
    return found


def cut(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def garble(file: Path) -> None:
    content = bytearray(file.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 64] = bytes(byte ^ 0x5A for byte in content[middle : middle + 64])
    file.write_bytes(content)


def found(search: HybridSearch) -> list[list[str]]:
    return [
        [hit.product_id for hit in search.search(query, 10)] for query in ("water bottle", "a tent for four", "mug")
    ]


def test_each_file_of_the_index_may_be_cut_short(folder: Path, tmp_path: Path) -> None:
    store, encoder = Store.open(folder), Encoder()
    expected = found(HybridSearch.open(store, encoder=encoder, progress=False))
    names = [file.relative_to(folder) for file in files_of(folder / "index")]
    assert len(names) > 3 and all(expected)
    pristine = tmp_path / "pristine"
    shutil.copytree(folder / "index", pristine)
    for name in names:
        cut(folder / name)
        assert found(HybridSearch.open(store, encoder=encoder, progress=False)) == expected, name
        shutil.rmtree(folder / "index")
        shutil.copytree(pristine, folder / "index")


@pytest.mark.parametrize(
    "harm", [cut, garble, lambda file: file.write_bytes(b""), Path.unlink], ids=["cut", "garbled", "emptied", "gone"]
)
def test_all_files_of_the_index_may_be_harmed_at_once(
    folder: Path, opened: Opened, expected: list[list[str]], harm: Callable[[Path], object]
) -> None:
    for file in files_of(folder / "index"):
        harm(file)
    assert answers(opened(), "s") == expected


def test_the_index_of_another_shop_is_not_used(
    folder: Path, opened: Opened, expected: list[list[str]], tmp_path: Path
) -> None:
    departments = [
        department.model_copy(update={"families": families})
        for department in load_departments()
        if (families := tuple(family for family in department.families if family.name == "garden hose"))
    ]
    other = tmp_path / "other"
    departments = departments or [
        load_departments()[0].model_copy(update={"families": load_departments()[0].families[:1]})
    ]
    build(other, departments, "test", seed=3, shoppers=5, reviews=5)
    Assistant.open(other, llm="none", progress=False).close()
    shutil.rmtree(folder / "index")
    shutil.copytree(other / "index", folder / "index")
    assert answers(opened(), "s") == expected


@pytest.mark.parametrize("harm", [cut, garble, lambda file: file.write_bytes(b"")], ids=["cut", "garbled", "emptied"])
def test_a_catalogue_that_cannot_be_read_is_named(folder: Path, opened: Opened, harm: Callable[[Path], object]) -> None:
    harm(folder / "products.parquet")
    with pytest.raises(AisleError, match=r"products\.parquet"):
        opened()


KILLED = """
    import os, signal, sys
    from assistant import Assistant
    shop = Assistant.open(sys.argv[1], llm="none", progress=False)
    shop.reply("water bottles in stock", session="s")
    shop.reply("add the first one to my cart", session="s")
    def dies(*_, **__):
        os.kill(os.getpid(), signal.SIGKILL)
    shop.shop.search.search = dies
    shop.reply("tents", session="s")
"""


def test_a_worker_that_is_killed_in_mid_search_loses_that_turn_and_nothing_else(folder: Path, opened: Opened) -> None:
    command = [sys.executable, "-c", textwrap.dedent(KILLED), str(folder)]
    killed = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr[-2000:]
    shopper = Shopper(opened(), "s")
    assert len(shopper.shop.history("s")) == 2 and len(shopper.cart) == 1
    assert shopper.says("tents").products
    assert len(shopper.says("add the first one to my cart").cart.lines) == 2
