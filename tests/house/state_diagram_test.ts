import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fillDiagram, stateDiagram } from "../../tools/state_diagram.ts";

Deno.test("stateDiagram shows what transition decides", () => {
  const diagram = stateDiagram();
  assertStringIncludes(diagram, "  absent --> open_in_row: call, strict / store<br>");
  assertStringIncludes(diagram, "  running --> settled: handler committed / remove\n");
  assertStringIncludes(diagram, "  open_in_row --> ended: cancel / remove\n");
  assertStringIncludes(diagram, "  ended --> ended: outcome / late<br>");
  assert(!diagram.includes("cancel / run"));
});

Deno.test("fillDiagram leaves a document without a place for it as it is", () => {
  assertEquals(fillDiagram("# Title\n"), "# Title\n");
});

Deno.test("docs/requests.md shows the diagram that the code makes", async () => {
  const text = await Deno.readTextFile(new URL("../../docs/requests.md", import.meta.url));
  assertStringIncludes(text, "stateDiagram-v2");
  assertEquals(fillDiagram(text), text, "run: deno task docs");
});
