import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { isMessage } from "../../../core/requests/message.ts";
import type { Job } from "../../../core/job.ts";
import { answer, beat, persist } from "../ledger_host.ts";
import { jobFor } from "../unruly_server.ts";

const CARRIED = { epoch: "e1", durability: "deferred", continuation: "c", onLate: "l", onAmbiguous: "run" } as const;
const JOB: Job = { ...jobFor("https://api.example/", { now: 1_000 }), heartbeat: 20, carried: CARRIED };
const MESSAGES = { outcome: answer(JOB), heartbeat: beat(JOB), persist: persist(JOB) };

/** A message with one member set, or left out when the value is `undefined`. */
function altered(message: object, path: string, value: unknown): unknown {
  const copy = structuredClone(message) as Record<string, unknown>;
  const names = path.split(".");
  const last = names.pop() ?? "";
  let target = copy;
  for (const name of names) target = target[name] as Record<string, unknown>;
  if (value === undefined) delete target[last];
  else target[last] = value;
  return copy;
}

Deno.test("isMessage takes what executors send", () => {
  for (const message of Object.values(MESSAGES)) assert(isMessage(message), message.type);
});

Deno.test("isMessage takes what has come through JSON and a structured clone", () => {
  for (const message of Object.values(MESSAGES)) {
    assert(isMessage(JSON.parse(JSON.stringify(message))), message.type);
    assert(isMessage(structuredClone(message)), message.type);
  }
});

Deno.test("isMessage takes an outcome that carries nothing, and members that it does not know", () => {
  assert(isMessage(altered(MESSAGES.outcome, "carried", undefined)));
  assert(isMessage({ ...MESSAGES.heartbeat, hint: 1 }));
});

Deno.test("isMessage refuses what is no object", () => {
  for (const value of [undefined, null, 0, "outcome", true, Symbol("outcome"), 1n, () => MESSAGES.outcome]) {
    assertEquals(isMessage(value), false);
  }
});

Deno.test("isMessage refuses a type that it does not know, and one that an object inherits from its prototype", () => {
  for (const type of [undefined, "", "Outcome", "constructor", "toString", 1]) {
    assertEquals(isMessage(altered(MESSAGES.outcome, "type", type)), false, String(type));
  }
});

Deno.test("isMessage refuses another version of the format", () => {
  for (const message of Object.values(MESSAGES)) {
    for (const v of [undefined, 0, 2, "1", null]) assertEquals(isMessage(altered(message, "v", v)), false);
  }
  for (const v of [undefined, 2, "1"]) assertEquals(isMessage(altered(MESSAGES.persist, "job.v", v)), false);
});

Deno.test("isMessage refuses an address with a hole or a wrong kind of value in it", () => {
  const wrong: Record<string, unknown[]> = {
    id: [undefined, null, 1, {}, ["r1"]],
    due: [undefined, "7", NaN, Infinity, 1.5, 2 ** 53, null],
    token: [undefined, null, 5, {}],
    attempt: [undefined, 0, -1, 1.5, NaN, Infinity, "1", null],
  };
  for (const [name, values] of Object.entries(wrong)) {
    for (const value of values) {
      assertEquals(isMessage(altered(MESSAGES.outcome, name, value)), false, `${name} of an outcome`);
      assertEquals(isMessage(altered(MESSAGES.heartbeat, name, value)), false, `${name} of a heartbeat`);
      assertEquals(isMessage(altered(MESSAGES.persist, `job.${name}`, value)), false, `${name} of a job`);
    }
  }
});

Deno.test("isMessage refuses an outcome without its text, its count of sendings, or with a wrong load", () => {
  const wrong: Record<string, unknown[]> = {
    outcome: [undefined, null, 1, {}],
    sending: [undefined, 0, -1, 0.5, "1"],
    carried: [null, "e1", 5],
    "carried.epoch": [undefined, 1, null],
    "carried.continuation": [1, null, {}],
    "carried.onLate": [1, null, {}],
    "carried.onAmbiguous": [1, null, {}],
  };
  for (const [path, values] of Object.entries(wrong)) {
    for (const value of values) assertEquals(isMessage(altered(MESSAGES.outcome, path, value)), false, path);
  }
});

Deno.test("isMessage refuses a persist whose job cannot be written down", () => {
  const wrong: Record<string, unknown[]> = {
    job: [undefined, null, "job"],
    "job.request": [undefined, 1, null],
    "job.timeout": [undefined, "5", null],
    "job.grace": [undefined, "5", null],
    "job.policy": [undefined, null, "open"],
    "job.heartbeat": ["20", null],
    "job.carried": [undefined, null, "e1"],
    "job.carried.continuation": [1],
  };
  for (const [path, values] of Object.entries(wrong)) {
    for (const value of values) assertEquals(isMessage(altered(MESSAGES.persist, path, value)), false, path);
  }
});

Deno.test("isMessage answers for anything, and throws for nothing", () => {
  const names = fc.constantFrom("type", "v", "id", "due", "token", "attempt", "sending", "outcome", "job", "carried");
  const messages = fc.dictionary(names, fc.oneof(fc.anything(), fc.constantFrom("outcome", "heartbeat", "persist", 1)));
  fc.assert(fc.property(fc.oneof(messages, fc.anything()), (value) => {
    assertEquals(typeof isMessage(value), "boolean");
  }));
});
