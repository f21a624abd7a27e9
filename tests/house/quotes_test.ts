import { assertEquals } from "@std/assert";
import { falseQuotes, fillQuotes } from "../../tools/quotes.ts";
import { readTree } from "../../tools/tree.ts";
import { sample } from "./sample.ts";

const [AGENT] = sample({ "examples/agent.ts": "const a = `$&`;\n" });

Deno.test("fillQuotes puts a file below its name, whatever stood there", () => {
  const filled = "x\n\n<!-- examples/agent.ts -->\n\n```ts ignore\nconst a = `$&`;\n```\n\ny\n";
  assertEquals(fillQuotes("x\n\n<!-- examples/agent.ts -->\n```ts\nold();\n```\n\ny\n", [AGENT]), filled);
  assertEquals(fillQuotes("x\n\n<!-- examples/agent.ts -->\n```ts\n```\n\ny\n", [AGENT]), filled);
  assertEquals(fillQuotes(filled, [AGENT]), filled);
});

Deno.test("fillQuotes leaves other blocks and unknown files alone", () => {
  const text = "```ts\nf();\n```\n\n<!-- examples/gone.ts -->\n\n```ts\nf();\n```\n";
  assertEquals(fillQuotes(text, [AGENT]), text);
});

Deno.test("falseQuotes names a quote that is not its file, and one without a file", () => {
  const good = fillQuotes("<!-- examples/agent.ts -->\n```ts\n```\n", [AGENT]);
  const files = [
    ...sample({
      "README.md": good,
      "docs/a.md": good.replace("const", "let"),
      "docs/b.md": "<!-- examples/gone.ts -->\n\n```ts\n```\n",
    }),
    AGENT,
  ];
  assertEquals(falseQuotes(files), [
    "docs/a.md: quotes a file wrongly: run deno task docs",
    'docs/b.md: quotes "examples/gone.ts", which does not exist',
  ]);
});

Deno.test("this house: documents quote the code that runs", () => {
  assertEquals(falseQuotes(readTree()), []);
});
