"""Promises to call back that are open."""

from __future__ import annotations

from ccserver.adapters.web.api.asking import ask, note
from ccserver.adapters.web.cursors import Page
from ccserver.adapters.web.fields import Identifier, Request
from ccserver.adapters.web.problems import Problem
from ccserver.adapters.web.routes import Call, Routes
from ccserver.core.events import CallbackCancelled
from ccserver.core.ids import InteractionId
from ccserver.services.callbacks import CallbackView

routes = Routes("Callbacks")


class CallbackPath(Request):
    callback: Identifier


@routes.get("/callbacks")
async def list_callbacks(call: Call) -> Page[CallbackView]:
    """All open ones, in the order in which they are served."""
    return Page(call.ports.desk.callbacks())


@routes.post("/callbacks/{callback}/cancel")
async def cancel_callback(call: Call, path: CallbackPath) -> None:
    """Call this customer back no more. An attempt that goes on is ended."""
    if all(view.id != path.callback for view in call.ports.desk.callbacks()):
        raise Problem("not-found", "There is no such open callback.")
    await ask(call, CallbackCancelled(InteractionId(path.callback)))
    await note(call, "callback-cancelled", f"interaction/{path.callback}")
