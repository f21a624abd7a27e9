import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { $result, continuation, encodeContinuation, expectsPromise, runContinuation } from "../../core/continuation.ts";
import {
  ContinuationTooLargeError,
  NotAContinuationError,
  PayloadVersionError,
  UnknownMethodError,
} from "../../core/errors.ts";

class Platform {
  alarm(): void {}
}

class Agent extends Platform {
  readonly calls: unknown[][] = [];
  secret = (): string => "own";

  onReply(...args: unknown[]): string {
    this.calls.push(args);
    return "replied";
  }
  name(suffix: string): string {
    return `agent-${suffix}`;
  }
  slowName(): Promise<string> {
    return Promise.resolve("slow");
  }
  fail(): never {
    throw new RangeError("as asked");
  }
  self(): this {
    return this;
  }
  config(): { readonly tags: string[] } {
    return { tags: ["a", "b"] };
  }
}

interface Loose {
  [name: string]: (...args: unknown[]) => Loose;
}

function ctn(): Loose & { $result: never } {
  return continuation<Loose>();
}

function run(recorded: unknown, result?: unknown): Agent {
  const agent = new Agent();
  runContinuation(encodeContinuation(recorded, agent, Platform.prototype), agent, Platform.prototype, result);
  return agent;
}

Deno.test("continuation() records a call that runs later with rich arguments", () => {
  const at = new Date(5);
  const agent = run(continuation<Agent>().onReply("user-1", at, new Map([[1n, undefined]])));
  assertEquals(agent.calls, [["user-1", at, new Map([[1n, undefined]])]]);
});

Deno.test("$result stands for what the continuation is given, at any depth", () => {
  const result = { status: 200 };
  const agent = run(
    ctn().onReply($result, [$result], { a: { b: $result } }, new Map([[$result, $result]]), new Set([$result])),
    result,
  );
  assertEquals(agent.calls[0], [
    result,
    [result],
    { a: { b: result } },
    new Map([[result, result]]),
    new Set([result]),
  ]);
});

Deno.test("$result is the very value given, and is not searched for placeholders", () => {
  const result = { inner: ctn().$result };
  const agent = run(ctn().onReply(ctn().$result), result);
  assert(agent.calls[0]?.[0] === result);
  assert(result.inner === $result);
});

Deno.test("a continuation among the arguments runs first and passes its value on", () => {
  const agent = run(ctn().onReply(ctn().name($result), [{ deep: ctn().name("x") }]), "r");
  assertEquals(agent.calls, [["agent-r", [{ deep: "agent-x" }]]]);
});

Deno.test("a nested continuation that returns a promise is awaited before the outer call", async () => {
  const agent = new Agent();
  const text = encodeContinuation(ctn().onReply(ctn().slowName(), $result), agent, Platform.prototype);
  const running = runContinuation(text, agent, Platform.prototype, 1);
  assertInstanceOf(running, Promise);
  assertEquals(agent.calls, []);
  assertEquals(await running, "replied");
  assertEquals(agent.calls, [["slow", 1]]);
});

Deno.test("runContinuation() runs without waiting while nothing is a promise", () => {
  const agent = new Agent();
  const text = encodeContinuation(ctn().onReply(ctn().name("x")), agent, Platform.prototype);
  assertEquals(runContinuation(text, agent, Platform.prototype), "replied");
});

Deno.test("runContinuation() follows a chain over what each link returns", () => {
  const agent = run(ctn().onReply(continuation<Agent>().config().tags.join("+"), ctn().self().name("y")));
  assertEquals(agent.calls, [["a+b", "agent-y"]]);
});

Deno.test("runContinuation() throws what the handler throws, and rejects after a promise", async () => {
  const agent = new Agent();
  const thrown = encodeContinuation(ctn().fail(), agent, Platform.prototype);
  assertThrows(() => runContinuation(thrown, agent, Platform.prototype), RangeError, "as asked");
  const rejected = encodeContinuation(ctn().onReply(ctn().slowName(), ctn().fail()), agent, Platform.prototype);
  await assertRejects(
    () => Promise.resolve(runContinuation(rejected, agent, Platform.prototype)),
    RangeError,
    "as asked",
  );
});

Deno.test("runContinuation() runs the same text again and again with fresh arguments", () => {
  const agent = new Agent();
  const text = encodeContinuation(ctn().onReply([$result]), agent, Platform.prototype);
  runContinuation(text, agent, Platform.prototype, 1);
  runContinuation(text, agent, Platform.prototype, 2);
  assertEquals(agent.calls, [[[1]], [[2]]]);
});

