"""Is the process alive, can it answer, and how does it do: for orchestrators and Prometheus."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response
from prometheus_client import CONTENT_TYPE_LATEST

from api.errors import ErrorAnswer, NotReady
from api.examples import READY
from api.schemas import HealthAnswer, ReadyAnswer
from api.services import ServicesNeeded

router = APIRouter(tags=["operations"])


@router.get("/healthz", summary="Is the process alive?")
async def answer_health() -> HealthAnswer:
    """Answer as long as the process serves requests at all."""
    return HealthAnswer()


@router.get(
    "/readyz",
    summary="Can questions be answered?",
    responses={
        200: {"content": {"application/json": {"example": READY}}},
        503: {"description": "Not now; see Retry-After.", "model": ErrorAnswer},
    },
)
def answer_readiness(services: ServicesNeeded) -> ReadyAnswer:
    """Answer when the database answers and the index shows its newest change."""
    live = services.matcher.live
    if not live.is_open:
        raise NotReady("The index is not open yet. Try again in a moment.")
    snapshot = live.snapshot()
    return ReadyAnswer(generation=snapshot.generation, revision=snapshot.revision)


@router.get("/metrics", summary="Figures for Prometheus", response_class=Response)
def answer_metrics(services: ServicesNeeded) -> Response:
    """Return counters and histograms; no label holds an id or anybody's words."""
    live = services.matcher.live
    if live.is_open:
        services.metrics.show_index(live.snapshot())
    return Response(services.metrics.render(), media_type=CONTENT_TYPE_LATEST)
