// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { NODES_MOST, bounded, treeOf, type Graph, type GraphNode } from "../src/finding/graph";
import { clip, elkGraph, layoutOf, sizeOf } from "../src/finding/layout";
import { readFindings } from "../src/finding/list";
import { readTold } from "../src/finding/load";
import { madeTrace } from "./made";

const RESOURCE = `INSERT INTO resource (id, process_id, kind, class, subject, generation, birth_ns,
  birth_tid, birth_call, inherited, owner_id, hint_id, close_ns, closed_ns, death_ns, ending, name)`;

const FINDING = (rule: string, kind: string, className: string, count = 1) => `
INSERT INTO finding (id, rank, rule, state, kind, class, count, fingerprint, message, process_id)
VALUES (1, 1, '${rule}', 'leaked', '${kind}', '${className}', ${count}, 'f', 'm', 1);`;

async function graphOf(rows: string): Promise<Graph> {
  const trace = await madeTrace(rows);
  const findings = await readFindings(trace);
  const told = await readTold(trace, findings[0]!, findings, null, 9000, 0);
  expect(told.troubles).toEqual([]);
  return told.graph;
}

const edgesOf = (graph: Graph) =>
  graph.edges.map((one) => `${one.from} ${one.label}${one.dashed ? " - -" : ""} ${one.to}`);

const CHAIN = `${RESOURCE} VALUES
  (1, 1, 'scope', 'agent', 16, 1, 1000, 1, '', 0, NULL, NULL, 4000, 4000, NULL, NULL, NULL),
  (2, 1, 'object', 'candidate', 32, 1, 1000, 1, '', 0, 1, NULL, NULL, NULL, NULL, NULL, NULL),
  (3, 1, 'fd', 'udp', 7, 1, 1000, 1, 'socket', 0, 2, NULL, NULL, NULL, NULL, NULL, NULL),
  (4, 1, 'task', 'gather', 48, 1, 1000, 1, '', 0, NULL, 1, NULL, NULL, NULL, NULL, NULL);
INSERT INTO reference (id, resource_id, holder_id, holder_kind, tag, waker, retained, released,
                       first_ns, last_ns)
VALUES (1, 2, NULL, NULL, 'checklist', 0, 1, 0, 1, 1),
  (2, 2, NULL, NULL, 'checklist', 0, 1, 0, 1, 1),
  (3, 2, NULL, NULL, 'sdp', 0, 4, 4, 1, 1), (4, 2, 4, 'task', 'gather', 0, 2, 1, 1, 1);
${FINDING("fd-leak", "fd", "udp", 10)}
INSERT INTO evidence VALUES (1, 0, 3, NULL, NULL, 'created at');`;

