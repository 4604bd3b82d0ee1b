#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Strace's account of the sockets of a program: totals.py LOG

LOG is what this wrote:
  strace -f -o LOG -e trace=socket,socketpair,accept,accept4,dup,dup2,dup3,fcntl,\
close,close_range,clone,clone3,fork,vfork,execve,exit,exit_group PROGRAM

Follows the descriptor numbers of the first process and its threads, and prints
one line per class: socket descriptors opened, closed, and left open at the exit,
and the numbers of these. The last line is the same of its threads, which need
`exit` in the log.
A duplicate of a socket counts as one of its own. Child processes have tables of
their own and are not counted.
"""
import re
import sys

CLASSES = ("udp", "tcp", "unix", "other")
INTERNET = ("AF_INET", "AF_INET6")
EBADF = "EBADF"

LINE = re.compile(r"^(?:\[pid +)?(\d+)\]? +(.*)$")
CALL = re.compile(r"^(\w+)\((.*)$")
RESUMED = re.compile(r"^<\.\.\. (\w+) resumed>(.*)$")
RESULT = re.compile(r"^(.*)\) += (-?\d+|\?)(?: +(\w+))?.*$")
UNFINISHED = " <unfinished ...>"


class Call:
    """One system call of one thread, from its entry to its return."""

    def __init__(self, tid, name, text):
        self.tid = tid
        self.name = name
        self.text = text  # what strace printed after the opening parenthesis
        self.result = None  # None until it returned, and for a call that never did
        self.error = None
        self.undo = []  # what the entry took out of the table

    def end(self, rest):
        match = RESULT.match(self.text + rest)
        if match is None:
            return False
        self.text = match.group(1)
        self.result = None if match.group(2) == "?" else int(match.group(2))
        self.error = match.group(3)
        return True

    def number(self, position):
        """An argument that is a plain number, or None."""
        fields = self.text.split(",")
        if position >= len(fields):
            return None
        match = re.match(r"^\s*(-?\d+)", fields[position].rstrip(")"))
        return int(match.group(1)) if match else None


def calls_of(lines):
    """(`enter` | `return`, call) in the order of the log; a call that was not
    interrupted in the log gives both, one after the other."""
    pending = {}
    for line in lines:
        match = LINE.match(line.rstrip("\n"))
        if match is None:
            continue
        tid, text = int(match.group(1)), match.group(2)
        resumed, begun = RESUMED.match(text), CALL.match(text)
        if resumed:
            call = pending.pop(tid, None)
            if call is None or call.name != resumed.group(1):
                raise ValueError(f"resumed without a beginning: {line.strip()}")
            call.end(resumed.group(2))
            yield "return", call
        elif begun:
            call = Call(tid, begun.group(1), begun.group(2))
            if call.text.endswith(UNFINISHED):
                call.text = call.text[: -len(UNFINISHED)]
                pending[tid] = call
                yield "enter", call
            elif call.end(""):
                yield "enter", call
                yield "return", call
            else:
                raise ValueError(f"not understood: {line.strip()}")


def threads_of(events):
    """The threads that share the first process's table."""
    first = None
    parents = {}
    for moment, call in events:
        if first is None:
            first = call.tid
        if moment == "return" and call.name in ("clone", "clone3") and (call.result or 0) > 0:
            if "CLONE_FILES" in call.text:
                parents[call.result] = call.tid
    shared = {first}
    while True:
        more = {tid for tid, parent in parents.items() if parent in shared} - shared
        if not more:
            return shared
        shared |= more


def socket_class(text):
    domain, kind, protocol = ([part.strip() for part in text.split(",")] + ["", ""])[:3]
    kind = kind.split("|")[0]
    if domain in ("AF_UNIX", "AF_LOCAL"):
        return "unix"
    if domain in INTERNET and kind == "SOCK_DGRAM" and protocol in ("IPPROTO_IP", "IPPROTO_UDP"):
        return "udp"
    if domain in INTERNET and kind == "SOCK_STREAM" and protocol in ("IPPROTO_IP", "IPPROTO_TCP"):
        return "tcp"
    return "other"


