# SPDX-License-Identifier: Apache-2.0
"""Takes one release, close, cancel, fire or join call after the other out of samples/dcstack, and asks
whether rtctrack tells of it.

All mutants are in one build of dc-loopback and dc-scenario, made from a copy of the tree: each such call
stands under a condition (mutants.h), and MUTANT says which one is not done. A mutant is tried on the
programs that come by its call: dc-loopback over UDP and TCP, and fixed forms of scenarios.

It changes behaviour if, twice, a program differs from every run without it: exit code, hang, crash, what
it prints, with dc-loopback's account of descriptors and threads and dc-scenario's of all that it counts.
It is reported if there is a finding, not there without it, that fails a gate or a strict one (but of a
program that a signal ended, nothing that was merely alive at the end). It is reported with the right function if such a finding shows the function
that the call was taken from, as culprit or in a stack; or a reference that it released, by tag; or,
itself or in its chain, a thing (kind and class) that in the unmutated program ends in that call, or that
the source says the call cancels, drops or releases. What only hangs is counted apart as well: it has no finding
before somebody explains hangs."""
import argparse
import collections
import concurrent.futures
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

import sites
import trace

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
MUTANTS_MAX = 4096
GRACE = "0.3"
TIME_LIMIT = 6
PATIENCE_MS = 1000  # of every cleanup in both programs, instead of ten seconds
BASELINES = 3
HANG, CRASH = "hang", "crash"


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", metavar="FILE", help="only these, as room/file.c")
    parser.add_argument("--sample", type=int, metavar="N", help="so many, evenly over all")
    parser.add_argument("--programs", type=int, default=4, metavar="N", help="for a mutant at most (default 4)")
    parser.add_argument("--build", default=os.path.join(ROOT, "build", "release"), help="has rtctrack")
    parser.add_argument("--folder", default=os.path.join(ROOT, "build", "mutation-dcstack"), help="to build in")
    parser.add_argument("--fresh", action="store_true", help="forget the results of an earlier run")
    parser.add_argument("--floor", type=float, default=95, help="exit 1 below so many percent (default 95)")
    parser.add_argument("--only", type=int, action="append", metavar="NUMBER", help="only this mutant")
    parser.add_argument("--keep", metavar="FOLDER", help="leave the traces there")
    return parser.parse_args()


# The build.

def write_if_new(path, text):
    if os.path.exists(path) and open(path).read() == text:
        return
    with open(path, "w") as out:
        out.write(text)


def copy_tree(tree):
    """A file that did not change keeps its time, so that little is built again."""
    names = subprocess.run(["git", "-C", ROOT, "ls-files", "-co", "--exclude-standard", "CMakeLists.txt",
                            "CMakePresets.json", "libtrack", "cli", "samples", "tests/CMakeLists.txt"],
                           check=True, capture_output=True, text=True).stdout.split()
    for name in names:
        if not os.path.isfile(os.path.join(ROOT, name)):
            continue
        os.makedirs(os.path.dirname(os.path.join(tree, name)), exist_ok=True)
        if name.startswith("samples/dcstack/") and name.endswith(".c"):
            continue
        with open(os.path.join(ROOT, name), encoding="utf-8", errors="surrogateescape") as source:
            text = source.read()
        if name == "samples/loopback/main.c" or name.startswith("samples/scenarios/"):
            text = re.sub(r"\bCLEANUP_MS = \d+", f"CLEANUP_MS = {PATIENCE_MS}", text)
        write_if_new(os.path.join(tree, name), text)


def mutate(tree):
    """Writes the sources with every call under its condition; returns the sites."""
    found, sources = [], {}
    names = subprocess.run(["git", "-C", ROOT, "ls-files", "samples/dcstack/*.c"], check=True, capture_output=True,
                           text=True).stdout.split()
    for name in names:
        with open(os.path.join(ROOT, name)) as source:
            text = source.read()
        sources[name.removeprefix("samples/dcstack/")] = text
        of_file = sites.find(name.removeprefix("samples/dcstack/"), text)
        text = sites.guarded(text, of_file, len(found))
        head = f'#include "{HERE}/mutants.h"\n#line 1 "{os.path.join(tree, name)}"\n'
        write_if_new(os.path.join(tree, name), head + text)
        found += of_file
    sites.resolve(found, sources)
    sites.spread(found, sources)
    if len(found) > MUTANTS_MAX:
        sys.exit("mutants.h has room for fewer mutants")
    return found


def build(folder):
    tree, made = os.path.join(folder, "tree"), os.path.join(folder, "build")
    copy_tree(tree)
    found = mutate(tree)
    steps = [["cmake", "-S", tree, "-B", made, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=RelWithDebInfo",
              "-DTRACK_TESTS=OFF", "-DCMAKE_C_FLAGS=-fno-optimize-sibling-calls"],
             ["cmake", "--build", made, "-j2", "--target", "dc-loopback", "dc-scenario"]]
    for step in steps:
        done = subprocess.run(step, capture_output=True, text=True)
        if done.returncode:
            sys.exit("the mutants do not build:\n" + done.stdout[-3000:] + done.stderr[-3000:])
    return found, os.path.join(made, "samples")


