#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""aiortc, run by tests/real/run.sh: aiortc.py SESSIONS closed|open

Each session is a pair of connections in this process that exchange messages
over a data channel. `closed` closes both; `open` keeps both until the end.
"""
import asyncio
import os
import sys

# This file bears the name of the package that it drives.
sys.path[:] = [path for path in sys.path if path != os.path.dirname(os.path.abspath(__file__))]

import aioice.ice
from aiortc import RTCConfiguration, RTCPeerConnection

MESSAGES = 5
SECONDS = 60

aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: ["127.0.0.1"]


async def connect(caller, callee):
    await caller.setLocalDescription(await caller.createOffer())
    await callee.setRemoteDescription(caller.localDescription)
    await callee.setLocalDescription(await callee.createAnswer())
    await caller.setRemoteDescription(callee.localDescription)


async def session():
    """One pair; answers with it and the number of messages that came back."""
    caller, callee = (RTCPeerConnection(RTCConfiguration(iceServers=[])) for _ in range(2))
    echoed = asyncio.get_running_loop().create_future()
    count = 0

    @callee.on("datachannel")
    def on_datachannel(incoming):
        incoming.on("message", incoming.send)

    channel = caller.createDataChannel("messages")

    @channel.on("open")
    def on_open():
        channel.send("message 1")

    @channel.on("message")
    def on_message(_):
        nonlocal count
        count += 1
        if count < MESSAGES:
            channel.send(f"message {count + 1}")
        elif not echoed.done():
            echoed.set_result(None)

    await connect(caller, callee)
    await asyncio.wait_for(echoed, SECONDS)
    return [caller, callee], count


async def main(sessions, close):
    kept = []
    messages = 0
    for _ in range(sessions):
        pair, count = await session()
        messages += count
        if close:
            for connection in pair:
                await connection.close()
        else:
            kept.append(pair)
    print(f"sessions={sessions} messages={messages}", flush=True)
    return kept


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[2] not in ("closed", "open"):
        sys.exit("usage: aiortc.py SESSIONS closed|open")
    loop = asyncio.new_event_loop()
    KEPT = loop.run_until_complete(main(int(sys.argv[1]), sys.argv[2] == "closed"))
    if sys.argv[2] == "closed":
        loop.close()
    else:
        os._exit(0)  # the interpreter's own end would free the pairs, and their sockets with them