class Table:
    """What the process has by number, descriptors or threads: number -> [class, close-on-exec]."""

    def __init__(self, classes):
        self.open = {}
        self.opened = dict.fromkeys(classes, 0)
        self.closed = dict.fromkeys(classes, 0)

    def add(self, fd, name, cloexec):
        self.remove(fd)  # a close that was not traced
        self.open[fd] = [name, cloexec]
        self.opened[name] += 1

    def remove(self, fd):
        gone = self.open.pop(fd, None)
        if gone:
            self.closed[gone[0]] += 1
        return gone

    def restore(self, fd, gone):
        self.open[fd] = gone
        self.closed[gone[0]] -= 1

    def lines(self):
        for name, opened in self.opened.items():
            left = sorted(number for number, entry in self.open.items() if entry[0] == name)
            numbers = ",".join(map(str, left))
            yield f"{name} opened={opened} closed={self.closed[name]} open={len(left)} numbers={numbers}"

    def duplicate(self, old, new, cloexec):
        if old == new:
            return
        if old in self.open:
            self.add(new, self.open[old][0], cloexec)
        else:
            self.remove(new)


def enter_close(table, call):
    """The kernel frees the number inside the call, so that another thread may
    have it before this one returns: it goes at the entry."""
    fd = call.number(0)
    gone = table.remove(fd)
    if gone:
        call.undo.append((fd, gone))


def return_close(table, call):
    if call.error == EBADF:
        for fd, gone in call.undo:
            table.restore(fd, gone)


def return_close_range(table, call):
    if call.result != 0:
        return
    first, last = call.number(0), call.number(1)
    for fd in [fd for fd in table.open if first <= fd and (last is None or fd <= last)]:
        if "CLOSE_RANGE_CLOEXEC" in call.text:
            table.open[fd][1] = True
        else:
            table.remove(fd)


def return_socket(table, call):
    table.add(call.result, socket_class(call.text), "SOCK_CLOEXEC" in call.text)


def return_socketpair(table, call):
    numbers = re.search(r"\[(\d+), (\d+)\]", call.text)
    for fd in numbers.groups():
        table.add(int(fd), socket_class(call.text), "SOCK_CLOEXEC" in call.text)


def return_accept(table, call):
    listener = table.open.get(call.number(0), ["other"])
    table.add(call.result, listener[0], "SOCK_CLOEXEC" in call.text)


def return_dup(table, call):
    table.duplicate(call.number(0), call.result, "O_CLOEXEC" in call.text)


def return_fcntl(table, call):
    if "F_DUPFD" in call.text:
        table.duplicate(call.number(0), call.result, "F_DUPFD_CLOEXEC" in call.text)
    elif "F_SETFD" in call.text and call.number(0) in table.open:
        table.open[call.number(0)][1] = "FD_CLOEXEC" in call.text


def return_execve(table, _):
    for fd in [fd for fd, (_, cloexec) in table.open.items() if cloexec]:
        table.remove(fd)


ENTRIES = {"close": enter_close}
RETURNS = {
    "close_range": return_close_range,
    "socket": return_socket,
    "socketpair": return_socketpair,
    "accept": return_accept,
    "accept4": return_accept,
    "dup": return_dup,
    "dup2": return_dup,
    "dup3": return_dup,
    "fcntl": return_fcntl,
    "execve": return_execve,
}


def account(lines):
    events = list(calls_of(lines))
    if not events:
        raise ValueError("no system call in it")
    threads = threads_of(events)
    table, running = Table(CLASSES), Table(("thread",))
    ended = set()  # a thread may end before the call that made it returns
    for moment, call in events:
        if call.tid not in threads:
            continue
        if moment == "return" and call.result in threads and "CLONE_THREAD" in call.text:
            running.add(call.result, "thread", False)
        if moment == "enter" and call.name == "exit":
            ended.add(call.tid)
        for tid in ended & running.open.keys():
            running.remove(tid)
            ended.remove(tid)
        if moment == "enter" and call.name == "exit_group":
            break  # what goes from here on goes with the process
        if moment == "enter" and call.name in ENTRIES:
            ENTRIES[call.name](table, call)
        elif moment == "return" and call.name == "close":
            return_close(table, call)
        elif moment == "return" and call.result is not None and call.result >= 0:
            RETURNS.get(call.name, lambda *_: None)(table, call)
    return table, running


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: totals.py LOG")
    try:
        with open(sys.argv[1], encoding="utf-8", errors="replace") as lines:
            tables = account(lines)
    except (OSError, ValueError) as error:
        sys.exit(f"totals.py: {sys.argv[1]}: {error}")
    for table in tables:
        for line in table.lines():
            print(line)


if __name__ == "__main__":
    main()