# The programs.

def programs(samples):
    """{name: command}; all end by themselves."""
    loopback = [os.path.join(samples, "loopback", "dc-loopback"), "--sessions", "5", "--marks", "--account", "5"]
    scenario = os.path.join(samples, "scenarios", "dc-scenario")
    table = {"loopback": loopback, "loopback --tcp": loopback + ["--tcp"],
             "loopback --trickle": loopback + ["--trickle"]}
    for row in subprocess.run([scenario, "--list"], capture_output=True, text=True, check=True).stdout.splitlines():
        name = row.split("\t")[0]
        table[name] = [scenario, name, "--form", "fixed", "--grace", GRACE]
    return table


def seen(code, out):
    """How a run went, for comparison: without what differs each time."""
    out = re.sub(r"(rss_kb|seconds|messages_per_second|megabytes_per_second)=\S+", "", out)
    return json.dumps([code, sorted(set(out.splitlines()))])


class Tool:
    def __init__(self, build_folder, work):
        self.rtctrack, self.work = os.path.join(build_folder, "cli", "rtctrack"), work

    def record(self, command, number, label):
        """Runs it recorded; returns (outcome, what was seen, trace)."""
        path = os.path.join(self.work, re.sub(r"\W+", "-", label) + ".db")
        environment = dict(os.environ, LC_ALL="C", NO_COLOR="1")
        if number is not None:
            environment["MUTANT"] = str(number)
        if os.path.exists(path):
            os.unlink(path)
        done = subprocess.run(["timeout", "-k", "2", str(2 * TIME_LIMIT + 10), self.rtctrack, "run", "--quiet",
                               "--grace", GRACE, "--timeout", str(TIME_LIMIT), "-o", path, "--", *command],
                              env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              errors="replace", cwd=self.work)
        code = done.returncode
        outcome = HANG if code in (124, 143, 137) else CRASH if code >= 128 else str(code)
        return outcome, seen(outcome, "" if outcome in (HANG, CRASH) else done.stdout), path


class Baseline:
    """What a program does without a mutant: every way it was seen to go, its findings, what ends where."""

    def __init__(self, tool, name, command):
        self.ways, self.known, self.ended = set(), set(), {}
        self.reached = self.reach(tool, name, command)
        for i in range(BASELINES):
            _, way, path = tool.record(command, None, f"{name} {i} baseline")
            self.ways.add(way)
            self.known |= {finding.fingerprint for finding in trace.findings(path)}
            for place, things in trace.deaths(path).items():
                self.ended.setdefault(place, set()).update(things)
            os.unlink(path)

    @staticmethod
    def reach(tool, name, command):
        path = os.path.join(tool.work, re.sub(r"\W+", "-", name) + ".reached")
        with open(path, "wb") as file:
            file.truncate(MUTANTS_MAX)
        subprocess.run(command, env=dict(os.environ, MUTANTS_REACHED=path), stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, timeout=60)
        with open(path, "rb") as file:
            return {i for i, byte in enumerate(file.read()) if byte}


def ended_at(baselines, site):
    things = set(site.things)
    for baseline in baselines.values():
        for line in range(site.line, site.last_line + 1):
            things |= baseline.ended.get((site.path, line), set())
    # The scope and the object of one class are one thing.
    return things | {(kind, cls) for of, cls in things if of in ("scope", "object") for kind in ("scope", "object")}


# A mutant.

def names(finding, site, ended):
    """By what the finding names the right function: function, holder, class; or None."""
    if (site.function, site.path) in finding.functions:
        return "function"
    if site.tags & finding.tags:
        return "holder"
    if finding.things & ended:
        return "class"
    return None


def chosen_programs(baselines, number, most):
    """The loopbacks first, then scenarios, the same for the same number."""
    near = [name for name, baseline in baselines.items() if number in baseline.reached]
    first = [name for name in near if name.startswith("loopback")][:2]
    rest = [name for name in near if name not in first]
    rest.sort(key=lambda name: hashlib.md5(f"{name}".encode()).digest())
    rest.sort(key=lambda name: len(baselines[name].reached))  # what is rare is special
    return first + rest[:max(0, most - len(first))]


def try_mutant(tool, table, baselines, site, number, most):
    result = {"name": site.name(), "function": site.function, "changes": [], "told": [], "by": None, "programs": [],
              "hangs": True}
    ended = ended_at(baselines, site)
    for program in chosen_programs(baselines, number, most):
        baseline = baselines[program]
        outcome, way, path = tool.record(table[program], number, f"{number} {program}")
        result["programs"].append(program)
        new = [finding for finding in trace.findings(path) if finding.fingerprint not in baseline.known and
               (finding.state != "at-exit" or outcome not in (HANG, CRASH))]
        if way not in baseline.ways and tool.record(table[program], number, f"{number} {program} again")[1] not in baseline.ways:
            text = json.loads(way)[1]
            result["hangs"] &= outcome == HANG
            result["changes"].append(f"{program}: {outcome} {' / '.join(text)[:160]}")
        for finding in new:
            by = names(finding, site, ended)
            result["told"].append(f"{program}: {finding.state} {finding.rule} {finding.message[:120]} [{by}]")
            if by and (not result["by"] or ["function", "holder", "class"].index(by) <
                       ["function", "holder", "class"].index(result["by"])):
                result["by"] = by
    return result


