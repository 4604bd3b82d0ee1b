# SPDX-License-Identifier: Apache-2.0
"""Leak tests in pytest: each test marked with `leaks` runs in a process and a recording of its own.

    pytest                              # PATH leads to rtctrack
    rtctrack report --merge traces

A marked test fails if it fails, or if it leaves sockets, descriptors or threads behind. Nothing of it, no
fixture either, runs in pytest's own process. The process ends at once after the test, before the
interpreter closes what is left, and says where the sockets and files were made that are open then: rtctrack's
report has the functions of the interpreter itself, and the number of the descriptor. RTCTRACK names the command
where it is not in PATH, RTCTRACK_TRACES another folder than traces. Where recording does not work at all the
tests are skipped; with RTCTRACK_MUST_RECORD=1 they fail.
"""
import functools
import gc
import hashlib
import io
import os
import pathlib
import re
import socket
import subprocess
import sys
import tracemalloc

import pytest

RTCTRACK = os.environ.get("RTCTRACK", "rtctrack")
TRACES = pathlib.Path(os.environ.get("RTCTRACK_TRACES", "traces"))
INSIDE = "RTCTRACK_INSIDE" in os.environ
SKIPPED = 77
# Since 3.12 the interpreter tells the names of functions to who looks at its stack.
NAMES = ["-X", "perf"] if sys.version_info >= (3, 12) else []


def record(options, trace, *command):
    run = [RTCTRACK, "run", *options, "-o", str(trace), "--", *command]
    return subprocess.run(run, env=dict(os.environ, RTCTRACK_INSIDE="1"), stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace", check=False)


@functools.cache
def why_not():
    """Empty where recording works. It asks for neither policy nor gate: what is wrong with those fails the test."""
    TRACES.mkdir(parents=True, exist_ok=True)
    trace = TRACES / f"try-{os.getpid()}.db"
    trace.write_bytes(b"")  # a folder where nothing can be written is a fault, and nothing to skip
    trace.unlink()
    why = "recording does not work here: 'rtctrack doctor' says why"
    try:
        tried = record(["--policy", "none", "--quiet"], trace, "/bin/true")
        return f"{why} ({tried.returncode}) {tried.stdout}".strip() if tried.returncode else ""
    except OSError as error:
        return f"{why} ({error})"
    finally:
        trace.unlink(missing_ok=True)


class Recorded(pytest.Item):
    """Stands for a marked test, and runs it elsewhere."""

    def __init__(self, test, **kwargs):
        super().__init__(**kwargs)
        self.test = test
        self.own_markers = test.own_markers
        self.keywords.update(test.keywords)

    def trace(self):
        unlike = hashlib.sha256(self.nodeid.encode()).hexdigest()[:8]
        return TRACES / f"{re.sub(r'[^A-Za-z0-9._-]', '_', self.name)}-{unlike}.db"

    def runtest(self):
        self.trace().unlink(missing_ok=True)  # that of an earlier run, if this one leaves none
        if why := why_not():
            pytest.fail(why, pytrace=False) if os.environ.get("RTCTRACK_MUST_RECORD") else pytest.skip(why)
        done = record(["--gate", "--strict"], self.trace(), sys.executable, *NAMES, "-m", "pytest", "-q", "-s",
                      "--runxfail", "-p", "no:cacheprovider", "-p", "no:faulthandler", self.nodeid)
        if done.returncode == SKIPPED:
            pytest.skip("it was skipped in its recording")
        if done.returncode:
            pytest.fail(f"it fails or leaks: exit code {done.returncode}\n{done.stdout}", pytrace=False)

    def repr_failure(self, excinfo):
        return str(excinfo.value)

    def reportinfo(self):
        return self.test.reportinfo()


def pytest_configure(config):
    config.addinivalue_line("markers", "leaks: run the test in a recording; it fails if it leaks")


def pytest_collection_modifyitems(items):
    if not INSIDE:
        items[:] = [Recorded.from_parent(item.parent, name=item.name, test=item)
                    if item.get_closest_marker("leaks") else item for item in items]


# In the recording.

outcomes = []


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup():
    if INSIDE:
        tracemalloc.start(3)  # frames of who made an object


def pytest_runtest_logreport(report):
    outcomes.append(report.outcome)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(exitstatus):
    outcomes.append(int(exitstatus))


def tell_what_is_open():
    for thing in gc.get_objects():
        if not issubclass(type(thing), (socket.socket, io.RawIOBase)):
            continue
        try:
            fd, where = thing.fileno(), tracemalloc.get_object_traceback(thing)
        except (OSError, ValueError):
            continue
        if fd > 2 and where:
            print(f"fd {fd} is still open, {type(thing).__name__} made at", *where.format(), sep="\n")


@pytest.hookimpl(trylast=True)
def pytest_unconfigure():
    if not INSIDE:
        return
    code = SKIPPED if "skipped" in outcomes and not outcomes[-1] else outcomes[-1]
    gc.collect()
    tell_what_is_open()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
