"""Language models behind LangChain's `BaseChatModel`, all taking `response_schema`, `max_tokens` and `stop`."""

from assistant.engines.choose import Choice, choose, describe, fetch_weights, open_engine

__all__ = ["Choice", "choose", "describe", "fetch_weights", "open_engine"]
