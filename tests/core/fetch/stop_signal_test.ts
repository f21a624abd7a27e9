import { assertEquals } from "@std/assert";
import { type StopSignal, StopSwitch } from "../../../core/fetch/stop_signal.ts";

Deno.test("StopSwitch calls its listeners once, in order", () => {
  const stop = new StopSwitch();
  const called: string[] = [];
  stop.addEventListener("abort", () => called.push(`first ${stop.aborted}`));
  stop.addEventListener("abort", () => called.push("second"));
  assertEquals([stop.aborted, called], [false, []]);
  stop.abort();
  stop.abort();
  assertEquals([stop.aborted, called], [true, ["first true", "second"]]);
});

Deno.test("StopSwitch calls no listener that was taken away, not even by an earlier one, and none that came too late", () => {
  const stop = new StopSwitch();
  const called: string[] = [];
  const [gone, later] = ["gone", "later"].map((name) => () => void called.push(name));
  stop.addEventListener("abort", gone);
  stop.removeEventListener("abort", gone);
  stop.removeEventListener("abort", gone);
  stop.addEventListener("abort", () => stop.removeEventListener("abort", later));
  stop.addEventListener("abort", later);
  stop.abort();
  stop.addEventListener("abort", () => called.push("late"));
  assertEquals(called, []);
});

Deno.test("StopSignal is what an AbortSignal is as well", () => {
  const controller = new AbortController();
  const native: StopSignal = controller.signal;
  const own = new StopSwitch();
  const called: string[] = [];
  for (const [name, signal] of [["native", native], ["own", own]] as const) {
    signal.addEventListener("abort", () => called.push(name), { once: true });
  }
  controller.abort();
  own.abort();
  assertEquals([called, native.aborted, own.aborted], [["native", "own"], true, true]);
});
