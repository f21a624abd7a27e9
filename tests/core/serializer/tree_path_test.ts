import { assertEquals } from "@std/assert";
import { findPath } from "../../../core/serializer/tree_path.ts";

Deno.test("findPath + names the container that the test picks", () => {
  const tree = [1, { a: [null, { 'b"': [] }] }];
  assertEquals(findPath(tree, (value) => value === tree), "$");
  assertEquals(findPath(tree, (_, depth) => depth === 4), '$[1].a[1]["b\\""]');
  assertEquals(findPath(tree, () => false), undefined);
  assertEquals(findPath("text", () => true), undefined);
});

Deno.test("findPath + comes to an end in cycles", () => {
  const loop: unknown[] = [];
  loop.push(loop);
  assertEquals(findPath(loop, (value) => value !== loop), undefined);
});
