"""Aisle: a conversational shopping assistant that a shop runs on its own catalogue."""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.prompt import Prompt

from assistant.engines import fetch_weights
from assistant.server.key_commands import StoreName, keys
from assistant.tracing import configure_tracing
from data.errors import AisleError

if TYPE_CHECKING:
    from data.store import Store

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
app.add_typer(keys, name="keys")
console = Console()

RepliesBy = Annotated[str | None, typer.Option(help="model, or templates: the model has no part in what is said.")]
BENCHMARKS = {
    "search": "search_known_item",
    "ingest": "ingest",
    "setup": "setup",
    "recommenders": "recommenders",
    "latency": "recommend_latency",
    "cold-start": "cold_start",
    "scale": "search",
    "purchases": "purchase_classifier",
    "turns": "turns",
    "encoder": "encoder",
    "decoding": "decoding",
    "state": "state",
    "fuzzing": "fuzzing",
}
EVALUATIONS = {
    "recommenders": "recommenders",
    "understanding": "understanding",
    "reading": "reading",
    "rewriting": "rewriting",
    "faithfulness": "faithfulness",
    "dialogues": "dialogues",
    "product-questions": "product_questions",
    "injection": "injection",
}
PASSED_ON = {"allow_extra_args": True, "ignore_unknown_options": True}


def main() -> None:
    """What the `aisle` script calls: what goes wrong is one sentence and a non-zero exit, never a traceback."""
    _quiet_libraries()
    try:
        configure_tracing()
        app()
    except AisleError as error:
        Console(stderr=True).print(f"[red]{error}[/red]", highlight=False, soft_wrap=True)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


@app.command()
def demo(store: StoreName = "demo", seed: int = 7) -> None:
    """Make the demo store: a synthetic shop of about 3,000 products, and its index."""
    from data.demo import make_demo_store  # noqa: PLC0415  (each command loads what it needs, and no more)
    from retrieval.hybrid import HybridSearch  # noqa: PLC0415

    made = make_demo_store(store, seed=seed)
    HybridSearch.open(made)
    console.print(f"The store '{made.name}' is ready in {made.folder}. Try: aisle chat --store {made.name}")


@app.command("train-reader")
def train_reader(
    folder: Annotated[
        Path | None, typer.Option(help="Where to write it; by default where Aisle reads it from.")
    ] = None,
    passes: Annotated[int, typer.Option(min=1)] = 6,
    seed: int = 0,
) -> None:
    """Train the message reader from the corpus in assistant/languages; half an hour on two quiet cores, and resumed
    where it was interrupted."""
    from assistant.understanding.reader.making import make  # noqa: PLC0415

    console.print(f"The reader is in {make(folder, passes, seed, console)}.")


@app.command()
def ingest(
    files: Annotated[list[Path], typer.Argument(help="A shop's export: CSV, TSV, JSON, JSONL, Parquet, XLSX or XML.")],
    store: StoreName,
    format: Annotated[str, typer.Option(help="auto, generic, shopify, woocommerce, google-merchant, …")] = "auto",
    map: Annotated[list[str] | None, typer.Option(help="A column by hand: --map title=Name")] = None,
    reviews: Annotated[Path | None, typer.Option(help="A table of reviews.")] = None,
    interactions: Annotated[Path | None, typer.Option(help="A table of views, carts, purchases, ratings.")] = None,
    orders: Annotated[Path | None, typer.Option(help="A table of orders, a row for each line.")] = None,
    policies: Annotated[Path | None, typer.Option(help="Policies in Markdown, a ## section each.")] = None,
    index: Annotated[bool, typer.Option(help="Build the search index at once.")] = True,
) -> None:
    """Clean a shop's export and make a store of it; refused rows are kept in rejects.parquet with the reason."""
    from data.ingest import ingest as run  # noqa: PLC0415
    from data.store import Store, StoreSettings, locate  # noqa: PLC0415

    target = Store(locate(store), StoreSettings(name=locate(store).name))
    if (target.folder / "store.toml").exists():
        target = Store.create(store, target.settings)
    report = run(
        files,
        target,
        format=format,
        mapping=_mapping(map or []),
        reviews=reviews,
        interactions=interactions,
        orders=orders,
        policies=policies,
    )
    console.print(report.table())
    if index:
        _build_index(store)


@app.command()
def index(store: StoreName = "demo") -> None:
    """Build the search index of a store, or bring it up to date: only what changed is encoded."""
    _build_index(store)


