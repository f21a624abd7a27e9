import { assertEquals } from "@std/assert";
import { commentsOf, importsOf } from "../../tools/syntax.ts";
import { sample } from "./sample.ts";

Deno.test("importsOf resolves relative paths from the root and says where they stand", () => {
  const [file] = sample({ "core/serializer/a.ts": 'import x from "croner";\nexport * from "../errors.ts";' });
  assertEquals(importsOf(file), [
    { specifier: "croner", target: undefined, at: "core/serializer/a.ts:1" },
    { specifier: "../errors.ts", target: "core/errors.ts", at: "core/serializer/a.ts:2" },
  ]);
});

Deno.test("commentsOf finds every comment once, and none in strings, templates or patterns", () => {
  const code =
    '// a\nconst x = "// no"; // b\nconst y = `// no ${/* c */ x} // no`;\nif (/\\/\\/ no/.test(y)) {\n  // d\n}\n/** e */\nf();\n// g';
  const [file] = sample({ "a.ts": code });
  assertEquals(commentsOf(file).map(({ text }) => text), ["// a", "// b", "/* c */", "// d", "/** e */", "// g"]);
});
