"""The HTTP service under requests that nobody would write: what its OpenAPI description allows, and what it forbids.

`aisle bench fuzzing --json docs/figures/security.json --docs`. Schemathesis makes requests for every operation of a
copy of the store, with a key that may do everything and the token of a conversation. Counted are answers of 500 and
more, and answers that the description does not know: another status, another content type, another shape.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from rich.console import Console
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.result import Err
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from assistant import Assistant
from assistant.server.app import create_app
from assistant.server.keys import ApiKeys
from benchmarks.documents import markdown
from benchmarks.evaluation import SECURITY, Report, command
from benchmarks.state import copied
from data.errors import AisleError
from data.store import Store

EXAMPLES: Final = 100  # for each operation, of each kind
CONFORMANCE: Final = (content_type_conformance, response_schema_conformance, status_code_conformance)


@dataclass
class Fuzzed:
    """`server_errors` and `undescribed` hold the operation and what was wrong with its answer, each once."""

    requests: Counter[str] = field(default_factory=Counter)  # by operation
    server_errors: dict[str, str] = field(default_factory=dict)
    undescribed: dict[str, str] = field(default_factory=dict)


def fuzz(app: FastAPI, session: Callable[[], Mapping[str, str]], examples: int = EXAMPLES) -> Fuzzed:
    """`session` gives the headers of a caller with a conversation; a new one for each operation: one may delete it."""
    found = Fuzzed()
    for result in schemathesis.openapi.from_asgi("/openapi.json", app).get_all_operations():
        if isinstance(result, Err):
            raise AisleError(f"The service's description is not sound: {result.err()}")
        operation = result.ok()
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            headers = dict(session())
            strategy = operation.as_strategy(generation_mode=mode)

            @given(case=strategy)
            @settings(
                max_examples=examples,
                deadline=None,
                database=None,
                derandomize=True,
                phases=[Phase.explicit, Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            def send(case: Case) -> None:
                _send(case, headers, found)  # noqa: B023  called before the next round

            with suppress(Unsatisfiable):  # a request without fields can be made in one way only
                send()
    return found


def _send(case: Case, headers: dict[str, str], found: Fuzzed) -> None:
    name = case.operation.label
    found.requests[name] += 1
    try:
        response = case.call(headers=headers)
    except Exception as error:  # what the server would have answered with 500
        found.server_errors.setdefault(f"{name} {type(error).__name__}", str(error))
        return
    for check in (not_a_server_error, *CONFORMANCE):
        try:
            case.validate_response(response, checks=[check], headers=headers)
        except (Failure, FailureGroup) as failure:
            kept = found.server_errors if check is not_a_server_error else found.undescribed
            kept.setdefault(f"{name} {response.status_code} {check.__name__}", f"{failure}\n{response.text[:300]}")


def measure(options: argparse.Namespace, console: Console) -> Report:
    with TemporaryDirectory() as place, console.status("Sending requests …"):
        shop = Assistant.open(copied(Store.open(options.store), Path(place)), llm="none", progress=False)
        key = ApiKeys(shop.shop.database).create("fuzzing", "admin", per_minute=0)[1]
        app = create_app(shop)
        tokens = app.state.service.tokens
        found = fuzz(
            app, lambda: {"Authorization": f"Bearer {key}", "Aisle-Session": tokens.new()[1]}, options.examples
        )
        shop.close()
    for what, said in (found.server_errors | found.undescribed).items():
        console.print(f"[red]{what}[/red]\n{said}", highlight=False)
    figures = {
        "schemathesis.operations": float(len(found.requests)),
        "schemathesis.requests": float(found.requests.total()),
        "schemathesis.server_errors": float(len(found.server_errors)),
        "schemathesis.undescribed": float(len(found.undescribed)),
    }
    rows = [["operations", "requests", "server errors", "answers that are not described"]]
    rows.append([f"{figure:,.0f}" for figure in figures.values()])
    return Report(figures, {"fuzzing": markdown(rows)})


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", default="demo", help="a copy of this store is served")
    parser.add_argument("--examples", type=int, default=EXAMPLES, help="requests an operation, of each kind")
    command(parser, measure, arguments, SECURITY)


if __name__ == "__main__":
    main()