@app.command()
def train(
    store: StoreName = "demo",
    models: Annotated[str | None, typer.Option(help="Only these, with commas: popularity,ease,…")] = None,
    seed: int = 0,
) -> None:
    """Train the store's recommender on its interactions; a running chat or page takes it up by itself."""
    from assistant.training import card_table, train_store  # noqa: PLC0415

    chosen = [name.strip() for name in models.split(",") if name.strip()] if models else None
    card = train_store(store, chosen, seed, console)
    if card.metrics:
        console.print(card_table(card))
    if card.note:
        console.print(card.note, highlight=False)
    console.print(f"Learnt from {card.span.sentence()}, in {card.seconds:.0f} s.", highlight=False)


@app.command()
def ask(
    text: str,
    store: StoreName = "demo",
    session: Annotated[str, typer.Option(help="Messages of one session are one conversation.")] = "default",
    user: Annotated[str | None, typer.Option(help="The shopper's id in the store's history.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole turn as JSON.")] = False,
    llm: Annotated[str | None, typer.Option(help="openvino, transformers, openai or none.")] = None,
    replies: RepliesBy = None,
) -> None:
    """One message, one reply."""
    with _opened(store, llm, replies, quiet=as_json) as shop:
        turn = shop.reply(text, session=session, user=user)
    if as_json:
        sys.stdout.write(json.dumps(turn.model_dump(mode="json"), ensure_ascii=False, indent=2) + "\n")
    else:
        from assistant.transcript import render_turn  # noqa: PLC0415

        render_turn(console, turn)


@app.command()
def chat(
    store: StoreName = "demo",
    session: Annotated[str | None, typer.Option(help="Go on with this session; a new one otherwise.")] = None,
    user: Annotated[str | None, typer.Option(help="The shopper's id in the store's history.")] = None,
    llm: Annotated[str | None, typer.Option(help="openvino, transformers, openai or none.")] = None,
    replies: RepliesBy = None,
    save: Annotated[Path | None, typer.Option(help="Write the conversation to this Markdown file as it goes.")] = None,
) -> None:
    """Talk to the assistant in the terminal; messages may also be piped in, one a line. Ctrl-D ends it."""
    from assistant.transcript import converse, typed_lines  # noqa: PLC0415

    with _opened(store, llm, replies) as shop:
        warming = Thread(target=shop.warm, daemon=True)  # while the shopper types
        warming.start()
        greeting = shop.shop.store.settings.greeting or "What are you looking for?"
        lines = (
            typed_lines(lambda: Prompt.ask("[bold]you[/bold]", console=console)) if sys.stdin.isatty() else sys.stdin
        )
        console.print(f"[dim]{shop.name} · {shop.engine}[/dim]\n{greeting}")
        converse(shop, lines, console, session=session, user=user, save=save)
        warming.join()  # an engine that is torn down while it reads would take the program with it


@app.command()
def ui(
    store: StoreName = "demo",
    host: str = "127.0.0.1",
    port: int = 7860,
    share: Annotated[bool, typer.Option(help="A public address through Gradio's relay.")] = False,
) -> None:
    """Open the storefront chat in the browser. The demo store is made where it is missing."""
    from data.demo import make_demo_store  # noqa: PLC0415
    from data.store import Store  # noqa: PLC0415
    from retrieval.encoder import Encoder  # noqa: PLC0415
    from retrieval.hybrid import HybridSearch  # noqa: PLC0415
    from retrieval.index_files import is_fresh  # noqa: PLC0415
    from ui.app import launch  # noqa: PLC0415

    opened = make_demo_store(store) if store == "demo" else Store.open(store)
    # Long work that a first start needs is done here, where its progress can be seen, not behind the page.
    if not is_fresh(opened, Encoder(opened.settings.encoder)):
        HybridSearch.open(opened)
    fetch_weights(opened.settings)
    _say_if_not_trained(opened)
    launch(store, host=host, port=port, share=share)


@app.command()
def serve(
    store: StoreName = "demo",
    host: str = "127.0.0.1",
    port: int = 8000,
    origin: Annotated[
        list[str] | None, typer.Option(help="A site whose pages may talk to it: https://shop.example")
    ] = None,
    llm: Annotated[str | None, typer.Option(help="openvino, transformers, openai or none.")] = None,
    guests_per_minute: Annotated[
        int, typer.Option(help="Requests a minute of one address, where no key is asked for.", min=1)
    ] = 60,
    trust_proxy: Annotated[
        bool, typer.Option(help="Believe X-Forwarded-For: only behind a proxy of one's own.")
    ] = False,
    page: Annotated[bool, typer.Option(help="The storefront page as well, at /shop, open to whoever comes.")] = False,
) -> None:
    """Serve the store over HTTP, with an MCP server at /mcp and the chat widget at /widget; the API's page is /docs."""
    from assistant.server.app import PAGE  # noqa: PLC0415
    from assistant.server.serving import serve as run  # noqa: PLC0415
    from assistant.server.settings import ServerSettings  # noqa: PLC0415

    settings = ServerSettings(
        host=host,
        port=port,
        origins=origin or [],
        guests_per_minute=guests_per_minute,
        trust_proxy=trust_proxy,
    )
    with _opened(store, llm, None) as shop:
        if not page:
            run(shop, settings, console)
            return
        from ui.app import mount  # noqa: PLC0415

        run(shop, settings, console, lambda service: mount(service, shop, PAGE, posing=settings.on_loopback))


