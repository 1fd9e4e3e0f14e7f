"""Whether it lives, whether it can serve, and what Prometheus reads."""

from __future__ import annotations

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel

from assistant.server.service import Admin, TheService

router = APIRouter(tags=["health"])


class Health(BaseModel):
    status: str


class Readiness(BaseModel):
    status: str
    store: str
    products: int
    engine: str


@router.get("/healthz", summary="Whether the process answers")
def alive() -> Health:
    return Health(status="ok")


@router.get("/readyz", summary="Whether it can serve: the index is open, the database answers")
def ready(served: TheService) -> Readiness:
    served.shop.shop.database.ping()
    return Readiness(
        status="ready", store=served.shop.name, products=len(served.shop.shop.catalogue), engine=served.shop.engine
    )


@router.get("/metrics", summary="In Prometheus' text format", response_class=Response)
def metrics(served: TheService, asking: Admin) -> Response:
    return Response(served.metrics.text(), media_type=CONTENT_TYPE_LATEST)
