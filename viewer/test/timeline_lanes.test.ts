// SPDX-License-Identifier: Apache-2.0
import { beforeAll, describe, expect, it } from "vitest";
import { geometryOf, heightOf, hitAt, neighbour } from "../src/timeline/geometry";
import { readFacts, readFinding } from "../src/timeline/facts";
import {
  ancestorKeys, type Choice, laneAt, lanesOf, NO_CHOICE, place, type Lane,
} from "../src/timeline/lanes";
import { nextMatch, NEIGHBOUR, search, type LifeRow } from "../src/timeline/search";
import { Store } from "../src/timeline/store";
import type { Model, PathRow, ProcessRow } from "../src/timeline/model";
import { familiesOf } from "../src/timeline/processes";
import { madeTrace, type MadeDatabase } from "./made";

const TOLD = { endNs: 10_000, graceNs: 1000 };

/** Two sessions of a connection with an agent; a socket of each outlives it, or not. */
const SESSIONS = `
UPDATE process SET end_ns = 11000;
INSERT INTO resource (id, process_id, kind, class, subject, generation, birth_ns, birth_tid,
                      birth_call, death_ns, inherited, owner_id, hint_id, close_ns, closed_ns)
VALUES (1, 1, 'scope', 'connection', 10, 1, 1100, 5, '', 4000, 0, NULL, NULL, 3000, 3100),
       (2, 1, 'scope', 'agent', 11, 1, 1200, 5, '', 3500, 0, 1, NULL, 2900, 3000),
       (3, 1, 'fd', 'udp', 7, 1, 1300, 5, 'socket', NULL, 0, 2, NULL, NULL, NULL),
       (4, 1, 'scope', 'connection', 12, 1, 5000, 5, '', 9000, 0, NULL, NULL, 8000, 8100),
       (5, 1, 'scope', 'agent', 13, 1, 5100, 5, '', 8500, 0, 4, NULL, 7900, 8000),
       (6, 1, 'fd', 'udp', 8, 1, 5200, 5, 'socket', 7950, 0, 5, NULL, NULL, NULL),
       (7, 1, 'fd', 'file', 3, 1, 1001, 5, 'open', 1050, 0, NULL, NULL, NULL, NULL),
       (8, 1, 'fd', 'pipe', 4, 1, 1002, 5, 'pipe', NULL, 0, NULL, NULL, NULL, NULL),
       (9, 1, 'thread', 'thread', 99, 1, 5300, 5, 'pthread_create', 8000, 0, NULL, 4, NULL, NULL);
UPDATE resource SET local_address = '127.0.0.1:5000', birth_stack = 1 WHERE id = 3;
INSERT INTO stack VALUES (1, 1, 1, 1300, x'');
INSERT INTO location VALUES (1, '/bin/app', '', 100);
INSERT INTO frame VALUES (1, 0, 'bind_socket', 'net/carrier.c', 12);
INSERT INTO stack_frame VALUES (1, 0, 1);
INSERT INTO reference (id, resource_id, holder_id, tag, waker, retained, released, first_ns, last_ns)
VALUES (1, 3, 2, 'selected pair', 0, 1, 0, 1400, 1400);
INSERT INTO finding (id, rank, rule, state, kind, class, count, fingerprint, message, process_id)
VALUES (1, 1, 'fd-leak', 'leaked', 'fd', 'udp', 1, 'abcd', 'a socket outlived its agent', 1);
INSERT INTO evidence (finding_id, position, resource_id, role)
VALUES (1, 0, 3, 'created at'), (1, 1, 2, 'its agent was closed');
INSERT INTO mark VALUES (1, 100, 4500, 'session 1');
INSERT INTO lifetime_statistics (process_id, kind, class, birth_call, death_call, ending, count,
  total_ns, min_ns, max_ns, first_birth_ns, last_death_ns, traffic_count, out_count, in_count,
  out_bytes, in_bytes)
VALUES (1, 'timer', 'check', '', '', 'fired', 1500, 9000, 1, 9, 1200, 9000, 0, 0, 0, 0, 0);
INSERT INTO standing (process_id, tid, time_ns, wait, timed, call, since_ns)
VALUES (1, 5, 10500, 'mutex', 0, 'pthread_mutex_lock', 9500);`;

