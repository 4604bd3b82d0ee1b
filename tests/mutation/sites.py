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
NAMED = re.compile(r'^(?:#define (\w+)|static const char .*?\b(\w+)(?:\[\])? =) *"([^"]*)"', re.M)
SETS_UP = re.compile(r'\b(timer|callback)_init\(&\w+->(\w+),[^"();]*"([^"]+)"')
SPAWNS = re.compile(r"\btask_spawn\([^&;]*&(\w+),[^;]*&\w+->(\w+)\)")
TASK_CLASS = re.compile(r'struct task_class (\w+) = \{(?:[^}]*?\.name = )?"([^"]+)"')
SCOPE = re.compile(r'\btrack_scope_open\((\w+), "([^"]+)"')
OBJECT_CLASS = re.compile(r'struct object_class \w+ = \{(?:[^}]*?\.name = )?"([^"]+)"')
HANDLER = re.compile(r"->(\w+)\.(?:deliver|run) = (\w+);")
FUNCTION = re.compile(r"^[a-z][^;=#]*?\b(\w+)\([^;]*$", re.M)


class Site:
    def __init__(self, path, line, last_line, text, start, end, function):
        self.path, self.line, self.last_line, self.text = path, line, last_line, text
        self.start, self.end, self.function = start, end, function
        self.thing = None
        self.callee = re.match(r"\w+", text).group()
        self.tag = {"waker_drop": "waker", "watch_remove": "watch", "library_leave": "token", "token_drop": "token"}.get(self.callee)

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


def holders(source):
    """{identifier: text} of the names that holders have in a file."""
    names = {a or b: text for a, b, text in NAMED.findall(source)}
    # A second one in the same declaration.
    names.update(re.findall(r'\b(\w+_holder)\[\] = "([^"]*)"', source))
    return names


def members(source, room):
    """{member: (kind, class)} of the timers, callbacks and tasks that are members of something; room:
    all text that its classes may be in."""
    found = {member: (kind, cls) for kind, member, cls in SETS_UP.findall(source)}
    classes = dict(TASK_CLASS.findall(room))
    for cls, member in SPAWNS.findall(source):
        if cls in classes:
            found[member] = ("task", classes[cls])
    return found


def resolve(found, sources):
    """Says of each site which holder it is about, and which thing it cancels or drops by its name.
    sources: {path: text}"""
    for site in found:
        paths = [path for path in sources if path.split("/")[0] == site.path.split("/")[0]]
        room = "\n".join(sources[path] for path in paths)
        known = {}
        for path in paths + [site.path]:
            known.update(members(sources[path], room))  # the file's own come last, and win
        if "release" in site.callee:
            literal = re.search(r'"([^"]*)"', site.text)
            names = holders(sources[site.path])
            words = [word for word in re.findall(r"\w+", site.text)[1:] if word in names]
            site.tag = literal.group(1) if literal else names[words[-1]] if words else None
        member = re.search(r"(?:->|\.)(\w+)[,)]", site.text)
        site.thing = known.get(member.group(1)) if member else None
        # A handle that the code has in a local variable: the only one of that kind in the file.
        if not site.thing and re.match(r"(task|timer)_cancel|callback_\w+", site.callee):
            own = {thing for thing in members(sources[site.path], room).values() if site.callee.startswith(thing[0])}
            site.thing = own.pop() if len(own) == 1 else None
        # What is taken out of another thing: the last of several arguments.
        taken = re.search(r", (\w+)\)$", site.text)
        scopes = {name: ("scope", cls) for path in paths for name, cls in SCOPE.findall(sources[path])}
        if taken and not site.thing:
            site.thing = scopes.get(taken.group(1))
        objects = set(OBJECT_CLASS.findall(sources[site.path]))
        if "->object," in site.text and len(objects) == 1:
            site.thing = ("object", objects.pop())


def bodies(source):
    """{function: text of its body}"""
    begins = [(match.start(), match.group(1)) for match in FUNCTION.finditer(source)]
    return {name: source[begin:end] for (begin, name), (end, _) in zip(begins, begins[1:] + [(len(source), "")])}


def helpers(sources):
    """{function: {(path, function)}}: itself and what does its work with it, in the same file: functions that it
    calls, and those that are called later for the jobs and events it hands over."""
    found = {}
    for path, source in sources.items():
        texts, handlers = bodies(source), dict(HANDLER.findall(source))
        steps = {name: ({word for word in re.findall(r"\b(\w+)\(", text) if word in texts} |
                        {handlers[member] for member in re.findall(r"&\w+->(\w+)\)", text) if member in handlers})
                 for name, text in texts.items()}
        for name in texts:
            reached, waiting = {name}, [name]
            while waiting:
                more = steps.get(waiting.pop(), set()) - reached
                reached |= more
                waiting += more
            found.setdefault(name, set()).update((path, one) for one in reached)
    return found


def spread(found, sources):
    """What a call's function itself releases and drops is the call's too, at once or by what it hands over
    to be done later. Not of the room run, which does it for everybody."""
    reached = helpers(sources)

    def below(site, depth):
        inner = [other for other in found if (other.path, other.function) in reached.get(site.callee, set()) and
                 not other.path.startswith("run/")]
        inner = [other for other in inner if other.path == site.path] or inner
        tags, things = {site.tag} - {None}, {site.thing} - {None}
        for other in inner if depth else []:
            more_tags, more_things = below(other, depth - 1)
            tags, things = tags | more_tags, things | more_things
        return tags, things

    for site in found:
        site.tags, site.things = below(site, 4)
        # Whose name it was given.
        if "release" in site.callee and not site.tag:
            site.tags |= {other.tag for other in found if other.callee == site.function} - {None}


def guarded(source, sites, first):
    """The source with each site under a condition; lines stay where they are."""
    for i, site in reversed(list(enumerate(sites))):
        source = (source[:site.start] + f"do {{ if (mutant_keeps({first + i})) {{ " +
                  source[site.start:site.end] + " } } while (0);" + source[site.end:])
    return source
