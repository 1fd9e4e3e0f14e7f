"""Templates to HTML. Everything filled in is escaped: a catalogue's text and a shopper's message are never markup."""

from __future__ import annotations

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from assistant.replies.phrases import money
from ui.labels import label


def render(template: str, **values: Any) -> str:
    """A file of `ui/templates`, filled in. Raises jinja2.UndefinedError for a value that is missing."""
    return _environment().get_template(template).render(**values)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("ui"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"label": label, "money": money}
    return environment