describe("the chain of what is alive", () => {
  it("goes from the leak to what it belongs to, who holds it, and what was closed", async () => {
    const graph = await graphOf(CHAIN);
    expect(edgesOf(graph)).toEqual([
      "r3 belongs to r2", "r2 belongs to r1", "r4 made inside a call of (hint) - - r1",
      "r2 held, 0 of 2 released h1", 'r2 held by "gather", 1 of 2 released r4']);
    const lines = new Map(graph.nodes.map((one) => [one.id, one.lines]));
    expect(lines.get("h1")).toEqual(['"checklist"', "2 references never released"]);
    expect(lines.get("r3")).toEqual(["UDP socket fd 7", "open at the end; 1 of 10 alike"]);
    expect(lines.get("r1")).toEqual(["agent", "0x10", "closed 6 µs before the end"]);
    expect(graph.nodes.map((one) => [one.id, one.mark])).toEqual(
      [["r3", "leak"], ["r2", ""], ["r1", "closed"], ["r4", ""], ["h1", "holder"]]);
  });

  it("is answered by who keeps it, where that was taken, and where others gave theirs back",
    async () => {
      const trace = await madeTrace(`${CHAIN}
        INSERT INTO resource (id, process_id, kind, class, subject, generation, birth_ns, birth_tid,
          birth_call, inherited, death_ns) VALUES
          (9, 1, 'object', 'candidate', 99, 1, 1000, 1, '', 0, 3000);
        INSERT INTO reference (id, resource_id, tag, waker, retained, released, first_ns, last_ns,
          released_stack) VALUES (8, 9, 'checklist', 0, 2, 2, 1, 1, 44),
          (9, 9, 'sdp', 0, 9, 9, 1, 1, 45);
        UPDATE reference SET stack_id = 30 + id WHERE id < 3;
        UPDATE resource SET close_stack = 50 WHERE id = 1;`);
      const findings = await readFindings(trace);
      const { answer } = await readTold(trace, findings[0]!, findings, null, 9000, 0);
      expect(answer).toEqual({
        keepers: [
          { who: '"checklist"', retained: 2, released: 0, taken: [31, 32],
            elsewhere: { stackId: 44, count: 2 } },
          { who: '"gather" of gather task', retained: 2, released: 1, taken: [],
            elsewhere: null },
        ],
        closer: { who: "agent", stackId: 50 },
      });
    });

  it("never cuts off how many are alike", async () => {
    const graph = await graphOf(`${CHAIN} UPDATE resource SET subject = 1 << 46 WHERE id = 2;
      UPDATE evidence SET resource_id = 2; UPDATE finding SET kind = 'object';`);
    const head = graph.nodes.find((one) => one.mark === "leak")!;
    expect(head.lines.at(-1)).toBe("1 of 10 alike");
    for (const line of head.lines) expect(clip(line)).toBe(line);
  });

  it("of a wrong act, or of what is gone, has no such answer", async () => {
    for (const change of ["UPDATE finding SET state = 'broken'",
      "UPDATE resource SET death_ns = 2000 WHERE id = 3"]) {
      const trace = await madeTrace(`${CHAIN} ${change};`);
      const findings = await readFindings(trace);
      const { answer } = await readTold(trace, findings[0]!, findings, null, 9000, 0);
      expect(answer).toEqual({ keepers: [], closer: null });
    }
  });

  it("ends where owners go in a circle", async () => {
    const graph = await graphOf(`${CHAIN} UPDATE resource SET owner_id = 3 WHERE id = 1;
      UPDATE resource SET owner_id = 4 WHERE id = 4;`);
    expect(edgesOf(graph)).toContain("r1 belongs to r3");
    expect(edgesOf(graph)).toContain("r4 belongs to r4");
    const list = JSON.stringify(treeOf(graph));
    expect(list.match(/"again":true/g)!.length).toBeGreaterThan(0);
  });

  it("of thousands draws some, and counts the rest", async () => {
    const graph = await graphOf(`${CHAIN}
      WITH RECURSIVE n(i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
      INSERT INTO reference (id, resource_id, tag, waker, retained, released, first_ns, last_ns)
      SELECT i, 2, 'tag ' || i, 0, 1, 0, i, i FROM n;`);
    expect(graph.nodes.length).toBeLessThanOrEqual(NODES_MOST);
    expect(graph.nodes.find((one) => one.id === "more")?.lines[0]).toMatch(/^\+\d+ more$/);
    expect(graph.nodes.map((one) => one.id)).toContain("r1");
  });

  it("shows what stays because of a scope that was not closed", async () => {
    const graph = await graphOf(`${RESOURCE} VALUES
      (1, 1, 'scope', 'library', 16, 1, 1000, 1, '', 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
      WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 20)
      ${RESOURCE} SELECT i, 1, 'thread', 'thread', i, 1, 1000, 1, '', 0, 1, NULL, NULL, NULL, NULL,
        NULL, 'worker' FROM n;
      ${FINDING("scope-unclosed", "scope", "library")}
      INSERT INTO evidence VALUES (1, 0, 1, NULL, NULL, 'created at');`);
    expect(edgesOf(graph).filter((one) => one.endsWith("belongs to r1"))).toHaveLength(6);
    expect(graph.nodes.at(-1)!.lines).toEqual(["+13 more"]);
  });
});

const STANDING = `
INSERT INTO stack (id, process_id, hash, time_ns, addresses) VALUES
  (1, 1, 1, 0, x''), (2, 1, 2, 0, x''), (3, 1, 3, 0, x''), (4, 1, 4, 0, x'');
${RESOURCE} VALUES
  (5, 1, 'thread', 'thread', 5, 1, 1000, 1, '', 0, NULL, NULL, NULL, NULL, NULL, NULL, 'worker'),
  (6, 1, 'callback', 'on_message', 6, 1, 1000, 1, '', 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO standing (id, process_id, tid, thread_id, time_ns, wait, timed, subject, since_ns,
                      stack_id) VALUES
  (1, 1, 100, NULL, 9000, 'mutex', 0, 160, 4000, 1), (2, 1, 101, 5, 9000, 'mutex', 0, 176, 5000, 2),
  (3, 1, 102, 77, 9000, 'condition', 0, 999, 5000, 2);
INSERT INTO held VALUES (1, 0, 176, 'mutex', 1, 3000, 3), (2, 0, 160, 'mutex', 1, 3500, 4);
INSERT INTO inside VALUES (2, 0, 6, 0);
${FINDING("teardown-deadlock", "thread", "thread")}
INSERT INTO evidence VALUES (1, 0, NULL, NULL, 1, 'thread 100 waits at'),
  (1, 1, 5, NULL, 4, 'which took at'), (1, 2, 5, NULL, 2, 'thread 101 waits at');`;

