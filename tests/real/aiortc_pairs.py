#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""aiortc_pairs.py SESSIONS closed|open: pairs of peer connections that talk, one after the other."""

import asyncio
import os
import sys

import aioice.ice
from aiortc import RTCPeerConnection

MESSAGES = 10
TIMEOUT_S = 20

aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: ["127.0.0.1"]


async def connect(caller, callee):
    await caller.setLocalDescription(await caller.createOffer())
    await callee.setRemoteDescription(caller.localDescription)
    await callee.setLocalDescription(await callee.createAnswer())
    await caller.setRemoteDescription(callee.localDescription)


async def session():
    """Open a pair and let it talk; returns the pair and the number of echoed messages."""
    caller, callee = RTCPeerConnection(), RTCPeerConnection()
    channel = caller.createDataChannel("echo")
    finished = asyncio.get_running_loop().create_future()
    echoed = 0

    @callee.on("datachannel")
    def on_datachannel(incoming):
        incoming.on("message", incoming.send)

    @channel.on("open")
    def on_open():
        channel.send("message 0")

    @channel.on("message")
    def on_message(_message):
        nonlocal echoed
        echoed += 1
        if echoed < MESSAGES:
            channel.send(f"message {echoed}")
        elif not finished.done():
            finished.set_result(None)

    await connect(caller, callee)
    await asyncio.wait_for(finished, TIMEOUT_S)
    return (caller, callee), echoed


async def main(sessions, close):
    kept = []
    messages = 0
    for _ in range(sessions):
        pair, echoed = await session()
        messages += echoed
        if close:
            await asyncio.gather(*(peer.close() for peer in pair))
        else:
            kept.append(pair)
    print(f"sessions={sessions} messages={messages}", flush=True)
    if kept:
        os._exit(0)  # a return would free the pairs, and with them their sockets


if len(sys.argv) != 3 or sys.argv[2] not in ("closed", "open"):
    sys.exit(__doc__)
asyncio.run(main(int(sys.argv[1]), sys.argv[2] == "closed"))
