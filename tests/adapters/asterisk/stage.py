"""The whole adapter on a real Asterisk, with telephones for callers and agents."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar

import orjson
from tests.adapters.asterisk.facts import until
from tests.adapters.asterisk.sip_peer import SipCall, SipPhone, telephone
from tests.pbx.asterisk_fixture import PrivateAsterisk

from ccserver.adapters.asterisk.ami_link import AmiLink, AmiSettings
from ccserver.adapters.asterisk.ari_client import AriClient
from ccserver.adapters.asterisk.ari_events import AriEvents
from ccserver.adapters.asterisk.ari_http import AriSettings
from ccserver.adapters.asterisk.dialect import waiting_room
from ccserver.adapters.asterisk.errors import AriError
from ccserver.adapters.asterisk.links import Backoff, LinkSignal
from ccserver.adapters.asterisk.phones import PhoneBook, PhoneFeed
from ccserver.adapters.asterisk.telephony import AriTelephony
from ccserver.adapters.asterisk.translate import WANTED, Context, translate
from ccserver.core.commands import AnswerLeg, RingAgent
from ccserver.core.events import Event, LegAnswered, LegArrived
from ccserver.core.ids import AgentId, InteractionId, LegId, NodeName, leg_id
from ccserver.services.tasks import TaskTable

NODE = NodeName("ast01")
ANN = AgentId("ann")
SUPPORT = "+448081570102"
CALLER = "+442079460000"
Kind = TypeVar("Kind")


class Stage:
    """Everything that happened is in `events`; nothing decides."""

    def __init__(self, asterisk: PrivateAsterisk, ari: AriClient) -> None:
        self.asterisk = asterisk
        self.ari = ari
        self.raw: list[dict[str, Any]] = []
        self.signals: list[LinkSignal] = []
        self.events: list[Event] = []
        self.book = PhoneBook({ANN: ("ann-web", "ann"), AgentId("bob"): ("bob-web", "bob")})
        self.telephony = AriTelephony(ari, NODE, asterisk.plan.trunks[0].name, self.book.endpoint_of)
        self.context = Context(NODE, self.book.agent_of_endpoint)
        self.ami = AmiLink(ami_settings(asterisk), Backoff(random.Random(2)))
        self.tasks = TaskTable()
        self.relink()

    def relink(self) -> None:
        """A new event link, as after a restart of ours."""
        self.link = AriEvents(self.ari, self._take, WANTED, Backoff(random.Random(1)))
        self.tasks.spawn("events", self.link.run())

    async def variable(self, leg: LegId, name: str) -> str:
        """A variable of the leg's channel."""
        answer = await self.ari.channels._http.send("GET", ("channels", leg, "variable"), {"variable": name})
        value: str = orjson.loads(answer)["value"]
        return value

    def _take(self, item: dict[str, Any] | LinkSignal) -> None:
        if not isinstance(item, dict):
            self.signals.append(item)
            return
        self.raw.append(item)
        event = translate(item, self.context)
        if event is not None:
            self.telephony.heard(event)
            self.events.append(event)

    async def happened(self, kind: type[Kind], fact: Callable[[Kind], bool] = lambda _event: True) -> Kind:
        """The first event of the kind for which the fact holds; waits for it."""
        found: list[Kind] = []

        def look() -> bool:
            found.extend(event for event in self.events if isinstance(event, kind) and fact(event))
            return bool(found)

        await until(look, 10)
        return found[0]

    @contextlib.asynccontextmanager
    async def caller(self, number: str = CALLER) -> AsyncIterator[SipPhone]:
        """A telephone on the trunk."""
        async with telephone(number, "", self.asterisk.plan.sip_port, "127.0.0.2") as phone:
            yield phone

    @contextlib.asynccontextmanager
    async def phone(self, user: str = "ann") -> AsyncIterator[SipPhone]:
        """A registered phone of an agent, known to be reachable."""
        secret = self.asterisk.secrets.phones[user].secret
        async with telephone(user, secret, self.asterisk.plan.sip_port) as phone:
            await phone.register()
            await until(lambda: self.book.endpoint_of(AgentId(user)) == user, 10)
            yield phone
            for call in phone.calls:
                call.hang_up()
            await phone.register(0)
            await until(lambda: self.book.endpoint_of(AgentId(user)) is None, 10)

    async def arrival(self, caller: SipPhone, number: str = SUPPORT, name: str = "") -> tuple[SipCall, LegArrived]:
        """The caller dials, and we hear of it."""
        known = {event.leg for event in self.events if isinstance(event, LegArrived)}
        call = caller.call(number, name)
        return call, await self.happened(LegArrived, lambda event: event.leg not in known)

    async def answered(self, caller: SipPhone) -> tuple[SipCall, LegArrived]:
        """A caller whose call is answered."""
        call, arrived = await self.arrival(caller)
        await self.telephony.perform(AnswerLeg(arrived.leg))
        await asyncio.wait_for(call.answered.wait(), 5)
        return call, arrived

    def order_to_ring(self, interaction: InteractionId, serial: int = 1, seconds: float = 20) -> RingAgent:
        """The command that rings ann for the interaction."""
        leg = leg_id(NODE, interaction, serial)
        return RingAgent(leg, NODE, interaction, ANN, CALLER, "Zoe", timedelta(seconds=seconds))

    async def agent_takes(self, phone: SipPhone, interaction: InteractionId) -> tuple[SipCall, LegId]:
        """Ann's phone rings and is answered."""
        order = self.order_to_ring(interaction)
        await self.telephony.perform(order)
        call = await phone.called()
        call.answer()
        await self.happened(LegAnswered, lambda event: event.leg == order.leg)
        return call, order.leg


def ari_settings(asterisk: PrivateAsterisk, **changes: Any) -> AriSettings:
    """Those of the running Asterisk."""
    plan, secrets = asterisk.plan, asterisk.secrets.ari
    settings = AriSettings(
        host="127.0.0.1", port=plan.http_port, username=secrets.user, password=secrets.secret, app=plan.stasis_app
    )
    return replace(settings, **changes)


def ami_settings(asterisk: PrivateAsterisk, **changes: Any) -> AmiSettings:
    """Those of the running Asterisk, for the feed."""
    secrets = asterisk.secrets.ami_events
    settings = AmiSettings(host="127.0.0.1", port=asterisk.plan.ami_port, username=secrets.user, secret=secrets.secret)
    return replace(settings, **changes)


@contextlib.asynccontextmanager
async def on_stage(asterisk: PrivateAsterisk) -> AsyncIterator[Stage]:
    """Both links up, the phones listed; at the end nothing may be left."""
    async with AriClient(ari_settings(asterisk)) as ari:
        stage = Stage(asterisk, ari)
        stage.tasks.spawn("ami", stage.ami.run())
        stage.tasks.spawn("phones", PhoneFeed(stage.ami, stage.book, stage.events.append).run())
        try:
            await until(lambda: stage.link.is_up and stage.ami.is_up and stage.events, 10)
            yield stage
            await _is_empty(ari)
        finally:
            await stage.tasks.close()


async def _is_empty(ari: AriClient) -> None:
    """No channel may be left behind; bridges outlive everything, so those of the test are removed."""
    try:
        async with asyncio.timeout(5):
            while channels := await ari.channels.list():
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError([(channel.id, channel.name, channel.state) for channel in channels]) from None
    for bridge in await ari.bridges.list():
        if bridge.id != waiting_room(NODE):
            with contextlib.suppress(AriError):  # one that is just going away is still listed
                await ari.bridges.destroy(bridge.id)
