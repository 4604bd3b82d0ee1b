#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""aiortc, run by tests/samples/interop.sh: aiortc.py MODE,CLOSER...

What visit.mjs does, by a stack that is not JavaScript. ECHO_URL is dc-echo's. Prints a line per
visit.
"""
import asyncio
import os
import sys
import time
import urllib.request

# This file bears the name of the package that it drives.
sys.path[:] = [path for path in sys.path if path != os.path.dirname(os.path.abspath(__file__))]

import aioice.ice
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription

SECONDS = 60
LARGEST = 65536  # that it sends in one message is what the peer accepts; this is what both do
WATCHED = ["connections", "objects", "references", "fds", "threads"]
BASE = os.environ.get("ECHO_URL")

aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: ["127.0.0.1"]


def request(path, body=None):
    """The reply's body, and the number of the connection where one was made."""
    data = None if body is None else body.encode()
    with urllib.request.urlopen(BASE + path, data) as reply:
        return reply.read().decode(), reply.headers.get("Connection-Id")


async def asked(path, body=""):
    return await asyncio.to_thread(request, path, body)


def status():
    lines = [line.split() for line in request("status")[0].splitlines()]
    return {line[0]: line[1] for line in lines if line[0] in WATCHED}


async def settled(before):
    end = time.monotonic() + 30
    while True:
        now = await asyncio.to_thread(status)
        differs = [f"{name}={before[name]}>{now[name]}" for name in WATCHED if now[name] != before[name]]
        if not differs:
            return "level=before"
        if time.monotonic() > end:
            return " ".join(differs)
        await asyncio.sleep(0.02)


class Visit:
    def __init__(self):
        self.peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.id = None
        self.incoming = {}
        self.peer.on("datachannel", self.on_channel)

    def on_channel(self, channel):
        messages = asyncio.Queue()
        channel.on("message", messages.put_nowait)
        self.coming(channel.label).set_result((channel, messages))

    def coming(self, label):
        return self.incoming.setdefault(label, asyncio.get_running_loop().create_future())

    async def opened(self, label, **options):
        channel = self.peer.createDataChannel(label, **options)
        messages, event = asyncio.Queue(), asyncio.Event()
        channel.on("message", messages.put_nowait)
        channel.on("open", event.set)
        if self.id is None:
            await self.offer()
        await event.wait()
        return channel, messages

    async def offer(self):
        await self.peer.setLocalDescription(await self.peer.createOffer())
        sdp, self.id = await asked("offer", self.peer.localDescription.sdp)
        await self.peer.setRemoteDescription(RTCSessionDescription(sdp, "answer"))

    async def answer(self):
        sdp, self.id = await asked("call")
        await self.peer.setRemoteDescription(RTCSessionDescription(sdp, "offer"))
        await self.peer.setLocalDescription(await self.peer.createAnswer())
        await asked(f"answer?id={self.id}", self.peer.localDescription.sdp)
        return await self.coming("echo")

    async def echo(self, over, sent, ordered=True, enough=None):
        """How many came back as they were sent."""
        channel, messages = over
        rest = list(sent)
        for message in sent:
            channel.send(message)
        for _ in range(len(sent) if enough is None else enough):
            message = await messages.get()
            at = 0 if ordered else rest.index(message)
            if rest[at] != message:
                raise ValueError("a message came back as another")
            del rest[at]
        return len(sent) - len(rest)

    async def run(self, mode, closer):
        echo = await (self.opened("echo") if mode == "offer" else self.answer())
        large = os.urandom(1 << 20)
        pieces = [large[at : at + LARGEST] for at in range(0, len(large), LARGEST)]
        numbered = [f"message {number}" for number in range(100)]
        text = await self.echo(echo, ["hello", "Grüße, 你好, 😀", "x" * 16384])
        binary = await self.echo(echo, [b"\0", b"\1" * 1000, b"\2" * 1000, b"\3" * 1000])
        await self.echo(echo, pieces)
        unordered = await self.opened("unordered", ordered=False)
        mixed = await self.echo(unordered, numbered, ordered=False)
        for label, limit in (("partial", {"maxRetransmits": 0}), ("timed", {"maxPacketLifeTime": 1000})):
            partial = await self.opened(label, ordered=False, **limit)
            await self.echo(partial, numbered[:20], ordered=False, enough=10)
        await asked(f"send?id={self.id}", "from the server")
        _, messages = await self.coming("message")
        told = await messages.get()
        reset = asyncio.Event()
        unordered[0].on("close", reset.set)
        unordered[0].close()
        await reset.wait()
        if closer == "server":
            await asked(f"close?id={self.id}")
        await self.peer.close()
        return (
            f"{mode} text={text} binary={binary} bytes={1 << 20} unordered={mixed} partial=ok "
            f'asked="{told}" closer={closer}'
        )


async def main(visits):
    for one in visits:
        before = await asyncio.to_thread(status)
        visit = Visit()
        try:
            said = await asyncio.wait_for(visit.run(*one.split(",")), SECONDS)
        except Exception as error:  # whatever it is, it is told in place of the line
            said = repr(error)
        await visit.peer.close()
        print(said, await settled(before), flush=True)


if __name__ == "__main__":
    if len(sys.argv) < 2 or not BASE:
        sys.exit("usage: ECHO_URL=... aiortc.py MODE,CLOSER...")
    asyncio.run(main(sys.argv[1:]))
