"""What shoppers did, read as it lies on disk: nothing invented, nothing silently lost, nothing from the future."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import AisleError
from data.schema import INTERACTIONS, Columns
from recommenders import interactions as module
from recommenders.interactions import PURCHASE, VIEW, IdMap, Interactions

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def written(rows: list[dict[str, object]], file: Path, rows_a_group: int = 1000) -> Path:
    filled = [{Columns.Event: "purchase", Columns.Value: 1.0, Columns.Timestamp: NOON, **row} for row in rows]
    columns = {field.name: pa.array([row.get(field.name) for row in filled], field.type) for field in INTERACTIONS}
    pq.write_table(pa.table(columns), file, row_group_size=rows_a_group)
    return file


def test_a_log_is_read_in_order_of_time_whatever_its_order_on_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BATCH_ROWS", 7)  # several batches, whose words for devices differ
    rng = np.random.default_rng(0)
    ages = rng.permutation(50)
    rows = [
        {
            Columns.User: f"u{age % 5}",
            Columns.Product: f"p{age % 3}",
            Columns.Timestamp: NOON - timedelta(hours=int(age)),
            Columns.Device: "mobile" if age % 2 else "desktop",
        }
        for age in ages
    ]
    log = Interactions.read(written(rows, tmp_path / "log.parquet", rows_a_group=11), ["p0", "p1", "p2"])
    assert (np.diff(log.seconds) > 0).all()
    oldest = {"user": log.users[log.user[0]], "item": log.items[log.item[0]]}
    assert oldest == {"user": "u4", "item": "p1"}  # 49 hours ago
    device = log.contexts[Columns.Device]
    assert device.vocabulary[device.codes[0]] == "mobile"
    assert device.vocabulary[device.codes[1]] == "desktop"


def test_what_cannot_be_used_is_counted_by_its_reason(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {Columns.User: "u", Columns.Product: "p"},
        {Columns.User: "u", Columns.Product: "gone"},
        {Columns.User: "u", Columns.Product: "p", Columns.Event: "sneeze"},
        {Columns.User: "u", Columns.Product: "p", Columns.Value: float("nan")},
        {Columns.User: "u", Columns.Product: "p", Columns.Timestamp: NOON + timedelta(days=900)},
    ]
    log = Interactions.read(written(rows, tmp_path / "log.parquet"), ["p"], until=int(NOON.timestamp()))
    assert len(log) == 1
    assert log.dropped == {
        "product not in the catalogue": 1,
        "unknown event": 1,
        "value is not a number": 1,
        "time in the future": 1,
    }


def test_no_file_is_an_empty_log_and_a_broken_one_says_how_to_mend_it(tmp_path: Path) -> None:
    assert len(Interactions.read(tmp_path / "none.parquet", ["p"])) == 0
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(b"PAR1 and then nothing")
    with pytest.raises(AisleError, match="ingest the shop's export again"):
        Interactions.read(broken, ["p"])


def test_buyers_are_different_shoppers_and_views_are_no_purchases() -> None:
    log = Interactions(
        users=IdMap(["a", "b"]),
        items=IdMap(["x", "y"]),
        user=np.array([0, 0, 1, 1], np.int32),
        item=np.array([0, 0, 0, 1], np.int32),
        event=np.array([PURCHASE, PURCHASE, PURCHASE, VIEW], np.int8),
        value=np.ones(4, np.float32),
        seconds=np.arange(4),
        contexts={},
        dropped={},
    )
    assert log.buyers().tolist() == [2, 0]


@given(st.lists(st.integers(0, 30), max_size=60), st.integers(-1, 31))
def test_before_and_since_part_a_log_without_loss(seconds: list[int], cut: int) -> None:
    n = len(seconds)
    log = Interactions(
        users=IdMap(["u"]),
        items=IdMap(["p"]),
        user=np.zeros(n, np.int32),
        item=np.zeros(n, np.int32),
        event=np.full(n, PURCHASE, np.int8),
        value=np.arange(n, dtype=np.float32),
        seconds=np.sort(np.array(seconds, np.int64)),
        contexts={},
        dropped={},
    )
    before, since = log.before(cut), log.since(cut)
    assert (before.seconds < cut).all()
    assert (since.seconds >= cut).all()
    assert np.concatenate([before.value, since.value]).tolist() == log.value.tolist()


def test_ids_stay_apart_from_indices() -> None:
    ids = IdMap(["7", "0", "x"])
    assert ids.indices(["0", "nobody", "x"]).tolist() == [1, -1, 2]
    assert ids[0] == "7"
    assert "1" not in ids
    with pytest.raises(ValueError, match="unique"):
        IdMap(["a", "a"])