def verdict(result):
    if not result["programs"]:
        return "unreached"
    if result["by"]:
        return "named"
    if result["told"]:
        return "told"
    return "missed" if result["changes"] else "equivalent"


def show(number, result):
    print(f"{verdict(result):<10} #{number} {result['name']} in {result['function']}"
          + (f"  by {result['by']}" if result["by"] else ""))
    if verdict(result) in ("missed", "told"):
        for line in result["changes"][:3] + result["told"][:3]:
            print(f"           {line}")
    sys.stdout.flush()


# The whole.

def stamp(samples, build_folder):
    """Results of other programs, of another rtctrack or of another judgement count for nothing."""
    digest = hashlib.sha256()
    for path in (os.path.join(samples, "loopback", "dc-loopback"), os.path.join(samples, "scenarios", "dc-scenario"),
                 os.path.join(build_folder, "cli", "rtctrack"), os.path.join(build_folder, "libtrack", "shim", "libtrack.so"),
                 *(os.path.join(HERE, name) for name in ("mutants.py", "sites.py", "trace.py"))):
        with open(path, "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()


def earlier(path, mark):
    try:
        with open(path) as file:
            lines = [json.loads(line) for line in file if line.endswith("\n")]
    except (OSError, ValueError):
        return {}
    return {line["number"]: line for line in lines[1:]} if lines and lines[0] == {"stamp": mark} else {}


def summarise(results, floor):
    count = collections.Counter(verdict(result) for result in results)
    by = collections.Counter(result["by"] for result in results if result["by"])
    silent = sum(1 for result in results if verdict(result) in ("named", "told") and not result["changes"])
    changing = sum(1 for result in results if result["changes"])
    named = sum(1 for result in results if result["changes"] and result["by"])
    hanging = [r for r in results if r["changes"] and r["hangs"] and not r["by"]]
    percent = 100 * named / changing if changing else 100
    judged = changing - len(hanging)
    percent_judged = 100 * named / judged if judged else 100
    for result in results:
        if verdict(result) == "missed":
            print(f"MISSED     {result['name']} in {result['function']}")
    print(f"mutants: {len(results)}, not built 0, not reached {count['unreached']}, nothing observable "
          f"{count['equivalent']}, reported though no program shows it {silent}")
    print(f"mutants: {changing} change behaviour: {named} reported with the right function ({percent:.1f} %), "
          f"{sum(1 for r in results if r['changes'] and r['told'] and not r['by'])} reported otherwise, {count['missed']} missed"
          f" (all named: by function {by['function']}, by holder {by['holder']}, by class {by['class']})")
    print(f"mutants: {len(hanging)} of those not named only hang; without them {named} of {judged} "
          f"({percent_judged:.1f} %)")
    enough = percent_judged >= floor
    print(f"{'ok     ' if enough else 'FAIL   '} mutation dcstack: {percent_judged:.1f} % of those that change behaviour "
          f"and do not only hang are reported with the right function (at least {floor:g} %)")
    return enough


def main():
    options = parse()
    options.build, options.folder = os.path.abspath(options.build), os.path.abspath(options.folder)
    at_once = int(os.environ.get("MUTANTS_AT_ONCE", "8"))
    os.makedirs(options.folder, exist_ok=True)
    found, samples = build(options.folder)
    table = programs(samples)
    numbers = [i for i, site in enumerate(found) if not options.files or site.path in options.files]
    numbers = [i for i in numbers if not options.only or i in options.only]
    if options.sample and options.sample < len(numbers):
        numbers = [numbers[i * len(numbers) // options.sample] for i in range(options.sample)]
    work = options.keep or tempfile.mkdtemp(prefix="mutants")
    os.makedirs(work, exist_ok=True)
    tool = Tool(options.build, work)
    results_path, mark = os.path.join(options.folder, "results"), stamp(samples, options.build)
    results = {} if options.fresh or options.only else earlier(results_path, mark)
    try:
        with concurrent.futures.ThreadPoolExecutor(at_once) as pool, open(results_path, "w") as kept:
            kept.write(json.dumps({"stamp": mark}) + "\n")
            for result in results.values():
                kept.write(json.dumps(result) + "\n")
            baselines = dict(zip(table, pool.map(lambda name: Baseline(tool, name, table[name]), table)))
            jobs = {pool.submit(try_mutant, tool, table, baselines, found[i], i, options.programs): i
                    for i in numbers if i not in results}
            for job in concurrent.futures.as_completed(jobs):
                number = jobs[job]
                results[number] = dict(job.result(), number=number)
                kept.write(json.dumps(results[number]) + "\n")
                kept.flush()
                show(number, results[number])
    finally:
        if not options.keep:
            shutil.rmtree(work, ignore_errors=True)
    return 0 if summarise([results[i] for i in numbers], options.floor) else 1


if __name__ == "__main__":
    sys.exit(main())
