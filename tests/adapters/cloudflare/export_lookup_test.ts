import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { ExecutorMissingError, ExportNotFoundError } from "../../../adapters/cloudflare/binding_errors.ts";
import {
  findBinding,
  findExecutor,
  findSelf,
  namespaceStub,
  stubByName,
} from "../../../adapters/cloudflare/export_lookup.ts";
import { InvalidOptionError } from "../../../core/errors.ts";
import type { DurableObjectStateLike } from "../../../adapters/cloudflare/platform.ts";

/** A namespace that knows some ids, branded as the platform brands its own. */
class FakeNamespace {
  readonly #ids: string[];
  readonly [Symbol.toStringTag] = "LoopbackDurableObjectNamespace";

  constructor(...ids: string[]) {
    this.#ids = ids;
  }

  idFromString(id: string): string {
    if (!this.#ids.includes(id)) throw new TypeError("Durable Object ID is not valid for this namespace.");
    return id;
  }

  get(id: string): object {
    return { stubOf: id };
  }
}

/** A service stub: every property is a remote method, and calling one must not happen by accident. */
function serviceStub(): object {
  return new Proxy({}, {
    get: (_target, key) => {
      if (key === Symbol.toStringTag) return "LoopbackServiceStub";
      return () => {
        throw new RangeError(`called ${String(key)} remotely`);
      };
    },
  });
}

function stateOf(id: string, exports?: object): DurableObjectStateLike {
  return { id: { toString: () => id }, exports } as DurableObjectStateLike;
}

Deno.test("findSelf() finds the export whose namespace knows the object's id", () => {
  const exports = { default: serviceStub(), Other: new FakeNamespace("b"), Renamed: new FakeNamespace("a") };
  const self = findSelf(stateOf("a", exports), {});
  assertEquals([self.exportName, self.id, self.stub()], ["Renamed", "a", { stubOf: "a" }]);
});

Deno.test("findSelf() makes a new stub each time, since one that failed may stay broken", () => {
  const self = findSelf(stateOf("a", { A: new FakeNamespace("a") }), {});
  assertEquals(self.stub() === self.stub(), false);
});

Deno.test("findSelf() falls back to a binding where there are no exports", () => {
  const self = findSelf(stateOf("a"), { TEXT: "x", NOTHING: null, SERVICE: serviceStub(), A: new FakeNamespace("a") });
  assertEquals([self.exportName, self.stub()], [undefined, { stubOf: "a" }]);
});

Deno.test("findSelf() says what to export when nothing knows the object's id", () => {
  const error = assertThrows(
    () => findSelf(stateOf("a", { B: new FakeNamespace("b") }), undefined),
    ExportNotFoundError,
  );
  assertEquals([error.code, error.id, error.exports], ["EXPORT_NOT_FOUND", "a", ["B"]]);
});

Deno.test("stubByName() answers only for a namespace of that name that knows the id", () => {
  const exports = { A: new FakeNamespace("a"), default: serviceStub() };
  assertEquals(stubByName(exports, "A", "a"), { stubOf: "a" });
  assertEquals(stubByName(exports, "A", "b"), undefined);
  assertEquals(stubByName(exports, "default", "a"), undefined);
  assertEquals(stubByName(exports, "toString", "a"), undefined);
  assertEquals(stubByName(undefined, "A", "a"), undefined);
});

Deno.test("findExecutor() prefers a binding to an export of the same name", () => {
  const [binding, exported] = [serviceStub(), serviceStub()];
  assertStrictEquals(findExecutor("X", stateOf("a", { X: exported }), { X: binding }), binding);
  assertStrictEquals(findExecutor("X", stateOf("a", { X: exported }), {}), exported);
});

Deno.test("findExecutor() does not take an inherited member or a text for an executor", () => {
  for (const env of [undefined, null, {}, { X: "text" }, { X: null }]) {
    const error = assertThrows(() => findExecutor("X", stateOf("a", { Y: serviceStub() }), env), ExecutorMissingError);
    assertEquals([error.code, error.executor, error.exports], ["EXECUTOR_MISSING", "X", ["Y"]]);
  }
  assertThrows(() => findExecutor("toString", stateOf("a", {}), {}), ExecutorMissingError);
});

Deno.test("findExecutor() follows a path into what an entrypoint offers", () => {
  const fetches = {};
  const ctx = { id: { toString: () => "01" }, storage: null as never, blockConcurrencyWhile: null as never };
  assertStrictEquals(findExecutor("API.fetches", ctx, { API: { fetches } }), fetches);
  assertThrows(() => findExecutor("API.other", ctx, { API: { fetches } }), ExecutorMissingError);
});

Deno.test("findBinding() looks among bindings, then exports, and takes no text and no inherited member", () => {
  const [bound, exported] = [{}, {}];
  const ctx = {
    id: { toString: () => "01" },
    storage: null as never,
    blockConcurrencyWhile: null as never,
    exports: { A: exported, B: exported },
  };
  assertStrictEquals(findBinding("A", ctx, { A: bound }), bound);
  assertStrictEquals(findBinding("B", ctx, { A: bound }), exported);
  assertEquals(findBinding("B", undefined, { A: bound }), undefined);
  assertEquals(findBinding("TEXT", ctx, { TEXT: "text" }), undefined);
  assertEquals(findBinding("toString", ctx, {}), undefined);
});

Deno.test("namespaceStub() refuses what is no namespace", () => {
  assertThrows(() => namespaceStub({}, "ORCHESTRATOR", "default"), InvalidOptionError);
});
