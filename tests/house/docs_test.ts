import { assertEquals } from "@std/assert";
import { staleDocuments } from "../../tools/docs.ts";
import { sample } from "./sample.ts";

Deno.test("staleDocuments gives what documents should say, and nothing where they say it", () => {
  const files = sample({
    "README.md": "<!-- examples/a.ts -->\n```ts\n```\n",
    "examples/a.ts": "a;\n",
    "docs/errors.md": "old",
    "docs/b.md": "b",
  });
  const stale = staleDocuments(files, "table");
  assertEquals(
    stale,
    sample({
      "README.md": "<!-- examples/a.ts -->\n\n```ts ignore\na;\n```\n",
      "docs/errors.md": "table",
    }),
  );
  assertEquals(staleDocuments([...stale, ...files.slice(1, 2), ...files.slice(3)], "table"), []);
});
