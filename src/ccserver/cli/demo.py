"""`ccserver demo call` and `ccserver demo phone`: the other ends of the line, for one person alone."""

from __future__ import annotations

import asyncio
import random
import signal
import threading
from collections.abc import Coroutine
from contextlib import suppress
from pathlib import Path

import typer

from ccserver.adapters.softphone import Call, Softphone
from ccserver.adapters.softphone.audio import KEYS
from ccserver.app.demo import HUM, TRUNK_ADDRESS, a_customer
from ccserver.cli.failing import fail, say
from ccserver.cli.running import reachable, require_server
from ccserver.cli.whereabouts import configuration_beside
from ccserver.config import Configuration
from ccserver.core.errors import PortUnavailable
from ccserver.services.numbers import to_e164
from ccserver.services.tasks import TaskTable

KEY_PAUSE = 2.0
ANSWER_LIMIT = 30.0
FAREWELL = 2.0
"""Seconds that a server which may be gone has to take the end of the registration."""
WITHHELD = "anonymous"


def call(dnis: str, ani: str, seconds: float, keys: str, config: Path, data: Path) -> None:
    """Ring in, press the keys, stay; says what happens."""
    configuration = configuration_beside(config, data)
    wrong = sorted(set(keys) - set(KEYS))
    if wrong:
        fail(f"{wrong[0]!r} is no key of a telephone", "give keys such as --keys 1 or --keys '12*#' (0 to 9, * and #)")
    region, network = configuration.site.default_region, configuration.site.network
    called = _number(dnis, region, f"such as {next(iter(configuration.plan.entry_points), '+448081570100')}")
    hint = f"such as --ani +442079460007, or --ani {WITHHELD} for a caller who shows none"
    caller = ani if ani == WITHHELD else _number(ani, region, hint) if ani else a_customer(random.Random())  # noqa: S311
    require_server(network, config, data)
    _mention_entry_points(configuration, called)
    proxy = (reachable(network.sip_host), network.sip_port)
    _until_told(_call(proxy, called, caller, seconds, keys), "hung up")


def _until_told(work: Coroutine[None, None, None], last_word: str) -> None:
    """Let the work end by itself or come to its end by Ctrl-C, SIGTERM, or a terminal that is closed."""

    async def run() -> None:
        _cancel_at_signals()
        await work

    try:
        asyncio.run(run())
    except (KeyboardInterrupt, asyncio.CancelledError):
        with suppress(OSError):  # the terminal may be gone
            say(last_word)


def _cancel_at_signals() -> None:
    """Once: what follows is the farewell, and a terminal that closes signals more than once. `nohup` stays in force."""
    task, loop = asyncio.current_task(), asyncio.get_running_loop()
    if task is None or threading.current_thread() is not threading.main_thread():
        return  # signals are the main thread's

    def cancel() -> None:
        if not task.cancelling():
            task.cancel()

    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            loop.add_signal_handler(number, cancel)


def _number(text: str, region: str, hint: str) -> str:
    try:
        return to_e164(text, region)
    except ValueError as error:
        fail(str(error), f"give a number {hint}")


def _mention_entry_points(configuration: Configuration, called: str) -> None:
    points = configuration.plan.entry_points
    if called not in points:
        say(f"{called} is no entry point of this configuration; entry points are {', '.join(points)}"[:500])


async def _call(proxy: tuple[str, int], dnis: str, ani: str, seconds: float, keys: str) -> None:
    phone = Softphone("", proxy, host=TRUNK_ADDRESS, frequency=HUM)
    await phone.open()
    try:
        call = await phone.call(dnis, ani, "Simulated caller")
        say(f"{ani} calls {dnis} … (Ctrl-C hangs up)")
        if not await _happens(call, call.answered, ANSWER_LIMIT):
            say(f"not answered{f': SIP {call.status}' if call.status else ''}")
            raise typer.Exit(1)
        say("answered")
        for key in keys:
            if await _happens(call, call.ended, KEY_PAUSE):
                break
            call.press(key)
            say(f"pressed {key}")
        await _happens(call, call.ended, seconds)
        say("the other side hung up" if call.ended.is_set() else "hanging up")
    finally:
        await phone.close()


async def _happens(call: Call, fact: asyncio.Event, within: float) -> bool:
    """Whether the fact comes before the end of the call and the limit."""
    waits = [asyncio.ensure_future(event.wait()) for event in (fact, call.ended)]  # noqa: TID251  ended right here
    _, pending = await asyncio.wait(waits, timeout=within, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    return fact.is_set()


def phone(agent: str, answer_after: float, config: Path, data: Path) -> None:
    """Register as the agent's phone and take what comes, until Ctrl-C."""
    from ccserver.cli.phones import phone_account

    configuration = configuration_beside(config, data)
    network = configuration.site.network
    account = phone_account(configuration, agent, config, data)
    require_server(network, config, data)
    proxy = (reachable(network.sip_host), network.sip_port)
    _until_told(_phone(account.user, account.secret, proxy, answer_after), "unregistered")


async def _phone(user: str, secret: str, proxy: tuple[str, int], answer_after: float) -> None:
    telephone = Softphone(user, proxy, secret=secret, frequency=600)
    calls = TaskTable()

    def rings(call: Call) -> None:
        say(f"ringing: {call.name or 'unknown'} {call.number}")
        calls.spawn("call", _tell_the_end(call))
        if answer_after >= 0:
            asyncio.get_running_loop().call_later(answer_after, _answer, call)

    telephone.on_call = rings
    await telephone.open()
    try:
        await _register(telephone)
        say(f"{user} is registered at {proxy[0]}:{proxy[1]} (Ctrl-C unregisters)")
        await asyncio.Event().wait()
    finally:
        await calls.close()
        with suppress(PortUnavailable, TimeoutError):
            async with asyncio.timeout(FAREWELL):
                await telephone.unregister()
        await telephone.close()


async def _tell_the_end(call: Call) -> None:
    await call.ended.wait()
    say("the call is over" if call.answered.is_set() else "the call went away")


async def _register(telephone: Softphone) -> None:
    try:
        await telephone.register()
    except PortUnavailable as error:
        advice = (
            "give --data as the server has it, so that the secret is the one it knows; is the SIP port the server's?"
        )
        fail(f"{telephone.user} cannot register: {error.why}", advice)


def _answer(call: Call) -> None:
    if not call.ended.is_set():
        call.answer()
        say("answered")
