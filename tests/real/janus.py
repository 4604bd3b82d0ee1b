#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Janus under load, run by tests/real/janus.sh: janus.py SESSIONS KEPT COMMAND...

COMMAND starts Janus, itself or behind `rtctrack run`, with the configuration of janus.sh. Each
session attaches to the EchoTest, has a message echoed by it over a data channel, and ends with a
mark. Its handle is detached and the session destroyed, but for the last KEPT, which are abandoned.
Then Janus gets a SIGTERM, its normal end. Where JANUS_LOG names a file, Janus prints its reference
counters into that. JANUS_MESSAGES: so many are echoed in each session, one after the other.

JANUS_ATTACH: the words of a recorder that is attached to Janus in the middle of its life, once it had
two sessions, of which one is left. It is there for the SESSIONS, ends by a SIGINT, and then Janus has to
serve one more.
"""
import asyncio
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request

# This folder has a file of the package's name.
sys.path[:] = [path for path in sys.path if path != os.path.dirname(os.path.abspath(__file__))]

import aioice.ice
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription

URL = "http://127.0.0.1:8088/janus"
ADMIN = "http://127.0.0.1:7088/admin"
SECONDS = 60
MESSAGES = int(os.environ.get("JANUS_MESSAGES", "1"))
TICKS = os.sysconf("SC_CLK_TCK")

aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: ["127.0.0.2"]


def request(path, body=None, url=URL):
    data = None if body is None else json.dumps({"transaction": "t", **body}).encode()
    with urllib.request.urlopen(url + path, data, timeout=SECONDS) as answer:
        answer = json.load(answer)
    if answer["janus"] == "error":
        raise RuntimeError(answer["error"]["reason"])
    return answer


async def call(path, body=None):
    return await asyncio.get_running_loop().run_in_executor(None, request, path, body)


async def answer_of(session):
    while True:
        event = await call(f"{session}?maxev=1")
        if "jsep" in event:
            return RTCSessionDescription(event["jsep"]["sdp"], "answer")


async def session(close):
    """Answers with what the EchoTest said."""
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    channel = peer.createDataChannel("messages")
    echoed = asyncio.get_running_loop().create_future()
    count = 0

    @channel.on("message")
    def on_message(text):
        nonlocal count
        count += 1
        if count < MESSAGES:
            channel.send("message")
        elif not echoed.done():
            echoed.set_result(text)

    channel.on("open", lambda: channel.send("message"))

    path = f"/{(await call('', {'janus': 'create'}))['data']['id']}"
    attach = {"janus": "attach", "plugin": "janus.plugin.echotest"}
    handle = f"{path}/{(await call(path, attach))['data']['id']}"
    await peer.setLocalDescription(await peer.createOffer())
    offer = {"type": "offer", "sdp": peer.localDescription.sdp, "trickle": False}
    await call(handle, {"janus": "message", "body": {"data": True}, "jsep": offer})
    await peer.setRemoteDescription(await answer_of(path))
    text = await asyncio.wait_for(echoed, SECONDS)
    if close:
        await call(handle, {"janus": "detach"})
        await call(path, {"janus": "destroy"})
        await peer.close()
    return peer, text


def wait_for_port(janus):
    limit = time.monotonic() + SECONDS
    while time.monotonic() < limit and janus.poll() is None:
        try:
            return request("/info")["version_string"]
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("Janus does not answer")


def program_pid(pid):
    """Janus itself: behind rtctrack it is its child."""
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as children:
        return int((children.read().split() or [pid])[0])


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def udp_sockets(pid):
    """Counted by the kernel's own tables."""
    inodes = set()
    for name in ("udp", "udp6"):
        with open(f"/proc/{pid}/net/{name}", encoding="ascii") as table:
            inodes.update(f"socket:[{line.split()[9]}]" for line in list(table)[1:])
    folder = f"/proc/{pid}/fd"
    return sum(os.readlink(f"{folder}/{number}") in inodes for number in os.listdir(folder))


def loops(pid):
    """The threads of handles: one goes as the last that its handle does."""
    count = 0
    for tid in os.listdir(f"/proc/{pid}/task"):
        try:
            with open(f"/proc/{pid}/task/{tid}/comm", encoding="ascii") as name:
                count += name.read().startswith("hloop")
        except OSError:
            pass  # it ended meanwhile
    return count


def settled_udp_sockets(pid, expected):
    """What a destroyed session held goes in the background."""
    limit = time.monotonic() + SECONDS
    time.sleep(1)
    while (udp_sockets(pid), loops(pid)) != (expected, expected) and time.monotonic() < limit:
        time.sleep(0.1)
    return udp_sockets(pid)