Deno.test("encodeContinuation() refuses what was not recorded", () => {
  const agent = new Agent();
  for (const value of [undefined, null, 5, "onReply", {}, [], () => {}, agent.onReply, Promise.resolve(), $result]) {
    const error = assertThrows(() => encodeContinuation(value, agent, Platform.prototype), NotAContinuationError);
    assertEquals(error.code, "NOT_A_CONTINUATION");
  }
});

Deno.test("encodeContinuation() refuses a chain that ends in no call", () => {
  const agent = new Agent();
  for (const value of [ctn(), ctn().onReply, continuation<Agent>().config().tags]) {
    assertThrows(() => encodeContinuation(value, agent, Platform.prototype), NotAContinuationError);
  }
});

Deno.test("encodeContinuation() refuses methods that the class does not have, nested ones too", () => {
  const agent = new Agent();
  const refused = [
    ctn().missing(),
    ctn().constructor("return 1"),
    ctn().toString(),
    Reflect.get(ctn(), "hasOwnProperty")("x"),
    ctn().__proto__(),
    ctn().secret(),
    ctn().alarm(),
    ctn().onReply(ctn().missing()),
    ctn().onReply([{ deep: ctn().onReply(ctn().constructor()) }]),
  ];
  for (const value of refused) {
    const error = assertThrows(() => encodeContinuation(value, agent, Platform.prototype), UnknownMethodError);
    assertEquals(error.code, "UNKNOWN_METHOD");
  }
});

Deno.test("encodeContinuation() refuses too many operations, arguments and levels", () => {
  const agent = new Agent();
  let long = ctn();
  for (let i = 0; i < 65; i++) long = long.self() as typeof long;
  let deep = ctn().name();
  for (let i = 0; i < 16; i++) deep = ctn().name(deep);
  const cases: [unknown, string][] = [
    [long, "operations"],
    [ctn().onReply(...Array(65).fill(0)), "arguments"],
    [deep, "nested continuations"],
  ];
  for (const [value, part] of cases) {
    const error = assertThrows(() => encodeContinuation(value, agent, Platform.prototype), ContinuationTooLargeError);
    assertEquals([error.code, error.part], ["CONTINUATION_TOO_LARGE", part]);
  }
});

Deno.test("runContinuation() never reaches the language's machinery from text", () => {
  const agent = new Agent();
  const hostile = [
    `{"v":1,"ops":[["constructor",["return process"]]]}`,
    `{"v":1,"ops":[["config",[]],["constructor"],["constructor",["return 1"]]]}`,
    `{"v":1,"ops":[["config",[]],["__proto__"],["x",[]]]}`,
    `{"v":1,"ops":[["config",[]],["hasOwnProperty",["x"]]]}`,
    `{"v":1,"ops":[["self",[]],["secret",[]]]}`,
    `{"v":1,"ops":[["self",[]],["alarm",[]]]}`,
  ];
  for (const text of hostile) {
    assertThrows(() => runContinuation(text, agent, Platform.prototype), UnknownMethodError);
  }
});

Deno.test("runContinuation() refuses text of another version or shape", () => {
  const agent = new Agent();
  for (const text of ["null", "[]", `{"v":2,"ops":[]}`, `{"v":1}`, `{"v":1,"ops":[1]}`, `{"v":1,"ops":[["a",1]]}`]) {
    const error = assertThrows(() => runContinuation(text, agent, Platform.prototype), PayloadVersionError);
    assertEquals(error.code, "PAYLOAD_VERSION");
  }
});

Deno.test("runContinuation() refuses a method that a deploy has removed", () => {
  const text = encodeContinuation(ctn().onReply(), new Agent(), Platform.prototype);
  class Redeployed extends Platform {}
  assertThrows(() => runContinuation(text, new Redeployed(), Platform.prototype), UnknownMethodError, '"Redeployed"');
});

Deno.test("a recorder is not thenable, so that awaiting it by mistake does not hang", async () => {
  const recorder = ctn().onReply();
  assert(await recorder === recorder);
});

Deno.test("expectsPromise() recognises a continuation whose first method is async", () => {
  class Both {
    async later(): Promise<void> {}
    now(): void {}
  }
  const origin = new Both();
  const chains = [ctn().later(1), ctn().now(), ctn().now(ctn().later()), ctn().later($result), ctn().now($result)];
  const texts = chains.map((value) => encodeContinuation(value, origin, null));
  assertEquals(texts.map((text) => expectsPromise(text, origin)), [true, false, false, true, false]);
  assertEquals(expectsPromise("no continuation", origin), false);
});
