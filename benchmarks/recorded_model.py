"""A language model whose answers are kept, so that a long measurement can be stopped and taken up again."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from pydantic import PrivateAttr

from data.store import fingerprint


class RecordedModel(BaseChatModel):
    """Answers from `file` (JSON lines, appended to) what was asked before, and opens the model for what was not.

    An answer is kept under the fingerprint of `name`, the whole prompt and the options of the call.
    """

    name: str
    file: Path
    open_model: Callable[[], BaseChatModel]
    new: int = 0
    spared: float = 0.0  # seconds that answers took when they were made, and now did not

    _model: BaseChatModel | None = PrivateAttr(None)
    _kept: dict[str, dict[str, Any]] = PrivateAttr(default_factory=dict)

    def model_post_init(self, context: Any) -> None:
        if self.file.exists():
            for line in self.file.read_text(encoding="utf-8").splitlines():
                if line.endswith("}"):  # a line cut short by a kill is asked anew
                    kept = json.loads(line)
                    self._kept[kept["key"]] = kept

    @property
    def _llm_type(self) -> str:
        return "recorded"

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        said = [[message.type, message.content] for message in messages]
        key = fingerprint(self.name, json.dumps([said, stop, kwargs], sort_keys=True, default=str))
        if key in self._kept:
            self.spared += self._kept[key]["seconds"]
        else:
            self._ask(key, messages, stop, kwargs)
        answer = AIMessage(self._kept[key]["answer"])
        return ChatResult(generations=[ChatGeneration(message=answer)])

    def _ask(self, key: str, messages: list[BaseMessage], stop: list[str] | None, options: dict[str, Any]) -> None:
        if self._model is None:
            self._model = self.open_model()
            self._model.invoke(messages, stop=stop, **options)  # reads the fixed prompt into the cache
        started = time.perf_counter()
        answer = self._model.invoke(messages, stop=stop, **options).content
        self.new += 1
        self._kept[key] = {"key": key, "answer": answer, "seconds": round(time.perf_counter() - started, 3)}
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with self.file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(self._kept[key]) + "\n")