function named(lanes: Lane[], label: string): Lane {
  const lane = lanes.find((one) => one.label === label);
  if (!lane) throw new Error(`no lane ${label}: ${lanes.map((one) => one.label).join(", ")}`);
  return lane;
}

async function opened(db: MadeDatabase): Promise<Store> {
  const store = new Store(db, TOLD, () => undefined);
  await store.open();
  return store;
}

describe("the lanes of two sessions", () => {
  let db: MadeDatabase;
  let store: Store;
  const lanes = (choice: Partial<Choice> = {}) =>
    lanesOf(store.model!, { ...NO_CHOICE, ...choice }, store);

  beforeAll(async () => {
    db = await madeTrace(SESSIONS);
    store = await opened(db);
  });

  it("nest by owner, and count over all sessions", () => {
    const found = lanes();
    expect(named(found, "connection")).toMatchObject({ depth: 1, count: 2, kind: "scope" });
    expect(named(found, "agent")).toMatchObject({ depth: 2, count: 2 });
    expect(named(found, "udp")).toMatchObject({ depth: 3, count: 2, hint: false });
  });

  it("show what only a hint places as a hint", () => {
    expect(named(lanes(), "thread")).toMatchObject({ depth: 2, hint: true });
  });

  it("do not say of a sample that it belongs to nobody: that is not known yet", () => {
    const own = store.model!.paths.filter((row) => row.kind === "fd" && row.parent === null);
    const sample = lanesOf({ ...store.model!, paths: own, weight: 125 }, NO_CHOICE);
    expect(named(sample, "fd")).toMatchObject({ depth: 1, about: true });
  });

  it("group what belongs to nobody by kind", () => {
    const group = named(lanes(), "fd, of no scope");
    expect(group).toMatchObject({ depth: 1, count: 2, open: false });
    const found = lanes({ toggled: new Set([group.key]) });
    expect(named(found, "file")).toMatchObject({ depth: 2 });
    expect(store.data(group)!.bars!.count).toBe(2);
  });

  it("carry a finding up to the process, and its member knows since when it should be gone", () => {
    const found = lanes();
    for (const label of ["connection", "agent", "udp"])
      expect(named(found, label)).toMatchObject({ flagged: 1, state: "leaked" });
    expect(found[0]).toMatchObject({ flagged: 1, state: "leaked" });
    expect(named(found, "udp").flags[0]).toMatchObject({ id: 3, over: 2000, fingerprint: "abcd" });
    expect(named(found, "udp").flags[0]).toMatchObject({ death: 10_000, alive: true });
  });

  it("show findings of what is folded in a lane that is shut", () => {
    const key = named(lanes(), "agent").key;
    const shut = named(lanes({ toggled: new Set([key]) }), "agent");
    expect(shut.open).toBe(false);
    expect(shut.below.map((flag) => flag.id)).toEqual([3]);
  });

  it("keep a scope's close, and nobody else's", () => {
    const bars = store.data(named(lanes(), "connection"))!.bars!;
    expect([...bars.close]).toEqual([2000, 7000]);
    expect([...bars.closed]).toEqual([2100, 7100]);
    expect(store.data(named(lanes(), "udp"))!.bars!.close[0]).toBeNaN();
  });

  it("say what is kept as sums only, and where threads waited", () => {
    expect(named(lanes(), "kept as sums only")).toMatchObject({ count: 1500, about: true });
    expect(store.model!.waits[0]).toMatchObject({ what: "pthread_mutex_lock", since: 8500, until: 9500 });
    expect(store.model!.marks).toEqual([{ time: 3500, text: "session 1" }]);
  });

  it("keep the way to what a filter asks for, and leave the rest out", () => {
    const tasks = lanes({ kinds: new Set(["thread"]) }).map((lane) => lane.label);
    expect(tasks).toContain("connection");
    expect(tasks).toContain("thread");
    expect(tasks).not.toContain("udp");
    const only = lanes({ onlyFindings: true }).map((lane) => lane.label);
    expect(only).toContain("udp");
    expect(only).not.toContain("thread");
    expect(lanes({ text: "AGE" }).map((lane) => lane.label)).toContain("agent");
    expect(lanes({ text: "no such class" })).toEqual([]);
    expect(lanes({ states: new Set(["leaked"]) }).map((lane) => lane.label)).toContain("udp");
  });

  it("go one by one, and into one lifetime", async () => {
    const each = named(lanes(), "one by one");
    const row = store.model!.paths.find((path) => path.cls === "connection")!;
    await store.more(row.path);
    await store.look(4);
    const found = lanes({ toggled: new Set([each.key, "i4"]) });
    const one = found.findIndex((lane) => lane.key === "i4");
    expect(found[one]).toMatchObject({ depth: 3, open: true });
    const inner = found.slice(one + 1, one + 4);
    expect(inner.map((lane) => lane.label).sort()).toEqual(["agent", "thread", "udp"]);
    const udp = inner.find((lane) => lane.label === "udp")!;
    expect([...store.data(udp)!.bars!.id]).toEqual([6]);
  });

  it("say of each lifetime what findings name below it, and have those first", async () => {
    const row = store.model!.paths.find((path) => path.cls === "connection")!;
    await store.more(row.path);
    await store.look(1);
    const found = lanes({ toggled: new Set([named(lanes(), "one by one").key, "i1"]) });
    const ones = found.filter((lane) => lane.source.from === "life");
    expect(ones.map((lane) => [lane.key, lane.flagged])).toEqual([["i1", 1], ["i4", 0]]);
    const inner = found.slice(found.indexOf(ones[0]!) + 1, found.indexOf(ones[1]!));
    expect(named(inner, "udp").flags.map((flag) => flag.id)).toEqual([3]);
    const only = lanes({
      onlyFindings: true, toggled: new Set([named(lanes(), "one by one").key]),
    });
    expect(only.some((lane) => lane.key === "i4")).toBe(false);
  });

  it("number siblings for those who cannot see the tree", () => {
    const found = lanes();
    const top = found.filter((lane) => lane.depth === 1);
    expect(top.map((lane) => lane.position)).toEqual(top.map((_, index) => index + 1));
    expect(new Set(top.map((lane) => lane.siblings))).toEqual(new Set([top.length]));
  });

  it("name what has to be opened for a lifetime to be seen", () => {
    const path = store.model!.paths.find((one) => one.cls === "udp" && one.parent !== null)!;
    const keys = ancestorKeys(store.model!, path.path);
    const found = lanes();
    expect(keys).toContain(named(found, "agent").key);
    expect(keys).toContain(named(found, "connection").key);
    expect(keys).toContain("p1");
  });

  it("lie below each other, and the one under a point is found", () => {
    const found = lanes();
    const total = place(found, (lane) => heightOf(lane, store.data(lane)));
    const last = found[found.length - 1]!;
    expect(last.y + last.height).toBe(total);
    expect(laneAt(found, 0)).toBe(0);
    expect(laneAt(found, last.y + 1)).toBe(found.length - 1);
    expect(laneAt(found, total + 5)).toBe(found.length);
  });

  it("give the lifetime under a pointer, and nothing beside it", () => {
    const found = lanes();
    place(found, (lane) => heightOf(lane, store.data(lane)));
    const lane = named(found, "connection");
    const bars = store.data(lane)!.bars!;
    const { top, pitch } = geometryOf(lane, bars.rows);
    const y = lane.y + top + pitch / 2;
    const data = (one: Lane) => store.data(one);
    const span = { from: 0, to: 10_000 };
    expect(hitAt(found, 60, y, span, 100, 10_000, data)).toMatchObject({ id: 4 });
    expect(hitAt(found, 36, y, span, 100, 10_000, data)).toMatchObject({ id: null, lane });
    expect(hitAt(found, 50, -5, span, 100, 10_000, data)).toBeNull();
  });

  it("walk from lifetime to lifetime, from nowhere to the first that is seen", async () => {
    const bars = store.data(named(lanes(), "udp"))!.bars!;
    const span = { from: 0, to: 10_000 };
    expect(neighbour(bars, 3, 1, span, 10_000)).toBe(1);
    expect(neighbour(bars, 6, 1, span, 10_000)).toBe(-1);
    expect(neighbour(bars, null, 1, span, 10_000)).toBe(0);
    expect(neighbour(bars, null, -1, { from: 0, to: 1000 }, 10_000)).toBe(0);
    const path = store.model!.paths.find((one) => one.cls === "udp")!.path;
    const [next] = await db.query<LifeRow>(NEIGHBOUR[1], { path, birth: 300, id: 3 });
    expect(next).toMatchObject({ id: 6 });
    const [before] = await db.query<LifeRow>(NEIGHBOUR[-1], { path, birth: 4200, id: 6 });
    expect(before).toMatchObject({ id: 3 });
  });

  it.each([
    ["udp", [3, 6]], ["fd 7", [3]], ["fd:8", [6]], ["127.0.0.1", [3]], ["BIND_sock", [3]],
    ["selected", [3]], ["pthread_create", [9]], ["100%", []], ["' OR 1=1 --", []], ["0xa", [1]],
  ])("are found by %s", async (text, ids) => {
    const found = (await search(db, text, 10_000))!;
    expect([...found.id]).toEqual(ids);
  });

  it("give the next match after the one that is selected, round about", async () => {
    const found = (await search(db, "udp", 10_000))!;
    expect(nextMatch(found, { birth: -1, id: -1 }, 1)).toBe(0);
    expect(nextMatch(found, { birth: 300, id: 3 }, 1)).toBe(1);
    expect(nextMatch(found, { birth: 4200, id: 6 }, 1)).toBe(0);
    expect(nextMatch(found, { birth: 300, id: 3 }, -1)).toBe(1);
  });

  it("tell all about a lifetime", async () => {
    const facts = (await readFacts(db, 3))!;
    expect(facts.owners.map((row) => row["id"])).toEqual([2, 1]);
    expect(facts.references[0]).toMatchObject({ tag: "selected pair", holder: "agent", released: 0 });
    expect(facts.findings[0]).toMatchObject({ rule: "fd-leak", fingerprint: "abcd" });
    expect(facts.birth[0]).toMatchObject({ function: "bind_socket", file: "net/carrier.c", line: 12 });
    expect((await readFacts(db, 2))!.owned).toEqual([{ kind: "fd", class: "udp", count: 1 }]);
    expect(await readFacts(db, 4711)).toBeNull();
  });

  it("tell all that a finding is about, and when", async () => {
    const looked = (await readFinding(db, "abcd", 10_000))!;
    expect([...looked.ids].sort()).toEqual([2, 3]);
    expect(looked.lives[0]).toMatchObject({ id: 3 });
    expect(looked).toMatchObject({ from: 200, to: 10_000, rule: "fd-leak" });
    expect(await readFinding(db, "nothing", 10_000)).toBeNull();
  });
});

