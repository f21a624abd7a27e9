import { assertEquals } from "@std/assert";
import { BLOCKED_PORTS } from "../../../core/fetch/blocked_ports.ts";

Deno.test("BLOCKED_PORTS holds well-known services and no port of the web", () => {
  for (const port of [0, 22, 25, 53, 110, 6667, 10080]) assertEquals(BLOCKED_PORTS.has(port), true, String(port));
  for (const port of [80, 443, 3000, 8000, 8080, 8443, 8787]) {
    assertEquals(BLOCKED_PORTS.has(port), false, String(port));
  }
  for (const port of BLOCKED_PORTS) {
    assertEquals(Number.isInteger(port) && port >= 0 && port < 65_536, true, String(port));
  }
});
