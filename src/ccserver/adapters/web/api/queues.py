"""Queues as they are now."""

from __future__ import annotations

from ccserver.adapters.web.cursors import Page
from ccserver.adapters.web.fields import Identifier, Request
from ccserver.adapters.web.pictures import queue_for
from ccserver.adapters.web.problems import Problem
from ccserver.adapters.web.routes import Call, Routes
from ccserver.services.views import QueueView

routes = Routes("Queues")


class QueuePath(Request):
    queue: Identifier


@routes.get("/queues")
async def list_queues(call: Call) -> Page[QueueView]:
    """All queues: who waits, how long, the service level of today, also by tier. For agents the line is empty."""
    return Page([queue_for(call.identity, view) for view in call.ports.desk.queues()])


@routes.get("/queues/{queue}")
async def read_queue(call: Call, path: QueuePath) -> QueueView:
    """One queue."""
    for view in call.ports.desk.queues():
        if view.id == path.queue:
            return queue_for(call.identity, view)
    raise Problem("not-found", "There is no such queue.")
