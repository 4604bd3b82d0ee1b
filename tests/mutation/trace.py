# SPDX-License-Identifier: Apache-2.0
"""What a trace says: its findings with all that they name, and what ended at which line."""
import os
import re
import sqlite3

GATE = {"broken", "leaked", "growing", "unclosed"}
STRICT = {"suspect", "recheck", "at-exit"}
FRAMES = ("SELECT f.function, f.file, f.line FROM stack_frame sf JOIN frame f ON f.location_id = sf.location_id "
          "WHERE sf.stack_id = ?")
DEATHS = ("SELECT DISTINCT d.kind, d.class, f.file, f.line FROM (SELECT kind, class, death_stack FROM resource "
          "UNION SELECT kind, class, death_stack FROM lifetime_statistics) d "
          "JOIN stack_frame sf ON sf.stack_id = d.death_stack JOIN frame f ON f.location_id = sf.location_id "
          "WHERE f.file LIKE '%/dcstack/%'")
EVIDENCE = ("SELECT e.role, e.stack_id, r.kind, r.class, a.stack_id FROM evidence e LEFT JOIN resource r ON r.id = "
            "e.resource_id LEFT JOIN act a ON a.id = e.act_id WHERE e.finding_id = ?")


def room_path(file):
    """samples/dcstack/ice/agent.c: ice/agent.c"""
    return file.rpartition("/dcstack/")[2] if file else ""


class Finding:
    def __init__(self, db, row):
        (finding, self.rule, self.state, kind, cls, self.fingerprint, self.message, stack, culprit, file) = row
        self.things = {(kind, cls)}
        self.functions = {(culprit, room_path(file))}
        self.tags = set()
        stacks = {stack}
        for role, shown, thing, name, acted in db.execute(EVIDENCE, (finding,)):
            self.things.add((thing, name))
            stacks |= {shown, acted}
            self.tags |= set(re.findall(r'held by "([^"]*)"', role))
        self.tags |= set(re.findall(r"[(,] ?([a-z][a-z -]*) \d+(?=[,)])", self.message))
        for stack in stacks - {None}:
            self.functions |= {(function, room_path(file)) for function, file, _ in db.execute(FRAMES, (stack,))}


def opened(path):
    return sqlite3.connect(f"file:{path}?mode=ro", uri=True)


def findings(path):
    """Those that fail a gate, or a strict one."""
    if not os.path.exists(path):
        return []
    db = opened(path)
    try:
        rows = db.execute("SELECT id, rule, state, kind, class, fingerprint, message, stack_id, culprit_function, "
                          "culprit_file FROM finding ORDER BY rank").fetchall()
        return [Finding(db, row) for row in rows if row[2] in GATE | STRICT]
    except sqlite3.Error:
        return []
    finally:
        db.close()


def deaths(path):
    """{(file, line): {(kind, class)}}: what ended below that line."""
    ended = {}
    db = opened(path)
    for kind, cls, file, line in db.execute(DEATHS):
        ended.setdefault((room_path(file), line), set()).add((kind, cls))
    db.close()
    return ended
