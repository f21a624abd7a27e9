import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { InvalidOptionError } from "../../core/errors.ts";
import {
  checkBoolean,
  checkChoice,
  checkInteger,
  checkNames,
  checkObject,
  checkSpan,
  takeOptions,
} from "../../core/option_checks.ts";

/** The message with which a check refuses. */
function refusal(check: () => unknown): string {
  const error = assertThrows(check, InvalidOptionError);
  assertEquals([error.code, error.option], ["INVALID_OPTION", "x"]);
  return error.message;
}

Deno.test("checkInteger hands back the integers from its least on and refuses all else", () => {
  fc.assert(fc.property(fc.oneof(fc.double(), fc.integer()), fc.integer({ min: 0, max: 9 }), (value, least) => {
    if (Number.isInteger(value) && value >= least) assertEquals(checkInteger("x", value, least), value);
    else refusal(() => checkInteger("x", value, least));
  }));
  assertEquals(refusal(() => checkInteger("x", 0)), 'Cannot use "x": pass an integer of 1 or more, got 0');
  assertEquals(refusal(() => checkInteger("x", -1, 0)), 'Cannot use "x": pass an integer of 0 or more, got -1');
  for (const value of ["5", null, [5], 5n]) refusal(() => checkInteger("x", value as never));
});

Deno.test("checkSpan hands back zero or more milliseconds and refuses all else", () => {
  fc.assert(fc.property(fc.double(), (value) => {
    if (value >= 0 && value < Infinity) assertEquals(checkSpan("x", value), value);
    else refusal(() => checkSpan("x", value));
  }));
  assertEquals(refusal(() => checkSpan("x", NaN)), 'Cannot use "x": pass zero or more milliseconds, got NaN');
  for (const value of ["5", null, [5], 5n]) refusal(() => checkSpan("x", value as never));
});

Deno.test("checkSpan refuses zero where it is told to", () => {
  assertEquals(checkSpan("x", 0.5, true), 0.5);
  assertEquals(refusal(() => checkSpan("x", 0, true)), 'Cannot use "x": pass more than zero milliseconds, got 0');
  for (const value of [-1, Infinity, NaN]) refusal(() => checkSpan("x", value, true));
});

Deno.test("checkBoolean takes true and false for what they are and refuses what looks like them", () => {
  assertEquals([checkBoolean("x", true), checkBoolean("x", false)], [true, false]);
  for (const value of [0, 1, "true", null, undefined, {}]) {
    assertEquals(refusal(() => checkBoolean("x", value as never)).includes("pass true or false"), true);
  }
});

Deno.test("checkChoice hands back a word that is listed and lists the words when it refuses another", () => {
  const words = ["drop", "run"] as const;
  for (const word of words) assertEquals(checkChoice("x", word, words), word);
  assertEquals(refusal(() => checkChoice("x", "walk", words)), 'Cannot use "x": pass "drop" or "run", got "walk"');
  for (const value of [undefined, null, 0, ["drop"]]) refusal(() => checkChoice("x", value, words));
});

Deno.test("checkObject takes objects, and neither arrays nor what is no object", () => {
  for (const value of [{}, Object.create(null), new Map()]) checkObject("x", value);
  for (const value of [null, undefined, 5, "x", true, [], () => {}]) {
    assertEquals(refusal(() => checkObject("x", value)).startsWith('Cannot use "x": pass an object, got '), true);
  }
});

Deno.test("checkNames lists what is known when it refuses a name, and takes undefined for left out", () => {
  checkNames("retry.", { attempts: 1, jiter: undefined }, { attempts: 3, jitter: 1 });
  const error = assertThrows(() => checkNames("retry.", { jiter: 1 }, { attempts: 3, jitter: 1 }), InvalidOptionError);
  assertEquals([error.option, error.value], ["retry.jiter", 1]);
  assertEquals(error.message, 'Cannot use "retry.jiter": leave it out, known are "attempts", "jitter", got 1');
  for (const name of ["toString", "constructor", "__proto__"]) {
    assertThrows(() => checkNames("", JSON.parse(`{"${name}": 1}`), { attempts: 3 }), InvalidOptionError);
  }
});

Deno.test("takeOptions copies what it is given, arrays included, and leaves what is left out", () => {
  const given = { list: ["a"], limit: 5 };
  const filled = { list: [], limit: 1, more: true };
  const taken = takeOptions("x", given, () => filled);
  given.list.push("b");
  given.limit = 6;
  assertEquals(taken, { list: ["a"], limit: 5 });
  assertEquals(takeOptions("x", undefined, () => filled), undefined);
});

Deno.test("takeOptions refuses what is no object, what is misspelt, and what the check of the values refuses", () => {
  for (const value of [null, 5, "x", []]) refusal(() => takeOptions("x", value as never, () => ({})));
  const misspelt = assertThrows(() => takeOptions("x", { limt: 1 }, () => ({ limit: 1 })), InvalidOptionError);
  assertEquals(misspelt.option, "x.limt");
  refusal(() => takeOptions("x", { limit: 0 }, ({ limit }, name) => ({ limit: checkInteger(name, limit) })));
});
