"""`/v1/chat/completions` and `/v1/models`, as clients of OpenAI's API expect them: the assistant as a "model".

Such clients send the conversation whole each time. Where the request names its `user` (or `safety_identifier`), the
session that goes on from it is found by a digest of what was said. Without a name two shoppers who have said the same
could not be told apart, so that each request has a session of its own, in which the shopper's last messages are said
again first. A session token in `Aisle-Session` stands above both. Products stand in the text, since there are no cards.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Generator, Iterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Response, Security
from fastapi.responses import StreamingResponse
from fastapi.security import APIKeyHeader
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from assistant.database import insert_if_absent
from assistant.server.events import streamed
from assistant.server.markdown import spoken
from assistant.server.problems import Refusal
from assistant.server.routes.chat import AS_EVENTS, EVENT_STREAM, turn_events
from assistant.server.schemas import LONGEST
from assistant.server.service import SESSION_HEADER, Caller, Service, TheCaller, TheService, visit
from assistant.server.tokens import Visit
from assistant.tables import ThreadRow
from assistant.understanding.language import LONGEST_MESSAGE

router = APIRouter(tags=["openai"])
SAID_AGAIN = 6  # messages of a conversation that is not known
MOST_MESSAGES = 200
_OptionalSession = Annotated[str | None, Security(APIKeyHeader(name=SESSION_HEADER, auto_error=False))]


class Part(BaseModel):
    type: str = Field(examples=["text"])
    text: str = Field(default="", examples=["a warm hat under $30"])


class Message(BaseModel):
    role: Literal["system", "developer", "user", "assistant", "tool", "function"] = Field(examples=["user"])
    content: str | list[Part] | None = Field(default=None, examples=["a warm hat under $30"])

    @property
    def text(self) -> str:
        if isinstance(self.content, list):
            return " ".join(part.text for part in self.content if part.type == "text")
        return self.content or ""


class CompletionRequest(BaseModel):
    """What else such a request may hold (temperature, tools, …) is the assistant's own affair, and not used."""

    model_config = ConfigDict(extra="allow")

    model: str = Field(default="aisle", max_length=200, examples=["aisle"])
    messages: list[Message] = Field(
        min_length=1, max_length=MOST_MESSAGES, examples=[[{"role": "user", "content": "a warm hat under $30"}]]
    )
    stream: bool = Field(default=False, examples=[False])
    user: str | None = Field(default=None, max_length=200, examples=["browser-7f3a"])
    safety_identifier: str | None = Field(default=None, max_length=200, examples=["browser-7f3a"])

    @property
    def said(self) -> list[Message]:
        """The conversation; what a client's own system prompt wants of the assistant is not followed."""
        return [message for message in self.messages if message.role in ("user", "assistant")]


@router.get("/models", summary="The one model there is")
def models(served: TheService, asking: TheCaller) -> dict[str, Any]:
    model = {"id": "aisle", "object": "model", "created": 0, "owned_by": served.shop.name}
    return {"object": "list", "data": [model]}


@router.post(
    "/chat/completions",
    responses=AS_EVENTS,
    summary="Chat as OpenAI's API does",
)
def complete(
    asked: CompletionRequest, served: TheService, asking: TheCaller, token: _OptionalSession = None
) -> Response:
    """Whole, or as `chat.completion.chunk` events. Raises Refusal where the last message is not the user's."""
    said = asked.said
    if not said or said[-1].role != "user":
        raise Refusal(422, "invalid-request", "The last message has to be the user's.")
    message = said[-1].text
    if len(message) > LONGEST:
        raise Refusal(422, "invalid-request", f"A message may have {LONGEST_MESSAGE:,} characters.")
    threads = Threads(served, asking, asked.user or asked.safety_identifier)
    going_on = visit(asking, served, token) if token else threads.find(said[:-1])
    if going_on is None:
        going_on = served.tokens.new()[0]
        for earlier in [each.text for each in said[:-1] if each.role == "user"][-SAID_AGAIN:]:
            served.shop.reply(earlier, going_on.session, brief=True)
    pieces = threads.remembering(said, going_on, spoken(turn_events(served, message, going_on)))
    answer = _Answer(asked.model)
    if asked.stream:
        return StreamingResponse(streamed(answer.chunks(pieces)), media_type=EVENT_STREAM)
    return Response(json.dumps(answer.whole("".join(pieces)), ensure_ascii=False), media_type="application/json")


class Threads:
    """Sessions by what was said in them, for one caller: another's conversation, word for word the same, is another."""

    def __init__(self, served: Service, asking: Caller, user: str | None) -> None:
        self._database = served.shop.shop.database
        self._secret = served.tokens.secret
        self._whose = [asking.name, user] if user else None

    def find(self, said: list[Message]) -> Visit | None:
        if not said or self._whose is None:
            return None
        with self._database.reading() as reading:
            session = reading.scalar(select(ThreadRow.session).where(ThreadRow.digest == self._digest(said)))
        return Visit(session) if session is not None else None

    def remembering(self, said: list[Message], going_on: Visit, pieces: Iterator[str]) -> Iterator[str]:
        text = ""
        for piece in pieces:
            text += piece
            yield piece
        if self._whose is not None:
            whole = [*said, Message(role="assistant", content=text)]
            with self._database.transaction() as transaction:
                insert_if_absent(transaction, ThreadRow, digest=self._digest(whole), session=going_on.session)

    def _digest(self, said: list[Message]) -> str:
        words = json.dumps([self._whose, *([message.role, message.text.strip()] for message in said)])
        return hmac.new(self._secret, words.encode(), hashlib.sha256).hexdigest()


class _Answer:
    def __init__(self, model: str) -> None:
        self._same = {"id": f"chatcmpl-{secrets.token_hex(12)}", "created": int(time.time()), "model": model}

    def whole(self, text: str) -> dict[str, Any]:
        choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
        usage = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
        return {**self._same, "object": "chat.completion", "choices": [choice], "usage": usage}

    def chunks(self, pieces: Iterator[str]) -> Generator[str]:
        yield self._chunk({"role": "assistant", "content": ""})
        for piece in pieces:
            yield self._chunk({"content": piece})
        yield self._chunk({}, "stop")
        yield "data: [DONE]\n\n"

    def _chunk(self, delta: dict[str, str], finished: str | None = None) -> str:
        choice = {"index": 0, "delta": delta, "finish_reason": finished}
        body = {**self._same, "object": "chat.completion.chunk", "choices": [choice]}
        return f"data: {json.dumps(body, ensure_ascii=False)}\n\n"
