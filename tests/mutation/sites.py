# SPDX-License-Identifier: Apache-2.0
"""The calls of a C file that end, give back or take away something, and the same file with each
of them under a condition."""
import re

ENDS = ("release release_by drop drop_kept remove cancel fire done leave end finish finish_all destroy close "
        "closed stop shut shutdown join reset forget forget_all forget_description detach prune free_all "
        "refuse end_receive").split()
CALL = re.compile(r"\b(?:[a-z]\w*_(?:" + "|".join(ENDS) + r")|close|shutdown)\b\s*\(")
# What is no lifetime that rtctrack follows: its own annotations, locks, plain memory; and setters.
PASSED = re.compile(r"track_|stack_leave|pthread_(?!join)|dc_channel_on_|(byte_queue|udp_queue|deframer|backlog)_finish")
FUNCTION = re.compile(r"^[a-z][^;=#]*?\b(\w+)\([^;]*$", re.M)


class Site:
    def __init__(self, path, line, last_line, text, start, end, function):
        self.path, self.line, self.last_line, self.text = path, line, last_line, text
        self.start, self.end, self.function = start, end, function
        self.callee = re.match(r"\w+", text).group()
        tag = re.search(r'"([^"]*)"', text)
        self.tag = tag.group(1) if tag and "release" in self.callee else \
            {"waker_drop": "waker", "watch_remove": "watch", "library_leave": "token"}.get(self.callee)

    def name(self):
        return f"{self.path}:{self.line} {self.callee}" + (f' "{self.tag}"' if self.tag else "")


def blank(match):
    return re.sub(r"[^\n]", " ", match.group())


def closing(text, at):
    """Behind the parenthesis that closes the one at `at`, or -1."""
    depth = 0
    for i in range(at, len(text)):
        depth += {"(": 1, ")": -1}.get(text[i], 0)
        if depth == 0:
            return i + 1
    return -1


def is_statement(before):
    """Does a statement begin behind this text?"""
    before = before.rstrip()
    if before.endswith((";", "{", "}")) or re.search(r"\b(else|do)$", before):
        return True
    if before.endswith(":"):
        return bool(re.match(r"\s*(case .*|\w+):$", before[before.rfind("\n") + 1:]))
    if not before.endswith(")"):
        return False
    depth = 0
    for i in range(len(before) - 1, -1, -1):
        depth += {")": 1, "(": -1}.get(before[i], 0)
        if depth == 0:
            return bool(re.search(r"\b(if|while|for)\s*$", before[:i]))
    return False


def find(path, source):
    """The sites of a file, in order."""
    plain = re.sub(r"/\*.*?\*/", blank, source, flags=re.S)
    code = re.sub(r'"(\\.|[^"\\\n])*"', blank, plain)
    code = re.sub(r"^\s*#.*(\\\n.*)*", blank, code, flags=re.M)
    functions = [(m.start(), m.group(1)) for m in FUNCTION.finditer(code)]
    found = []
    for match in CALL.finditer(code):
        end = closing(code, match.end() - 1)
        start = match.start()
        if code[:start].endswith("(void)"):
            start -= len("(void)")
        if PASSED.match(match.group()) or end < 0 or code[end:end + 1] != ";" or not is_statement(code[:start]):
            continue
        inside = [name for at, name in functions if at < start]
        line = source.count("\n", 0, start) + 1
        found.append(Site(path, line, source.count("\n", 0, end) + 1, source[match.start():end], start, end + 1,
                          inside[-1] if inside else "?"))
    return found


def guarded(source, sites, first):
    """The source with each site under a condition; lines stay where they are."""
    for i, site in reversed(list(enumerate(sites))):
        source = (source[:site.start] + f"do {{ if (mutant_keeps({first + i})) {{ " +
                  source[site.start:site.end] + " } } while (0);" + source[site.end:])
    return source
