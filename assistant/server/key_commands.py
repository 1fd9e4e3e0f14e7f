"""`aisle keys`: who may ask a store's server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, cast

import typer
from rich.console import Console

from data.errors import AisleError

if TYPE_CHECKING:
    from assistant.server.keys import ApiKeys, Scope

keys = typer.Typer(no_args_is_help=True, help="API keys of a store's server.")
console = Console()

StoreName = Annotated[str, typer.Option("--store", "-s", help="A store's name, or the path of its folder.")]


@keys.command("create")
def create_key(
    name: Annotated[str, typer.Argument(help="What it is for, in words.")],
    store: StoreName = "demo",
    scope: Annotated[
        str, typer.Option(help="shopper, agent or admin: each may do what those before it may.")
    ] = "shopper",
    per_minute: Annotated[int, typer.Option(help="Requests a minute; 0: as many as it likes.", min=0)] = 600,
    per_day: Annotated[int, typer.Option(help="Requests a day (UTC); 0: as many as it likes.", min=0)] = 0,
) -> None:
    """Make a key and show it, this once."""
    with _api_keys(store) as api_keys:
        try:
            _, text = api_keys.create(name, cast("Scope", scope), per_minute=per_minute, per_day=per_day)
        except ValueError as error:
            raise AisleError(f"{error}.") from error
    console.print(text, highlight=False, soft_wrap=True)


@keys.command("list")
def list_keys(store: StoreName = "demo") -> None:
    """All keys, without their secrets."""
    from rich.table import Table  # noqa: PLC0415

    table = Table("id", "name", "scope", "a minute", "a day", "made", "revoked")
    with _api_keys(store) as api_keys:
        for key in api_keys.all():
            limits = (f"{key.per_minute or '–'}", f"{key.per_day or '–'}")
            revoked = f"{key.revoked:%Y-%m-%d}" if key.revoked else ""
            table.add_row(key.id, key.name, key.scope, *limits, f"{key.created:%Y-%m-%d}", revoked)
    console.print(table)


@keys.command("revoke")
def revoke_key(identity: Annotated[str, typer.Argument(metavar="ID")], store: StoreName = "demo") -> None:
    """Have a key open nothing any more."""
    with _api_keys(store) as api_keys:
        try:
            api_keys.revoke(identity)
        except KeyError:
            raise AisleError(f"There is no key '{identity}': `aisle keys list` shows them.") from None
    console.print(f"{identity} opens nothing any more.", highlight=False)


@contextmanager
def _api_keys(store: str) -> Iterator[ApiKeys]:
    from assistant.database import Database  # noqa: PLC0415
    from assistant.server.keys import ApiKeys  # noqa: PLC0415
    from data.store import Store  # noqa: PLC0415

    database = Database.of(Store.open(store))
    try:
        yield ApiKeys(database)
    finally:
        database.close()
