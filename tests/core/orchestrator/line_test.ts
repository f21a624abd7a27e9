import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { type InLine, Line } from "../../../core/orchestrator/line.ts";
import { PRIORITIES, type Priority } from "../../../core/requests/route.ts";

function entry(id: string, host = "a", priority: Priority = "normal"): InLine {
  return { id, host, priority };
}

Deno.test("Line hands out by priority, then by arrival", () => {
  const line = new Line();
  const [low, first, second, high] = [
    entry("1", "a", "low"),
    entry("2", "a"),
    entry("3", "b"),
    entry("4", "b", "high"),
  ];
  for (const each of [second, low, high, first]) line.add(each);
  assertEquals([1, 2, 3, 4, 5].map(() => line.next(() => true)), [high, first, second, low, undefined]);
});

Deno.test("Line skips hosts that are not ready, and keeps the places of theirs", () => {
  const line = new Line();
  for (const each of [entry("1", "dead"), entry("2", "dead"), entry("3", "ok")]) line.add(each);
  assertEquals(line.next((host) => host === "ok")?.id, "3");
  assertEquals(line.next((host) => host === "ok"), undefined);
  assertEquals([line.next(() => true)?.id, line.next(() => true)?.id], ["1", "2"]);
});

Deno.test("Line takes out what leaves, once", () => {
  const line = new Line();
  const [first, second] = [entry("1"), entry("2")];
  line.add(first);
  line.add(second);
  assertEquals([line.remove(first), line.remove(first), line.size], [true, false, 1]);
  assertEquals(line.next(() => true), second);
});

Deno.test("Line counts by host, over all priorities", () => {
  const line = new Line();
  for (const each of [entry("1", "a", "low"), entry("2", "a"), entry("3", "b", "high")]) line.add(each);
  assertEquals(line.byHost(), new Map([["b", 1], ["a", 2]]));
});

Deno.test("Line agrees with sorting, for any coming and going", () => {
  const arrivals = fc.array(
    fc.record({ host: fc.constantFrom("a", "b", "c"), priority: fc.constantFrom<Priority>(...PRIORITIES) }),
    { maxLength: 60 },
  );
  fc.assert(fc.property(arrivals, fc.uniqueArray(fc.constantFrom<string>("a", "b", "c")), (parts, blocked) => {
    const entries = parts.map((part, index) => ({ ...part, id: String(index).padStart(3, "0") }));
    const line = new Line();
    for (const each of entries.toReversed()) line.add(each);
    const expected = entries.filter(({ host }) => !blocked.includes(host)).sort((x, y) =>
      PRIORITIES.indexOf(x.priority) - PRIORITIES.indexOf(y.priority) || (x.id < y.id ? -1 : 1)
    );
    const taken: InLine[] = [];
    for (let next; (next = line.next((host) => !blocked.includes(host))) !== undefined;) taken.push(next);
    assertEquals(taken, expected);
    assertEquals(line.size, entries.length - expected.length);
  }));
});
