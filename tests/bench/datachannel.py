#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Messages between two aiortc connections in this process, run by tests/bench/datachannel.sh:
datachannel.py MESSAGES SIZE

As dc-loopback does: one sends, the other says when all have come. Prints the seconds.
"""
import asyncio
import sys
import time

import aioice.ice
from aiortc import RTCConfiguration, RTCPeerConnection

HIGH = 1 << 20
LOW = HIGH // 4

aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: ["127.0.0.1"]


async def pair(on_message):
    """The channel of the caller, open."""
    caller, callee = (RTCPeerConnection(RTCConfiguration(iceServers=[])) for _ in range(2))
    opened = asyncio.Event()
    callee.on("datachannel", lambda one: one.on("message", lambda data: on_message(one, data)))
    channel = caller.createDataChannel("messages")
    channel.on("open", opened.set)
    await caller.setLocalDescription(await caller.createOffer())
    await callee.setRemoteDescription(caller.localDescription)
    await callee.setLocalDescription(await callee.createAnswer())
    await caller.setRemoteDescription(callee.localDescription)
    await opened.wait()
    return channel, caller, callee


async def main(messages, size):
    count = 0
    low, everything = asyncio.Event(), asyncio.Event()

    def on_message(channel, data):
        nonlocal count
        if isinstance(data, bytes):
            count += 1
        elif count == messages:
            channel.send("all")

    channel, *ends = await pair(on_message)
    channel.bufferedAmountLowThreshold = LOW
    channel.on("bufferedamountlow", low.set)
    channel.on("message", lambda _: everything.set())
    data = bytes(size)
    start = time.monotonic()
    for _ in range(messages):
        if channel.bufferedAmount > HIGH:
            low.clear()
            await low.wait()
        channel.send(data)
    channel.send("end")
    await everything.wait()
    print(f"{time.monotonic() - start:.4f}")
    for end in ends:
        await end.close()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
