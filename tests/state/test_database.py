"""The tables are what the program expects, whatever version made them, in both kinds of database."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, func, select

from assistant.carts import Carts, Change
from assistant.database import Database, configured_url, ensure_session, schema_of
from assistant.migrations import HEAD, configuration
from assistant.tables import Base, ChangeRow, SessionRow
from data.errors import AisleError
from tests.state.conftest import Till, catalogue


def test_migrations_lead_to_the_tables_that_the_program_uses(database: Database) -> None:
    with database._engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        ours = {table.name for table in Base.metadata.tables.values()}
        changes = [
            change
            for change in compare_metadata(context, Base.metadata)
            if not (change[0] == "remove_table" and change[1].name not in ours)  # LangGraph's
        ]
    assert changes == []


def test_the_newest_step_is_known_without_looking(tmp_path: Path) -> None:
    with create_engine(f"sqlite:///{tmp_path / 'a.db'}").connect() as connection:
        steps = ScriptDirectory.from_config(configuration(connection))
    assert steps.get_heads() == [HEAD]


# What the version before migrations made, as SQLite wrote it down.
EARLIER = """
CREATE TABLE sessions (session VARCHAR(200) NOT NULL, user VARCHAR(200), title TEXT NOT NULL,
    created DATETIME NOT NULL, updated DATETIME NOT NULL, PRIMARY KEY (session));
CREATE TABLE turns (id INTEGER NOT NULL, session VARCHAR(200) NOT NULL, number INTEGER NOT NULL, at DATETIME NOT NULL,
    record TEXT NOT NULL, PRIMARY KEY (id), UNIQUE (session, number),
    FOREIGN KEY(session) REFERENCES sessions (session) ON DELETE CASCADE);
CREATE INDEX ix_turns_session ON turns (session);
CREATE TABLE cart_lines (session VARCHAR(200) NOT NULL, product_id VARCHAR(200) NOT NULL, quantity INTEGER NOT NULL,
    added DATETIME NOT NULL, PRIMARY KEY (session, product_id),
    FOREIGN KEY(session) REFERENCES sessions (session) ON DELETE CASCADE);
CREATE TABLE events (id INTEGER NOT NULL, session VARCHAR(200) NOT NULL, user VARCHAR(200),
    product_id VARCHAR(200) NOT NULL, event VARCHAR(40) NOT NULL, value FLOAT NOT NULL, at DATETIME NOT NULL,
    PRIMARY KEY (id));
CREATE INDEX ix_events_session ON events (session);
CREATE TABLE memories (id INTEGER NOT NULL, user VARCHAR(200), session VARCHAR(200) NOT NULL, kind VARCHAR(40) NOT NULL,
    about VARCHAR(80) NOT NULL, value VARCHAR(200) NOT NULL, at DATETIME NOT NULL, PRIMARY KEY (id));
CREATE INDEX ix_memories_session ON memories (session);
CREATE INDEX ix_memories_user ON memories (user);
CREATE TABLE handoffs (id INTEGER NOT NULL, session VARCHAR(200) NOT NULL, status VARCHAR(20) NOT NULL,
    created DATETIME NOT NULL, updated DATETIME NOT NULL, record TEXT NOT NULL, PRIMARY KEY (id));
CREATE INDEX ix_handoffs_session ON handoffs (session);
CREATE INDEX ix_handoffs_status ON handoffs (status);
INSERT INTO sessions VALUES ('s', NULL, 'a red hat', '2026-11-01 10:00:00.000000', '2026-11-01 10:00:00.000000');
INSERT INTO turns VALUES (1, 's', 1, '2026-11-01 10:00:00.000000', '{}');
INSERT INTO cart_lines VALUES ('s', 'hat', 2, '2026-11-01 10:00:00.000000');
"""


def test_a_file_of_an_earlier_version_keeps_what_it_holds(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "aisle.db") as earlier:
        earlier.executescript(EARLIER)
    earlier.close()
    database = Database(tmp_path / "aisle.db")
    carts = Carts(database, catalogue(), "USD")
    assert [(line.product.product_id, line.quantity) for line in carts.view("s").lines] == [("hat", 2)]
    assert carts.add("s", "hat", 1, key="k") == Change(2, 3)
    with database.reading() as reading:
        row = reading.get_one(SessionRow, "s")
        assert row.created.isoformat() == "2026-11-01T10:00:00+00:00"
    database.close()


def test_many_may_open_it_for_the_first_time_at_once(another: Callable[[], Database]) -> None:
    failed: list[BaseException] = []
    start = threading.Barrier(6)

    def open_it() -> None:
        start.wait()
        try:
            Till(another()).carts.add("s", "pen")
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert Till(another()).carts.view("s").lines[0].quantity == 6


def test_a_request_that_is_sent_again_changes_nothing_more(till: Till) -> None:
    assert till.carts.add("s", "pen", 2, key="a") == till.carts.add("s", "pen", 2, key="a") == Change(0, 2)
    assert till.carts.add("s", "pen", 2, key="b") == Change(2, 4)
    assert till.carts.add("t", "pen", 2, key="a") == Change(0, 2)  # another's key is another key
    assert till.carts.set("s", "pen", 1, key="c") == Change(4, 1)
    assert till.carts.add("s", "pen", 2, key="a") == Change(0, 2)
    assert till.carts.view("s").lines[0].quantity == 1


def test_one_request_from_many_connections_is_done_once(another: Callable[[], Database]) -> None:
    tills = [Till(another()) for _ in range(8)]
    start = threading.Barrier(len(tills))
    changes: list[Change] = []

    def click(till: Till) -> None:
        start.wait()
        changes.append(till.carts.add("s", "pen", 1, key="click"))

    threads = [threading.Thread(target=click, args=(till,)) for till in tills]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert changes == [Change(0, 1)] * len(tills)
    with tills[0].database.reading() as reading:
        assert reading.scalar(select(func.count()).select_from(ChangeRow)) == 1


def test_a_shopper_who_signs_in_keeps_the_session(database: Database) -> None:
    with database.transaction() as transaction:
        ensure_session(transaction, "s")
    with database.transaction() as transaction:
        ensure_session(transaction, "s", "u")
    with database.transaction() as transaction:
        assert ensure_session(transaction, "s").user == "u"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("mysql://host/name", "has to be a PostgreSQL one"),
        ("no address at all", "no address of a database"),
        ("postgresql://nobody@127.0.0.1:1/none", "cannot be used as a database"),
    ],
)
def test_an_address_that_leads_nowhere_is_one_sentence(monkeypatch: pytest.MonkeyPatch, said: str, why: str) -> None:
    monkeypatch.setenv("AISLE_DATABASE_URL", said)
    with pytest.raises(AisleError, match=why):
        Database(configured_url() or pytest.fail("nothing was said"), "aisle_x")


def test_a_password_may_stand_in_a_file_and_is_in_no_message(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "url"
    file.write_text("postgresql://aisle:secret@127.0.0.1:1/shop\n", encoding="utf-8")
    monkeypatch.setenv("AISLE_DATABASE_URL_FILE", str(file))
    url = configured_url()
    assert url is not None and url.password == "secret"
    with pytest.raises(AisleError) as refused:
        Database(url, schema_of("my shop"))
    assert "secret" not in str(refused.value)
