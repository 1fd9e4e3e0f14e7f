"""`/v1/handoffs`: conversations that wait for a person."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from assistant.handoffs import Handoff, Status
from assistant.server.problems import Refusal
from assistant.server.service import Agent, TheService

Number = Annotated[int, Path(ge=1, le=2**31 - 1, examples=[1])]  # what both databases hold
router = APIRouter(tags=["handoffs"])


class StatusChange(BaseModel):
    status: Status = Field(examples=["taken"])


@router.get("/handoffs", summary="The longest waiting first")
def listed(served: TheService, asking: Agent, status: Status | None = None) -> list[Handoff]:
    return served.shop.handoffs(status)


@router.patch("/handoffs/{number}", summary="Take or close one")
def change(number: Number, asked: StatusChange, served: TheService, asking: Agent) -> Handoff:
    try:
        return served.shop.set_handoff(number, asked.status)
    except KeyError:
        raise Refusal(404, "not-found", f"There is no hand-off {number}.") from None