describe("several processes", () => {
  const RUN = `
UPDATE process SET end_ns = 11000;
INSERT INTO process (id, pid, ppid, image, origin, exe, command, start_ns, realtime_ns, end, end_ns,
                     census_fds, census_threads)
VALUES (2, 101, 100, 1, 'fork', '/bin/child', 'child', 2000, 0, 'exit', 4000, 1, 1);
INSERT INTO resource (id, process_id, kind, class, subject, generation, birth_ns, birth_tid,
                      birth_call, inherited, close_ns, traits)
VALUES (1, 1, 'fd', 'udp', 7, 1, 1500, 5, '', 0, NULL, NULL),
       (2, 2, 'fd', 'udp', 7, 1, 2500, 5, '', 0, NULL, NULL),
       (3, 2, 'scope', 'library', 9, 1, 2200, 5, '', 0, 3000, 'must-close,left'),
       (4, 2, 'scope', 'hung', 8, 1, 2200, 5, '', 0, 3000, 'must-close');
INSERT INTO resource (id, process_id, kind, class, subject, generation, birth_ns, birth_tid,
                      birth_call, inherited, name)
VALUES (10, 2, 'thread', 'thread', 99, 1, 2100, 101, 'pthread_create', 0, 'worker');
INSERT INTO finding (id, rank, rule, state, kind, class, count, fingerprint, message, process_id)
VALUES (1, 1, 'double-close', 'broken', 'fd', 'udp', 1, 'ab', 'closed twice', 2),
       (2, 2, 'teardown-deadlock', 'broken', 'lock', 'mutex', 1, 'cd', 'they wait', 2);
INSERT INTO stack VALUES (1, 2, 101, 2900, x''), (2, 2, 102, 2900, x'');
INSERT INTO standing (process_id, tid, thread_id, time_ns, wait, timed, call, since_ns, stack_id)
VALUES (2, 101, NULL, 3900, 'mutex', 0, 'lock', 2900, 1), (2, 102, 10, 3900, 'mutex', 0, 'lock', 2900, 2);
INSERT INTO act (id, process_id, time_ns, tid, kind, what, resource_id, subject, call)
VALUES (1, 2, 2600, 5, 'fd', 'close', 2, 7, 'close'), (2, 2, 2700, 5, 'fd', 'close', 2, 7, 'close');
INSERT INTO evidence (finding_id, position, resource_id, role, act_id)
VALUES (1, 0, 2, 'closed first at', 1), (1, 1, 2, 'closed again at', 2);
INSERT INTO evidence (finding_id, position, resource_id, role, stack_id)
VALUES (2, 0, NULL, 'waits', 1), (2, 1, 10, 'waits', 2);`;
  let store: Store;
  const bars = (process: number, cls: string) => {
    const row = store.model!.paths.find((one) => one.process === process && one.cls === cls)!;
    const lane = lanesOf(store.model!, NO_CHOICE, store)
      .find((one) => one.source.from === "paths" && one.source.paths.includes(row.path))!;
    return store.data(lane)!.bars!;
  };

  beforeAll(async () => {
    store = await opened(await madeTrace(RUN));
  });

  it("are over with the last of them, however long the recorder stayed", async () => {
    const late = "INSERT INTO meta VALUES ('ended_ns', '20000');";
    expect((await opened(await madeTrace(RUN + late))).model!.end).toBe(10_000);
    const running = "UPDATE process SET end = 'running' WHERE id = 1;";
    expect((await opened(await madeTrace(RUN + late + running))).model!.end).toBe(19_000);
  });

  it("end what is theirs when they end, not when the recording does", () => {
    expect([...bars(1, "udp").death]).toEqual([10_000]);
    expect([...bars(2, "udp").death]).toEqual([3000]);
    expect([...bars(2, "udp").alive]).toEqual([1]);
    expect(store.overview!.alive.at(-10)).toBe(1);
  });

  it("draw a close in which the program ended as over, and one that hangs as it is", () => {
    expect([...bars(2, "library").closed]).toEqual([2000]);
    expect(bars(2, "hung").closed[0]).toBeNaN();
  });

  it("have one mark for what a finding says twice of one lifetime, at the later act", () => {
    expect(store.model!.flags.filter((flag) => flag.fingerprint === "ab")
      .map(({ id, act }) => [id, act])).toEqual([[2, 1700]]);
  });

  it("count a thread that hangs once, and call the first one main", () => {
    expect(store.model!.waits.map((wait) => wait.name)).toEqual(["main", "worker"]);
    const process = lanesOf(store.model!, NO_CHOICE, store)
      .find((lane) => lane.source.from === "process" && lane.source.process.id === 2)!;
    expect(process.flagged).toBe(3); // two threads, and what was closed twice
  });
});

