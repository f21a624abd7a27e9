import { assertEquals, assertLess, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { Line, type Standing } from "../../../core/orchestrator/line.ts";
import { orchestratorLimits } from "../../../core/orchestrator/orchestrator_options.ts";
import { PRIORITIES, type Priority } from "../../../core/requests/route.ts";
import { META } from "./stage.ts";

function entry(id: string, host = "a", priority: Priority = "normal"): Standing {
  return { key: { due: 0, id }, meta: { ...META, host, priority } };
}

/** A line in which these hosts have all the fetches under way that they bear. */
function lineWith(entries: readonly Standing[], busy: readonly string[] = []): Line<Standing> {
  const line = new Line<Standing>(orchestratorLimits({ concurrency: 1 }));
  for (const host of busy) line.gate(entry("0", host)).begin(0);
  for (const each of entries) line.add(each);
  return line;
}

/** Takes all out of the line that may begin. */
function takeAll(line: Line<Standing>): Standing[] {
  const taken: Standing[] = [];
  for (let next = line.next(0); next !== undefined; next = line.next(0)) {
    taken.push(next);
    line.remove(next);
  }
  return taken;
}

function queued(line: Line<Standing>): [host: string, queued: number][] {
  return Object.entries(line.statistics(0)).map(([host, statistics]) => [host, statistics.queued]);
}

Deno.test("Line hands out by priority, then by arrival", () => {
  const [low, first, second, high] = [
    entry("1", "a", "low"),
    entry("2", "a"),
    entry("3", "b"),
    entry("4", "b", "high"),
  ];
  assertEquals(takeAll(lineWith([second, low, high, first])), [high, first, second, low]);
});

Deno.test("Line skips hosts that are not ready, and keeps the places of theirs", () => {
  const [first, second, other] = [entry("1", "dead"), entry("2", "dead"), entry("3", "ok")];
  const line = lineWith([first, second, other], ["dead"]);
  assertEquals(takeAll(line), [other]);
  line.gate(first).end("answered", 0, false);
  assertEquals(takeAll(line), [first, second]);
});

Deno.test("Line takes out what leaves, once", () => {
  const [first, second] = [entry("1"), entry("2")];
  const line = lineWith([first, second]);
  line.remove(first);
  line.remove(first);
  assertEquals([line.next(0), line.next(0)], [second, second]);
  assertEquals(queued(line), [["a", 1]]);
});

Deno.test("Line.readyAt is when the first host in line is ready; hosts that nobody waits for do not count", () => {
  const line = new Line<Standing>(orchestratorLimits({ rate: { requests: 1, per: 500 } }));
  assertEquals(line.readyAt(7), Infinity);
  for (const [now, host] of [[10, "a"], [20, "b"], [30, "c"]] as const) line.gate(entry("0", host)).begin(now);
  const [first, second] = [entry("1", "b"), entry("2", "c")];
  line.add(first);
  line.add(second);
  assertEquals(line.readyAt(40), 520);
  line.remove(first);
  assertEquals(line.readyAt(40), 530);
});

Deno.test("Line keeps one gate for each host, with the host's own limits", () => {
  const line = new Line<Standing>(orchestratorLimits({ hosts: { "slow.example": { concurrency: 1 } } }));
  const gate = line.gate(entry("1", "slow.example"));
  assertStrictEquals(line.gate(entry("2", "slow.example")), gate);
  gate.begin(0);
  const fast = line.gate(entry("3", "fast.example"));
  fast.begin(0);
  assertEquals([gate.readyAt(0), fast.readyAt(0)], [Infinity, 0]);
});

Deno.test("Line.statistics tells of hosts in line, over all priorities, and of those that were asked", () => {
  const line = new Line<Standing>(orchestratorLimits({ breaker: { failures: 1, cooldown: 100 } }));
  const gate = line.gate(entry("1", "dead.example"));
  gate.end("failed", 0, gate.begin(0));
  line.gate(entry("2", "busy.example")).begin(0);
  line.add(entry("3", "dead.example", "low"));
  line.add(entry("4", "dead.example", "high"));
  line.add(entry("5", "new.example"));
  assertEquals(line.statistics(50), {
    "dead.example": { queued: 2, inFlight: 0, breaker: "open" },
    "busy.example": { queued: 0, inFlight: 1, breaker: "closed" },
    "new.example": { queued: 1, inFlight: 0, breaker: "closed" },
  });
});

Deno.test("Line forgets idle hosts beyond a thousand, and none that is busy or waited for", () => {
  const line = new Line<Standing>(orchestratorLimits({ concurrency: 1 }));
  const busy = line.gate(entry("1", "busy.example"));
  busy.begin(0);
  const waiting = entry("2", "busy.example");
  line.add(waiting);
  for (let n = 0; n < 1_500; n++) line.gate(entry("3", `h${n}.example`));
  assertEquals(line.next(0), undefined);
  assertStrictEquals(line.gate(waiting), busy);
  assertLess(Object.keys(line.statistics(0)).length, 1_001);
  busy.end("answered", 0, false);
  assertStrictEquals(line.next(0), waiting);
});

Deno.test("Line agrees with sorting, for any coming and going", () => {
  const arrivals = fc.array(
    fc.record({ host: fc.constantFrom("a", "b", "c"), priority: fc.constantFrom<Priority>(...PRIORITIES) }),
    { maxLength: 60 },
  );
  fc.assert(fc.property(arrivals, fc.uniqueArray(fc.constantFrom<string>("a", "b", "c")), (parts, busy) => {
    const entries = parts.map(({ host, priority }, index) => entry(String(index).padStart(3, "0"), host, priority));
    const line = lineWith(entries.toReversed(), busy);
    const expected = entries.filter(({ meta }) => !busy.includes(meta.host)).sort((x, y) =>
      PRIORITIES.indexOf(x.meta.priority) - PRIORITIES.indexOf(y.meta.priority) || (x.key.id < y.key.id ? -1 : 1)
    );
    assertEquals(takeAll(line), expected);
    assertEquals(queued(line).reduce((sum, [, count]) => sum + count, 0), entries.length - expected.length);
  }));
});
