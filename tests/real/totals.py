#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""totals.py LOG: what `strace -f -o LOG` saw of the sockets of its first process.

Prints one line per class: CLASS opened N closed N left N. A dup of a socket counts as one more.
Sockets that come through SCM_RIGHTS, and what io_uring does, are not followed.
The calls that must be in the log are printed by `totals.py --calls`.
"""

import re
import sys

CLASSES = ("udp", "tcp", "unix", "other")
CALLS = ("socket,socketpair,accept,accept4,dup,dup2,dup3,fcntl,ioctl,close,close_range,"
         "clone,clone3,fork,vfork,execve,exit,exit_group")
BIRTHS = ("clone", "clone3", "fork", "vfork")
LINE = re.compile(r"(\d+) +(?:<\.\.\. (\w+) resumed>(.*)|(\w+)\((.*))$")
RESULT = re.compile(r"^(.*)\) += +(-?\d+|\?)(.*)$")
UNFINISHED = re.compile(r"^(.*?) *<unfinished \.\.\.>$")


def socket_class(family, kind, protocol):
    if family == "AF_UNIX":
        return "unix"
    if family in ("AF_INET", "AF_INET6") and protocol != "IPPROTO_SCTP":
        return {"SOCK_DGRAM": "udp", "SOCK_STREAM": "tcp"}.get(kind.split("|")[0], "other")
    return "other"


class Table:
    """The descriptors of one process that are sockets."""

    def __init__(self, sockets=None):
        # fd -> [class, close-on-exec]
        self.sockets = {fd: list(entry) for fd, entry in (sockets or {}).items()}
        self.opened = dict.fromkeys(CLASSES, 0)
        self.closed = dict.fromkeys(CLASSES, 0)

    def open(self, fd, name, cloexec):
        self.close(fd)  # a number that comes again was closed by a call that is not in the log
        self.sockets[fd] = [name, cloexec]
        self.opened[name] += 1

    def close(self, fd):
        if fd in self.sockets:
            self.closed[self.sockets.pop(fd)[0]] += 1

    def copy(self, old, new, cloexec):
        """dup and its relatives: new stands for what old is, a socket or not."""
        if old == new:
            return
        self.close(new)
        if old in self.sockets:
            self.open(new, self.sockets[old][0], cloexec)

    def set_cloexec(self, fd, cloexec):
        if fd in self.sockets:
            self.sockets[fd][1] = cloexec

    def range(self, first, last, act):
        for fd in [fd for fd in self.sockets if first <= fd <= last]:
            act(fd)

    def execute(self):
        for fd in [fd for fd, (_, cloexec) in self.sockets.items() if cloexec]:
            self.close(fd)


class Log:
    """Follows the lines of a log: which thread shares which table."""

    def __init__(self):
        self.tables = {}  # thread -> Table
        self.first = None
        self.pending = {}  # thread -> text of an unfinished call
        self.clones = {}  # thread -> text of a clone that has not returned
        self.adopted = set()  # threads whose first line came before that return

    def table(self, thread):
        if thread not in self.tables and self.clones:
            parent, arguments = list(self.clones.items())[-1]
            self.adopted.add(thread)
            self.share(parent, arguments, thread)
        elif thread not in self.tables:
            self.tables[thread] = Table()
            self.first = self.first or self.tables[thread]
        return self.tables[thread]

    def share(self, parent, arguments, child):
        mine = self.table(parent)
        self.tables[child] = mine if "CLONE_FILES" in arguments else Table(mine.sockets)

    def line(self, text):
        match = LINE.match(text)
        if not match:
            return  # a signal, an exit
        thread = int(match[1])
        name, arguments = match[4], match[5]
        if match[2]:
            name = match[2]
            arguments = self.pending.pop(thread, "") + match[3]
        cut = UNFINISHED.match(arguments)
        if cut:
            self.pending[thread] = cut[1]
            self.enter(thread, name, cut[1])
            return
        whole = RESULT.match(arguments)
        if not whole:
            return
        if not match[2]:
            self.enter(thread, name, whole[1])
        self.clones.pop(thread, None)
        if whole[2] != "?" and int(whole[2]) >= 0:
            self.leave(thread, name, whole[1], int(whole[2]))

    def enter(self, thread, name, arguments):
        """The kernel frees a number early in close: another thread may get it before close returns."""
        if name == "close":
            self.table(thread).close(int(arguments.rstrip(")").split("<")[0]))
        elif name in BIRTHS:
            self.clones[thread] = arguments

    def leave(self, thread, name, text, result):
        if name in BIRTHS:
            if result not in self.adopted:
                self.share(thread, text, result)
            self.adopted.discard(result)
            return
        handler = getattr(self, "on_" + name, None)
        if handler:
            handler(self.table(thread), [part.strip() for part in text.split(",")], result)

    def on_socket(self, table, arguments, fd):
        name = socket_class(*arguments[:3])
        table.open(fd, name, "SOCK_CLOEXEC" in arguments[1])

    def on_socketpair(self, table, arguments, _result):
        name = socket_class(*arguments[:3])
        for fd in re.findall(r"\d+", " ".join(arguments[3:5])):
            table.open(int(fd), name, "SOCK_CLOEXEC" in arguments[1])

    def on_accept(self, table, arguments, fd):
        listener = table.sockets.get(int(arguments[0]), ["other"])
        table.open(fd, listener[0], "SOCK_CLOEXEC" in arguments[-1])

    on_accept4 = on_accept

    def on_dup(self, table, arguments, fd):
        table.copy(int(arguments[0]), fd, False)

    on_dup2 = on_dup

    def on_dup3(self, table, arguments, fd):
        table.copy(int(arguments[0]), fd, "O_CLOEXEC" in arguments[2])

    def on_fcntl(self, table, arguments, result):
        fd, command = int(arguments[0]), arguments[1]
        if command in ("F_DUPFD", "F_DUPFD_CLOEXEC"):
            table.copy(fd, result, command == "F_DUPFD_CLOEXEC")
        elif command == "F_SETFD":
            table.set_cloexec(fd, "FD_CLOEXEC" in arguments[2])

    def on_ioctl(self, table, arguments, _result):
        if arguments[1] in ("FIOCLEX", "FIONCLEX"):
            table.set_cloexec(int(arguments[0]), arguments[1] == "FIOCLEX")

    def on_close_range(self, table, arguments, _result):
        cloexec = "CLOSE_RANGE_CLOEXEC" in arguments[2]
        act = (lambda fd: table.set_cloexec(fd, True)) if cloexec else table.close
        table.range(int(arguments[0]), int(arguments[1]), act)

    def on_execve(self, table, _arguments, _result):
        table.execute()


def main(arguments):
    if arguments == ["--calls"]:
        print(CALLS)
        return
    if len(arguments) != 1:
        sys.exit(__doc__)
    log = Log()
    with open(arguments[0], encoding="utf-8", errors="replace") as lines:
        for line in lines:
            log.line(line.rstrip("\n"))
    table = log.first or Table()
    for name in CLASSES:
        left = sum(1 for kind, _ in table.sockets.values() if kind == name)
        print(f"{name} opened {table.opened[name]} closed {table.closed[name]} left {left}")


main(sys.argv[1:])