@app.command()
def mcp(
    store: StoreName = "demo",
    llm: Annotated[str | None, typer.Option(help="openvino, transformers, openai or none.")] = "none",
) -> None:
    """Offer the store's tools to an agent over standard input and output (Model Context Protocol)."""
    from assistant.mcp_server import create_mcp_server  # noqa: PLC0415
    from assistant.server.tokens import SessionTokens  # noqa: PLC0415

    with _opened(store, llm, None, quiet=True) as shop:
        create_mcp_server(shop, SessionTokens.of(shop.shop.store)).run("stdio")


@app.command(context_settings=PASSED_ON)
def bench(context: typer.Context, name: Annotated[str, typer.Argument(help=", ".join(BENCHMARKS))]) -> None:
    """Run one of the benchmarks and print its table; further options, such as --json FILE, go to the benchmark."""
    if name not in BENCHMARKS:
        raise AisleError(f"There is no benchmark '{name}': choose from {', '.join(BENCHMARKS)}.")
    import_module(f"benchmarks.{BENCHMARKS[name]}").main(context.args)


@app.command(name="eval", context_settings=PASSED_ON)
def evaluate(context: typer.Context, name: Annotated[str, typer.Argument(help=", ".join(EVALUATIONS))]) -> None:
    """Measure how good it is; further options (--help lists them) go to the evaluation itself."""
    if name not in EVALUATIONS:
        raise AisleError(f"There is nothing called '{name}' to evaluate: choose from {', '.join(EVALUATIONS)}.")
    import_module(f"benchmarks.{EVALUATIONS[name]}").main(context.args)


@app.command()
def doctor(
    store: Annotated[str | None, typer.Option("--store", "-s", help="Look into this store too.")] = None,
) -> None:
    """Say what is installed, what each model runs on, where the store lies, and how to mend what is wrong."""
    from assistant.doctor import examine, render  # noqa: PLC0415

    findings = examine(store)
    render(findings)
    raise typer.Exit(any(finding.state == "fail" for finding in findings))


def _say_if_not_trained(store: Store) -> None:
    from assistant.trained import is_trained  # noqa: PLC0415

    if not is_trained(store):
        console.print(
            f"Recommendations go by what is popular so far: `aisle train --store {store.name}` makes them personal.",
            highlight=False,
            soft_wrap=True,
        )


def _build_index(store: str) -> None:
    from data.store import Store  # noqa: PLC0415
    from retrieval.hybrid import HybridSearch  # noqa: PLC0415

    search = HybridSearch.open(Store.open(store))
    console.print(f"{len(search.catalogue):,} products of '{store}' can be searched. Try: aisle chat --store {store}")


def _opened(store: str, llm: str | None, replies: str | None, *, quiet: bool = False):  # type: ignore[no-untyped-def]
    from contextlib import closing  # noqa: PLC0415

    from assistant.assistant import Assistant  # noqa: PLC0415

    if replies not in (None, "model", "templates"):
        raise AisleError(f"Replies come from the model or from templates, not from '{replies}'.")
    asked: dict[str, Any] = {name: value for name, value in (("llm", llm), ("replies", replies)) if value}
    return closing(Assistant.open(store, progress=not quiet, **asked))


def _mapping(pairs: list[str]) -> dict[str, str]:
    wrong = [pair for pair in pairs if "=" not in pair]
    if wrong:
        raise AisleError(f"--map takes FIELD=COLUMN, such as --map title=Name, not '{wrong[0]}'.")
    return dict(pair.split("=", 1) for pair in pairs)


def _quiet_libraries() -> None:
    import logging  # noqa: PLC0415
    import warnings  # noqa: PLC0415

    import structlog  # noqa: PLC0415

    warnings.filterwarnings("ignore")
    logging.getLogger().setLevel(logging.ERROR)
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


if __name__ == "__main__":
    main()