describe("many processes", () => {
  const born = (id: number, pid: number, ppid: number, name: string): ProcessRow =>
    ({ id, pid, ppid, name, start: id, end: id + 1, count: 1 });
  const some = [
    born(1, 10, 1, "make"), born(2, 20, 1, "sh"), born(3, 11, 10, "cat"), born(4, 12, 10, "cat"),
    born(5, 21, 20, "cat"), born(6, 13, 10, "cat"), born(7, 14, 10, "cat"), born(8, 10, 20, "make"),
    born(9, 15, 10, "cc"),
  ];
  const ids = (plain: (one: ProcessRow) => boolean) =>
    familiesOf(some, plain).map((list) => list.map((one) => one.id));

  it("stand after their parents, and those alike are one lane", () => {
    expect(ids(() => true)).toEqual([[1], [3, 4, 6, 7], [2], [5], [8], [9]]);
  });

  it("stand alone where there is something to say of one", () => {
    expect(ids((one) => one.id !== 6)).toEqual([[1], [3], [4], [6], [7], [2], [5], [8], [9]]);
  });

  it("are folded though others started between them", () => {
    const mixed = [1, 2, 3, 4, 5, 6, 7, 8].map((id) => born(id, id + 10, 1, id % 2 ? "cat" : "true"));
    expect(familiesOf(mixed, () => true).map((list) => list.map((one) => one.id)))
      .toEqual([[1, 3, 5, 7], [2, 4, 6, 8]]);
  });

  it("are found by their name, folded or one by one", () => {
    const paths = some.map((one): PathRow => ({
      path: one.id, parent: null, process: one.id, kind: "fd", cls: "file", hint: false, count: 1,
      first: 0, last: 1,
    }));
    const model: Model = {
      end: 100, grace: 1, processes: some, paths, pathsLeft: 0, flags: [], waits: [], folded: [],
      marks: [], lifetimes: 9, weight: 1,
    };
    const of = (choice: Partial<Choice>) => lanesOf(model, { ...NO_CHOICE, ...choice })
      .map((lane) => `${lane.depth} ${lane.label}`);
    expect(of({})).toEqual(["0 make 10", "0 4 × cat", "0 sh 20", "0 cat 21", "0 make 10", "0 cc 15"]);
    expect(of({ text: "CC" })).toEqual(["0 cc 15"]);
    expect(of({ toggled: new Set(["g3", "p4"]) }).slice(1, 6))
      .toEqual(["0 4 × cat", "1 cat 11", "1 cat 12", "2 file", "1 cat 13"]);
  });
});

