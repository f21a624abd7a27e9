import { assert, assertEquals, assertLess, assertThrows } from "@std/assert";
import process from "node:process";
import {
  parse,
  registerType,
  RequestSync,
  ResponseSync,
  SerializerError,
  stringify,
} from "../../../core/serializer/mod.ts";
import { cases } from "./cases.ts";
import { heldSize } from "./held_size.ts";

/** Members of what many values share, or four bytes each. */
const BIG = 500;

/** Values that share it. */
const USERS = 150;

class Made {
  fields = 1;
}
registerType("amplification:made", { type: Made, create: () => new Made() });

const list = Array.from({ length: BIG }, (_, i) => i);
const record = Object.fromEntries(list.map((i) => [`key${i}`, i]));
const bytes = Uint8Array.from({ length: 750 }, () => 255).toBase64();

/** What a hostile text may share, as entry 2. */
const shared = [
  record,
  { message: "m", cause: record },
  list,
  ["~M", ...list, ...list],
  ["~S", ...list],
  ["~N", ...Object.entries(record).flat()],
  ["~L", BIG, ...Object.entries(list).flat()],
  ["~I", "7".repeat(4 * BIG)],
  ["~A", bytes],
  ["~VUint8Array", ["~A", bytes], 0, 750],
  ["~EError", { message: "m" }, record],
  ["~P", 200, "", "", false, "", ["~VUint8Array", ["~A", bytes], 0, 750]],
  ["~Ctest:point", record],
  ["~X", "x".repeat(4 * BIG)],
  ["~R", "x".repeat(4 * BIG), "", 0],
  ["~W", "a=b&".repeat(BIG)],
  ["~H", Array.from({ length: BIG }, (_, i) => `a${i}: b\n`).join("")],
].map((entry) => JSON.stringify(entry));

/** What may stand for a part of a value: the entry, or something small that holds it. */
const links = ['"~2"', '["~VUint8Array","~2",0,750]', '["~VDataView","~2",0,750]', '["~M","~2","~2"]', '["~X","~2"]'];

/** Values of each tag with each of their parts replaced in turn. */
function users(): string[] {
  const found = new Set<string>();
  const example = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    Object.values(value).forEach(example);
    if (!Array.isArray(value) || !/^~[A-Z]/.test(value[0])) return;
    const parts = value.map((part) => JSON.stringify(part));
    for (let i = 1; i < parts.length; i++) for (const link of links) found.add(`[${parts.with(i, link)}]`);
  };
  const values = cases.filter((one) => !one.refused).map((one) => one.make());
  for (const value of [...values, new Made(), [values[0]]]) example(JSON.parse(stringify(value)));
  // What a codec of the program's does with what it is given is its own cost.
  return [...found].filter((text) => text.length < 300 && !/~Ctest:(?!point)/.test(text));
}

function tryParse(text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    assert(error instanceof SerializerError, `${error} of ${text.slice(0, 200)}`);
  }
}

Deno.test("parse + makes nothing large of what many values share, whatever the kind and the part", () => {
  const all = users();
  assert(all.length > 300);
  const tags = new Set(all.map((user) => user.slice(0, 4)));
  for (const tag of "TRXMSNLAVEDUWHPQC") assert([...tags].some((known) => known[3] === tag), tag);
  for (const user of all) {
    for (const entry of shared) {
      const text = `["~doze1",[${Array(USERS).fill(user)}],${entry}]`;
      const start = process.cpuUsage();
      const value = tryParse(text);
      const { user: cpu } = process.cpuUsage(start);
      assertLess(heldSize(value), 8 * text.length, `${user} of ${entry.slice(0, 80)}`);
      // In microseconds: 1 ms per KB, and what a busy machine adds.
      assertLess(cpu, 1000 * (text.length / 1024) + 20_000, `${user} of ${entry.slice(0, 80)}`);
    }
  }
});

Deno.test("parse + refuses parts that it would have to copy where they stand elsewhere, at any depth", () => {
  const texts = [
    '["~EError","~2",{}]',
    '["~EError",{},"~2"]',
    '["~Ctest:point","~2"]',
    '["~Camplification:made","~2"]',
    ...['"~2"', '["~VUint8Array","~3",0,3]'].flatMap((body) => [
      `["~P",200,"","",false,"",${body}],["~P",200,"","",false,"",${body}]`,
      `["~Q","https://x.example/","PUT","follow","",${body}],["~P",200,"","",false,"",${body}]`,
    ]),
  ];
  const entries = ['["~VUint8Array",["~A","/wAA"],0,3]', "{}"];
  for (const text of texts) {
    for (const depth of [1, 2, 498, 499, 500, 501, 1000]) {
      for (const entry of entries) {
        const root = "[".repeat(depth) + text + "]".repeat(depth);
        const error = assertThrows(() => parse(`["~doze1",${root},${entry},["~A","/wAA"]]`), SerializerError);
        assertEquals([error.code, error.path?.startsWith("$[1]")], ["MALFORMED", true]);
      }
    }
  }
});

Deno.test("parse + refuses a reference to a bigint, which is a primitive", () => {
  for (const depth of [0, 499, 600]) {
    const root = "[".repeat(depth) + '["~2"]' + "]".repeat(depth);
    const error = assertThrows(() => parse(`["~doze1",${root},["~I","1"]]`), SerializerError);
    assertEquals([error.code, error.path], ["MALFORMED", "$[2][0]"]);
  }
});

Deno.test("parse + gives a message bytes of its own, though something else in the text has the buffer too", () => {
  const text = '["~doze1",["~2",["~P",200,"","",false,"","~2"],"~3"],["~VUint8Array","~3",0,3],["~A","/wAA"]]';
  const [view, message, buffer] = parse(text) as [Uint8Array, ResponseSync, ArrayBuffer];
  view.fill(1);
  assertEquals([message.bytes(), buffer], [Uint8Array.of(255, 0, 0), view.buffer]);
  assertEquals((parse(text) as ResponseSync[])[1].bytes(), Uint8Array.of(255, 0, 0));
});

Deno.test("stringify + writes the bytes of each message, also of clones, at any depth", () => {
  const body = Uint8Array.of(255, 0, 1);
  const response = new ResponseSync(body);
  const request = new RequestSync("https://x.example/", { method: "PUT", body });
  for (let depth = 190; depth < 210; depth++) {
    let value: unknown = [response, response.clone(), request, request.clone(), response];
    for (let i = 0; i < depth; i++) value = i % 2 ? [value] : new Map([[1, value]]);
    let copy = parse(stringify(value));
    for (let i = depth - 1; i >= 0; i--) copy = i % 2 ? (copy as unknown[])[0] : (copy as Map<number, unknown>).get(1);
    const messages = copy as ResponseSync[];
    for (const message of messages) assertEquals(message.bytes(), body);
    assert(messages[4] === messages[0] && messages[1] !== messages[0]);
  }
});