async def load(sessions, kept_open, mark):
    """Answers with the peers and the seconds that the sessions took."""
    kept, seconds = [], 0
    for number in range(1, sessions + 1):
        start = time.monotonic()
        peer, text = await session(number <= sessions - kept_open)
        if not text.endswith("message"):
            raise RuntimeError(f"not an echo: {text}")
        seconds += time.monotonic() - start
        kept.append(peer)
        mark(number)
    return kept, seconds


def in_kernel():
    """Programs and links of BPF, by their numbers, which only grow."""
    listed = set()
    for what in ("prog", "link"):
        lines = subprocess.run(["bpftool", what, "list"], check=True, capture_output=True, text=True)
        listed.update((what, line.split(":")[0]) for line in lines.stdout.splitlines()
                      if line[:1].isdigit())
    return listed


def left_in_kernel(before):
    """How many came since and stay: what somebody else records with goes."""
    limit = time.monotonic() + SECONDS
    came = in_kernel() - before
    while came & in_kernel() and time.monotonic() < limit:
        time.sleep(0.1)
    return len(came & in_kernel())


def attach(words, pid):
    """Answers with the recorder once it says that it is there."""
    limit = time.monotonic() + SECONDS
    with open("attach.err", "w", encoding="utf-8") as said:
        recorder = subprocess.Popen(words + [str(pid)], stdout=said, stderr=said)
    while time.monotonic() < limit and recorder.poll() is None:
        with open("attach.err", encoding="utf-8") as said:
            if "Ctrl-C ends it" in said.read():
                return recorder
        time.sleep(0.05)
    recorder.kill()
    raise RuntimeError("the recorder does not come")


def attended(sessions, kept_open, command, words):
    """Janus with a recorder that comes and goes."""
    with open(os.devnull, "w", encoding="utf-8") as output:
        janus = subprocess.Popen(command, stdout=output)
    recorder = None

    def mark(number):
        subprocess.run([words[0], "mark", "--run", str(recorder.pid), f"session {number}"],
                       check=True, stdout=subprocess.DEVNULL)

    try:
        wait_for_port(janus)
        loop = asyncio.new_event_loop()
        kept, _ = loop.run_until_complete(load(1, 0, lambda number: None))
        settled_udp_sockets(janus.pid, 0)
        kept += loop.run_until_complete(load(1, 1, lambda number: None))[0]
        before = in_kernel()
        recorder = attach(words, janus.pid)
        kept += loop.run_until_complete(load(sessions, kept_open, mark))[0]
        left = settled_udp_sockets(janus.pid, 1 + kept_open)
        recorder.send_signal(signal.SIGINT)
        code = recorder.wait(SECONDS)
        more = left_in_kernel(before)
        kept += loop.run_until_complete(load(1, 0, lambda number: None))[0]
    finally:
        if recorder:
            recorder.kill()
        janus.send_signal(signal.SIGTERM)
        end = janus.wait(SECONDS)
    print(f"sessions={len(kept)} udp={left} recorder={code} bpf={more} code={end}", flush=True)
    os._exit(0)


def main(sessions, kept_open, command, log):
    def mark(number):
        if pid != janus.pid:
            words = [command[0], "mark", "--run", str(janus.pid), f"session {number}"]
            subprocess.run(words, check=True, stdout=subprocess.DEVNULL)

    with open(log or os.devnull, "w", encoding="utf-8") as output:
        janus = subprocess.Popen(command, stdout=output)
    try:
        version = wait_for_port(janus)
        if log:
            body = {"janus": "set_refcount_debug", "debug": True, "admin_secret": "secret"}
            request("", body, ADMIN)
        pid = program_pid(janus.pid)
        cpu = cpu_seconds(pid)
        kept, wall = asyncio.new_event_loop().run_until_complete(load(sessions, kept_open, mark))
        left = settled_udp_sockets(pid, kept_open)
        cpu = cpu_seconds(pid) - cpu
        around = cpu_seconds(janus.pid) if pid != janus.pid else 0
    finally:
        janus.send_signal(signal.SIGTERM)
        code = janus.wait(SECONDS)
    print(f"sessions={len(kept)} udp={left} code={code} version={version}", flush=True)
    print(f"{wall:.2f} s, CPU of janus {cpu:.2f} s, of rtctrack {around:.2f} s", file=sys.stderr)
    sys.stderr.flush()
    os._exit(0)  # the interpreter's own end would wait for the peers that were abandoned


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit("usage: janus.py SESSIONS KEPT COMMAND...")
    if "JANUS_ATTACH" in os.environ:
        WORDS = os.environ["JANUS_ATTACH"].split()
        attended(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:], WORDS)
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:], os.environ.get("JANUS_LOG"))