describe("a large lane", () => {
  const MANY = `
UPDATE process SET end_ns = 1001000;
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
INSERT INTO resource (id, process_id, kind, class, subject, generation, birth_ns, birth_tid,
                      birth_call, death_ns, inherited)
SELECT i, 1, 'scope', 'session', i, 1, 1000 + i * 200, 5, '',
       CASE WHEN i % 1000 = 0 THEN NULL ELSE 1000 + i * 200 + 150 END, 0 FROM n;`;
  let store: Store;
  let lane: Lane;

  beforeAll(async () => {
    store = new Store(await madeTrace(MANY), { endNs: 1e6, graceNs: 1000 }, () => undefined);
    await store.open();
    lane = named(lanesOf(store.model!, NO_CHOICE, store), "session");
  });

  const settle = async () => {
    for (let i = 0; i < 50; i++) await Promise.resolve();
  };

  it("is counted over all time first", async () => {
    expect(store.data(lane)).toBeNull();
    store.want([lane], { from: 0, to: 1e6 }, 500);
    await settle();
    const { bars, coarse } = store.data(lane)!;
    expect(bars).toBeNull();
    expect(coarse!.alive[coarse!.alive.length - 50]).toBeGreaterThanOrEqual(4);
    expect(coarse!.most).toBeLessThan(20);
  });

  it("has its bars in a narrow window, with those that began long before", async () => {
    store.want([lane], { from: 900_000, to: 904_000 }, 500);
    await settle();
    const { window } = store.data(lane)!;
    const ids = [...window!.bars!.id];
    expect(ids).toContain(1000);
    expect(ids).toContain(4000);
    expect(ids).toContain(4510);
    expect(ids).not.toContain(4400);
    expect(ids.length).toBeLessThan(100);
  });

  it("draws nothing anew for a question that a newer image of the trace left without answer", async () => {
    let told = 0;
    const gone = await madeTrace(MANY);
    const late = new Store(Object.assign(Object.create(gone) as MadeDatabase, {
      columnsLatest: () => Promise.reject(new Error("no such table: tl_lane")),
    }), { endNs: 1e6, graceNs: 1000 }, () => told++);
    await late.open();
    told = 0;
    const [, own] = lanesOf(late.model!, NO_CHOICE, late);
    late.want([own!], { from: 0, to: 1e6 }, 500);
    await settle();
    expect(told).toBe(0);
    expect(late.data(own!)!.coarse).toBeNull();
  });

  it("does not ask again while what is known reaches far enough", async () => {
    const before = store.data(lane)!.window;
    store.want([lane], { from: 900_500, to: 904_500 }, 500);
    await settle();
    expect(store.data(lane)!.window).toBe(before);
  });
});