describe("the circle of a deadlock", () => {
  it("says who waits for which lock since when, and who took it when", async () => {
    const graph = await graphOf(STANDING);
    expect(edgesOf(graph)).toEqual([
      "t1 waits 5 µs for wmutex0xa0", "t2 waits 4 µs for wmutex0xb0",
      "wmutex0xb0 held, taken 6 µs before the end t1",
      "wmutex0xa0 held, taken 5.5 µs before the end t2"]);
    expect(graph.nodes.map((one) => one.lines)).toEqual([
      ["thread 100 'main'"], ["the mutex 0xa0"],
      ["thread 101 'worker'", "inside of the on_message callback"], ["the mutex 0xb0"]]);
  });

  it("leads from a join to the thread that does not end", async () => {
    const graph = await graphOf(`${STANDING} DELETE FROM held;
      UPDATE standing SET wait = 'join', target_id = 5 WHERE id = 1;
      UPDATE standing SET wait = 'condition' WHERE id = 2;`);
    expect(edgesOf(graph)).toEqual(
      ["t1 waits 5 µs for its end t2", "t2 waits 4 µs for wcondition0xb0"]);
  });

  it("says at which place each stands, and where each lock was taken", async () => {
    const graph = await graphOf(`${STANDING}
      INSERT INTO location (id, path, build_id, address) VALUES (1, '/bin/app', 'b', 1), (2, '/bin/app', 'b', 2);
      INSERT INTO frame VALUES (1, 0, 'hang_up', '/src/call.c', 30), (2, 0, 'begin', '/src/lock.c', 88);
      INSERT INTO stack_frame VALUES (1, 0, 1), (3, 0, 2);
      INSERT INTO plumbing VALUES ('lock.c');`);
    const lines = new Map(graph.nodes.map((one) => [one.id, one.lines.at(-1)]));
    expect(lines.get("t1")).toBe("at hang_up call.c:30");
    expect(lines.get("wmutex0xb0")).toBe("taken at begin lock.c:88");
  });

  it("goes on to what keeps a close from its end", async () => {
    const graph = await graphOf(`${STANDING} DELETE FROM evidence; DELETE FROM held;
      UPDATE standing SET wait = 'condition';
      ${RESOURCE} VALUES
        (8, 1, 'object', 'channel', 80, 1, 1000, 1, '', 0, NULL, NULL, NULL, NULL, NULL, NULL,
         NULL);
      INSERT INTO evidence VALUES (1, 0, NULL, NULL, 1, 'has waited at'),
        (1, 1, 8, NULL, NULL, 'it is kept by a channel, created at');`);
    expect(edgesOf(graph)).toEqual(
      ["t1 waits 5 µs for wcondition0xa0", "wcondition0xa0 kept by r8"]);
  });

  it("of locks in both orders leads from each to the next", async () => {
    const graph = await graphOf(`${STANDING} DELETE FROM finding;
      ${FINDING("lock-order", "lock", "lock")}
      INSERT INTO lock_order VALUES (1, 160, 176, 1, 1, 1, 2, NULL, 100, 0),
        (1, 176, 160, 1, 1, 3, 4, NULL, 101, 1), (1, 200, 201, 1, 1, NULL, NULL, NULL, 9, 0);
      INSERT INTO evidence VALUES (1, 3, NULL, NULL, 3, 'took the lock at');`);
    expect(edgesOf(graph)).toEqual(
      ["l0xa0 thread 100 takes next l0xb0", "l0xb0 thread 101 and others takes next l0xa0"]);
  });
});

describe("a picture of a graph", () => {
  const node = (id: string): GraphNode =>
    ({ id, kind: "fd", lines: [id], mark: "", resource: null, stacks: [] });
  const edge = (from: string, to: string) => ({ from, to, label: "x", dashed: false, bad: false });

  it("cuts what is long, by letters and not by halves of them", () => {
    expect(clip("ab\ncd", 5)).toBe("ab cd");
    expect(clip("😀😀😀", 2)).toBe("😀…");
    expect(sizeOf(["a".repeat(900)], (text) => text.length * 7).width).toBeLessThan(400);
  });

  it("has its places from the layout, in the order of nodes and edges", () => {
    const graph = { nodes: [node("a"), node("b")], edges: [edge("a", "b")] };
    const asked = elkGraph(graph, () => 50);
    expect(asked.edges![0]).toMatchObject({ sources: ["n0"], targets: ["n1"] });
    const point = (y: number) => ({ x: 5, y });
    const layout = layoutOf(graph, { ...asked, width: 90, height: 80,
      children: asked.children!.map((one, y) => ({ ...one, x: 1, y })),
      edges: [{ ...asked.edges![0]!,
        sections: [{ id: "s", startPoint: point(1), endPoint: point(9) }] }],
    });
    expect(layout.nodes.map((one) => one.y)).toEqual([0, 1]);
    expect(layout.edges[0]!.points).toEqual([point(1), point(9)]);
  });

  it("keeps the nearest when there are too many", () => {
    const ids = Array.from({ length: 9 }, (_, index) => `n${index}`);
    const line = { nodes: ids.map(node), edges: ids.slice(1).map((id, at) => edge(ids[at]!, id)) };
    const cut = bounded(line, 4);
    expect(cut.nodes.map((one) => one.id)).toEqual(["n0", "n1", "n2", "more"]);
    expect(cut.edges.map((one) => one.to)).toEqual(["n1", "n2", "more"]);
    expect(cut.nodes.at(-1)!.lines).toEqual(["+6 more"]);
  });
});
