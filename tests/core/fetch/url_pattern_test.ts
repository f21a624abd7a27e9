import { assert, assertEquals, assertFalse, assertThrows } from "@std/assert";
import fc from "fast-check";
import { InvalidOptionError } from "../../../core/errors.ts";
import { bareHost, countedHost, matchesUrl, parseUrlPattern } from "../../../core/fetch/url_pattern.ts";

function matches(pattern: string, url: string): boolean {
  return matchesUrl(parseUrlPattern(pattern), new URL(url));
}

const MATCHING: Readonly<Record<string, readonly string[]>> = {
  "https://example.com": ["https://example.com/", "https://EXAMPLE.com/a?b#c", "https://example.com.:443/"],
  "HTTPS://Example.COM:443": ["https://example.com/"],
  "*://example.com": ["https://example.com/", "http://example.com/", "http://example.com:80/"],
  "https://example.com:*": ["https://example.com/", "https://example.com:8443/"],
  "http://example.com:08080": ["http://example.com:8080/"],
  "https://*": ["https://example.com/", "https://8.8.8.8/"],
  "https://*.example.com": ["https://a.example.com/", "https://a.b.example.com/x"],
  "https://bücher.example": ["https://xn--bcher-kva.example/", "https://BÜCHER.example/"],
  "https://*.bücher.example": ["https://a.xn--bcher-kva.example/"],
  "http://[::1]:8080": ["http://[0:0::1]:8080/"],
  "http://127.1": ["http://127.0.0.1/", "http://2130706433/"],
  "https://example.com/": ["https://example.com", "https://example.com/?q"],
  "https://example.com/v1/*": [
    "https://example.com/v1/",
    "https://example.com/v1/a/b",
    "https://example.com/x/../v1/a",
  ],
  "https://example.com/*/edit": [
    "https://example.com/a/edit",
    "https://example.com/a/b/edit",
    "https://example.com//edit",
  ],
  "https://example.com/a*b*c": ["https://example.com/abc", "https://example.com/axxbxxbyyc"],
  "https://example.com/~me": ["https://example.com/%7Eme"],
  "https://example.com/é": ["https://example.com/%c3%a9"],
};

const NOT_MATCHING: Readonly<Record<string, readonly string[]>> = {
  "https://example.com": [
    "http://example.com/",
    "https://example.com:8443/",
    "https://a.example.com/",
    "https://example.com.evil/",
  ],
  "*://example.com": ["https://example.com:80/", "http://example.com:443/"],
  "https://*.example.com": ["https://example.com/", "https://aexample.com/", "https://a.example.com.evil/"],
  "https://example.com/": ["https://example.com/a"],
  "https://example.com/v1/*": ["https://example.com/v1", "https://example.com/V1/a", "https://example.com/v1/../v2/a"],
  "https://example.com/a*b*c": ["https://example.com/ac", "https://example.com/acb", "https://example.com/xabc"],
  "https://example.com/ab*ba": ["https://example.com/aba"],
  "https://example.com/a%2Fb": ["https://example.com/a/b"],
};

Deno.test("matchesUrl matches scheme, host, port and path", () => {
  for (const [pattern, urls] of Object.entries(MATCHING)) {
    for (const url of urls) assert(matches(pattern, url), `${pattern} ${url}`);
  }
});

Deno.test("matchesUrl does not match what only looks alike", () => {
  for (const [pattern, urls] of Object.entries(NOT_MATCHING)) {
    for (const url of urls) assertFalse(matches(pattern, url), `${pattern} ${url}`);
  }
});

Deno.test("parseUrlPattern refuses what is no pattern", () => {
  const wrong: unknown[] = [
    "",
    "*",
    "example.com",
    "https:/example.com",
    "https://",
    "ftp://example.com",
    "https://exa*mple.com",
    "https://example.*",
    "https://*.*",
    "https://**",
    "https://*.",
    "https://*.127.0.0.1",
    "https://*.[::1]",
    "https://example.com:99999",
    "https://*:65536",
    "*://*.*:80/",
    "https://example.com:x",
    "https://user@example.com",
    "https://example.com/?q",
    "https://example.com/#f",
    "https://exa mple.com",
    "https://[::1",
    "https://256.1.1.1",
    " https://example.com",
    undefined,
    null,
    7,
    {},
  ];
  for (const pattern of wrong) {
    const error = assertThrows(() => parseUrlPattern(pattern as string, "policy.allow"), InvalidOptionError);
    assertEquals([error.code, error.option, error.value], ["INVALID_OPTION", "policy.allow", pattern]);
  }
});

Deno.test("matchesUrl agrees with a regular expression on paths", () => {
  const piece = fc.string({ unit: fc.constantFrom("a", "b", "/"), maxLength: 3 });
  fc.assert(
    fc.property(
      fc.array(piece, { minLength: 1, maxLength: 4 }),
      fc.string({ unit: fc.constantFrom("a", "b", "/"), maxLength: 12 }),
      (pieces, rest) => {
        const expected = new RegExp(`^/${pieces.join(".*")}$`).test(`/${rest}`);
        assertEquals(matches(`https://example.com/${pieces.join("*")}`, `https://example.com/${rest}`), expected);
      },
    ),
    { numRuns: 2_000 },
  );
});

Deno.test("matchesUrl takes no longer for a hostile path than for its length", () => {
  const pattern = parseUrlPattern(`https://example.com/${"a*".repeat(30)}b`);
  assertFalse(matchesUrl(pattern, new URL(`https://example.com/${"a".repeat(10_000)}c`)));
});

Deno.test("countedHost drops trailing dots and keeps the port", () => {
  for (const host of ["a.example", "a.example.", "a.example..", "a.example:80", "a.example.:80", "[::1]:80", ""]) {
    assertEquals(countedHost(host), host.replace(/\.+$/, "").replace(".:", ":"));
  }
});

Deno.test("bareHost drops trailing dots", () => {
  assertEquals(bareHost(new URL("https://example.com./")), "example.com");
  assertEquals(bareHost(new URL("https://example.com/")), "example.com");
});