describe("a damaged trace", () => {
  it("is drawn where owners own each other, are missing, or own themselves", async () => {
    const db = await madeTrace(`
INSERT INTO resource (id, process_id, kind, class, subject, generation, birth_ns, birth_tid,
                      birth_call, inherited, owner_id)
VALUES (1, 1, 'object', 'a', 1, 1, 1100, 5, '', 0, 2), (2, 1, 'object', 'b', 1, 1, 1100, 5, '', 0, 1),
       (3, 1, 'object', 'c', 1, 1, 1100, 5, '', 0, 3), (4, 1, 'object', 'd', 1, 1, 1100, 5, '', 0, 99),
       (5, 7, 'object', 'e', 1, 1, 1100, 5, '', 0, 1), (6, 1, 'object', 'f', 1, 1, 1100, 5, '', 0, 4);`);
    const store = await opened(db);
    const lanes = lanesOf(store.model!, { ...NO_CHOICE, text: "" }, store);
    expect(store.model!.paths.reduce((sum, row) => sum + row.count, 0)).toBe(6);
    expect(named(lanes, "f").depth).toBe(named(lanes, "d").depth + 1);
  });

  it("keeps times that cannot be within the recording", async () => {
    const db = await madeTrace(`
UPDATE process SET end_ns = 11000;
INSERT INTO resource (id, process_id, kind, class, subject, generation, birth_ns, birth_tid,
                      birth_call, inherited, death_ns)
VALUES (1, 1, 'fd', 'x', 1, 1, -9223372036854775808, 5, '', 0, 9223372036854775807),
       (2, 1, 'fd', 'x', 1, 1, 'soon', 5, '', 0, x'00'), (3, 1, 'fd', 'x', 1, 1, 9e999, 5, '', 0, -1),
       (4, 1, x'ff', x'fe', 1, 1, 2000, 5, '', 0, 1500);`);
    const store = await opened(db);
    expect(store.model!.end).toBe(10_000);
    for (const lane of lanesOf(store.model!, NO_CHOICE, store)) {
      const bars = store.data(lane)?.bars;
      for (let i = 0; i < (bars?.count ?? 0); i++) {
        expect(bars!.birth[i]).toBeGreaterThanOrEqual(0);
        expect(bars!.death[i]).toBeGreaterThanOrEqual(bars!.birth[i]!);
        expect(bars!.death[i]).toBeLessThanOrEqual(10_000);
      }
    }
  });

  it("is empty where nothing lived", async () => {
    const store = await opened(await madeTrace(""));
    expect(lanesOf(store.model!, NO_CHOICE, store)).toHaveLength(1);
    expect(store.progress).toBeNull();
  });
});
