"""The dialogue manager: understanding, dialogue, actions, grounded replies.

from assistant import Assistant
shop = Assistant.open("demo")
turn = shop.reply("a warm hat under $30")
"""

from typing import TYPE_CHECKING, Any

from assistant.turn import Cart, Evidence, Recommendation, StreamEvent, Turn, Understanding

if TYPE_CHECKING:
    from assistant.assistant import Assistant

__all__ = ["Assistant", "Cart", "Evidence", "Recommendation", "StreamEvent", "Turn", "Understanding"]


def __getattr__(name: str) -> Any:
    """`Assistant` brings search and models with it, which a client of the HTTP service does without."""
    if name == "Assistant":
        from assistant.assistant import Assistant  # noqa: PLC0415

        return Assistant
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
