"""The least AMI client, for questions about rights."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ccserver.pbx import Account

Message = dict[str, str]


class Ami:
    """One session, signed in."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._serial = 0

    async def ask(self, action: str, **fields: str) -> Message:
        """Send an action; answer its response."""
        self._serial += 1
        number = str(self._serial)
        lines = {"Action": action, "ActionID": number, **fields}
        self._writer.write(("".join(f"{key}: {value}\r\n" for key, value in lines.items()) + "\r\n").encode())
        return await self.message(lambda message: "Response" in message and message.get("ActionID") == number)

    async def message(self, matches: object = lambda message: True) -> Message:
        """The next message that matches."""
        assert callable(matches)
        async with asyncio.timeout(15):
            while True:
                raw = (await self._reader.readuntil(b"\r\n\r\n")).decode()
                message = dict(line.split(": ", 1) for line in raw.split("\r\n") if ": " in line)
                if matches(message):
                    return message

    async def device_states(self) -> dict[str, str]:
        """Every device's state as the PBX knows it now."""
        await self.ask("DeviceStateList")
        states = {}
        while (message := await self.message())["Event"] != "DeviceStateListComplete":
            states[message["Device"]] = message["State"]
        return states


@asynccontextmanager
async def signed_in(port: int, account: Account) -> AsyncIterator[Ami]:
    """A session as `account`."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await reader.readline()
    ami = Ami(reader, writer)
    answer = await ami.ask("Login", Username=account.user, Secret=account.secret)
    assert answer["Response"] == "Success", answer
    yield ami
    writer.close()
