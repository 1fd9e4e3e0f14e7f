"""Language models behind LangChain's `BaseChatModel`, all taking `response_schema`, `max_tokens` and `stop`."""

import sys

# Whatever imports OpenVINO has it report that to its makers, from a forked process, unless this cannot be imported.
sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]

from assistant.engines.choose import Choice, choose, describe, fetch_weights, open_engine  # noqa: E402

__all__ = ["Choice", "choose", "describe", "fetch_weights", "open_engine"]
