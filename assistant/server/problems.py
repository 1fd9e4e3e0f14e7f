"""Errors as problem details (RFC 9457): what went wrong, in one sentence, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from assistant.checkout import CheckoutRefused
from assistant.faults import log_fault
from assistant.server.schemas import Problem
from data.errors import AisleError

MEDIA_TYPE = "application/problem+json"


class Refusal(Exception):
    """Raised by routes. `kind` ends the problem's type: `not-found`, `rate-limited`, …"""

    def __init__(
        self, status: int, kind: str, detail: str, headers: Mapping[str, str] | None = None, **more: Any
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.kind = kind
        self.detail = detail
        self.headers = dict(headers or {})
        self.more = more


def answer(
    request: Request, status: int, kind: str, detail: str, headers: Mapping[str, str] | None = None, **more: Any
) -> JSONResponse:
    title = kind.replace("-", " ").capitalize()
    problem = Problem(type=f"urn:aisle:{kind}", title=title, status=status, detail=detail, instance=request.url.path)
    body = problem.model_dump(exclude={"errors"}) | more
    return JSONResponse(body, status, dict(headers or {}), media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Has every error of the application answered as a problem, its own faults without their inside."""

    @app.exception_handler(Refusal)
    async def refusal(request: Request, error: Refusal) -> JSONResponse:
        return answer(request, error.status, error.kind, error.detail, error.headers, **error.more)

    @app.exception_handler(CheckoutRefused)
    async def checkout(request: Request, error: CheckoutRefused) -> JSONResponse:
        kind = error.problem.replace("_", "-")
        status = 402 if error.problem == "payment_declined" else 404 if error.problem == "checkout_unknown" else 409
        more: dict[str, Any] = {"product_id": error.product_id, "left": error.left} if error.product_id else {}
        return answer(request, status, kind, "Nothing was ordered and nothing is paid.", **more)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        wrong = [{"where": ".".join(map(str, each["loc"])), "what": each["msg"]} for each in error.errors()]
        detail = "; ".join(f"{each['where']}: {each['what']}" for each in wrong)
        return answer(request, 422, "invalid-request", detail, errors=wrong)

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> JSONResponse:
        kind = HTTPStatus(error.status_code).phrase.casefold().replace(" ", "-").replace("'", "")
        return answer(request, error.status_code, kind, str(error.detail), error.headers)

    @app.exception_handler(SQLAlchemyError)
    async def database(request: Request, error: SQLAlchemyError) -> JSONResponse:
        log_fault("the database did not answer a request", error, path=request.url.path)
        detail = "The shop's records cannot be reached just now; nothing was changed. Try again in a moment."
        return answer(request, 503, "unavailable", detail, {"Retry-After": "5"})

    @app.exception_handler(AisleError)
    async def own(request: Request, error: AisleError) -> JSONResponse:
        return answer(request, 503, "unavailable", str(error), {"Retry-After": "5"})

    @app.exception_handler(Exception)
    async def unforeseen(request: Request, error: Exception) -> JSONResponse:
        log_fault("a request failed", error, path=request.url.path)
        return answer(request, 500, "internal-error", "Something went wrong here; it has been noted.")
