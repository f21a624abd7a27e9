import { assert, assertEquals, assertFalse, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { DozeError, InvalidOptionError, InvalidUrlError, UrlForbiddenError } from "../../core/errors.ts";
import { checkUrl, fetchPolicy, type FetchPolicyOptions, withoutCredentials } from "../../core/policy.ts";
import { hostileUrls, LEGITIMATE } from "./policy_cases.ts";

function passes(url: string, policy?: FetchPolicyOptions): boolean {
  try {
    checkUrl(url, policy);
    return true;
  } catch (error) {
    assert(error instanceof InvalidUrlError || error instanceof UrlForbiddenError);
    return false;
  }
}

Deno.test("checkUrl refuses 200 hostile URLs with a code", () => {
  const cases = hostileUrls();
  assert(new Set(cases.map(({ url }) => url)).size >= 200);
  const passed = cases.filter(({ url }) => passes(url));
  assertEquals(passed, []);
});

Deno.test("checkUrl lets 60 legitimate URLs pass and returns them parsed", () => {
  assert(new Set(LEGITIMATE).size >= 60);
  for (const url of LEGITIMATE) assertEquals(checkUrl(url).href, new URL(url).href);
});

Deno.test("checkUrl takes a URL object", () => {
  assertEquals(checkUrl(new URL("https://example.com/a")).pathname, "/a");
  assertThrows(() => checkUrl(new URL("http://[::1]/")), UrlForbiddenError);
});

Deno.test("checkUrl names the rule in the error and keeps secrets out of it", () => {
  const error = assertThrows(() => checkUrl("https://user:hunter2@example.com/"), UrlForbiddenError);
  assertStringIncludes(error.reason, "password");
  assertFalse(`${error.message} ${error.url} ${error.stack}`.includes("hunter2"));
  const reasons: Record<string, string> = {
    "http://127.0.0.1/": "loopback address",
    "http://10.1/": "private address",
    "http://app.localhost/": "loopback name",
    "http://printer.local/": "private name",
    "http://169.254.169.254/": "metadata host",
    "http://[::ffff:169.254.169.254]/": "metadata host",
    "http://[fd00::1]/": "unique-local address",
  };
  for (const [url, reason] of Object.entries(reasons)) {
    assertEquals(assertThrows(() => checkUrl(url), UrlForbiddenError).reason, reason);
  }
});

Deno.test("checkUrl says what lifts the rule that refuses, and nothing that does not", () => {
  const cases: [url: string, remedy: RegExp, policy?: FetchPolicyOptions][] = [
    ["https://me:secret@example.com/", /send a header instead, got a user name or password in the URL$/],
    ["http://example.com:22/", /serve it on another port, got a port that the Fetch standard blocks$/],
    ["http://example.com:0/", /serve it on another port/],
    ["http://169.254.169.254/", /name it in "policy.allow" if it is meant, got metadata host$/],
    ["http://10.0.0.1/", /name it in "policy.allow" or set "policy.allowPrivate" if it is meant, got private address$/],
    ["https://a.example/", /take it off "policy.deny" if it is meant/, { deny: ["https://a.example"] }],
    ["https://a.example/", /add it to "policy.allow" if it is meant/, { allow: ["https://b.example"] }],
  ];
  for (const [url, remedy, policy] of cases) {
    assertMatch(assertThrows(() => checkUrl(url, policy), UrlForbiddenError).message, remedy);
  }
});

Deno.test("checkUrl refuses a policy that is none, misspelt or out of its range, whatever the URL", () => {
  const wrong: [option: string, policy: unknown][] = [
    ["policy", null],
    ["policy", 5],
    ["policy", []],
    ["policy.denny", { denny: [] }],
    ["policy.deny", { deny: "https://a.example" }],
    ["policy.allow", { allow: ["example.com"] }],
    ["policy.allowPrivate", { allowPrivate: 1 }],
    ["policy.maxUrlLength", { maxUrlLength: "9" }],
    ["policy.maxRedirects", { maxRedirects: -1 }],
    ["policy.maxBodyBytes", { maxBodyBytes: NaN }],
  ];
  for (const [option, policy] of wrong) {
    for (const url of ["https://example.com/", "https://me@example.com/"]) {
      const error = assertThrows(() => checkUrl(url, policy as FetchPolicyOptions), InvalidOptionError);
      assertEquals(error.option, option);
    }
  }
});

Deno.test("checkUrl refuses a URL over the length cap", () => {
  const url = `https://example.com/${"x".repeat(100)}`;
  assert(passes(url));
  const error = assertThrows(() => checkUrl(url, { maxUrlLength: 100 }), InvalidUrlError);
  assertEquals(error.code, "INVALID_URL");
  assertFalse(passes(`https://example.com/${"x".repeat(20_000)}`));
});

Deno.test("checkUrl with an allow list fetches nothing else", () => {
  const policy = { allow: ["https://api.example.com/v1/*", "http://*.example.org:8080"] };
  assert(passes("https://api.example.com/v1/users?x=/v2/", policy));
  assert(passes("http://a.example.org:8080/anything", policy));
  for (
    const url of [
      "https://api.example.com/v2/users",
      "https://api.example.com/v1/../v2/users",
      "http://api.example.com/v1/users",
      "https://api.example.com:8443/v1/users",
      "https://example.com/v1/",
      "http://example.org:8080/",
      "http://a.example.org/",
    ]
  ) assertFalse(passes(url, policy), url);
  assertFalse(passes("https://example.com/", { allow: [] }));
});

Deno.test("checkUrl with a deny list refuses what an allow list would let pass", () => {
  const policy = { allow: ["https://*.example.com"], deny: ["*://*/admin*", "https://bad.example.com"] };
  assert(passes("https://good.example.com/", policy));
  assertFalse(passes("https://good.example.com/admin/x", policy));
  assertFalse(passes("https://good.example.com/%61dmin", policy));
  assertFalse(passes("https://bad.example.com/", policy));
  assertFalse(passes("https://bad.example.com./", policy));
});

Deno.test("checkUrl with a deny list refuses a host in every form in which its address may be written", () => {
  const forms = [
    "http://1.2.3.4./",
    "http://16909060/",
    "http://[::ffff:1.2.3.4]/",
    "http://[64:ff9b::102:304]/",
    "http://[64:ff9b:1::102:304]/",
    "http://[::1.2.3.4]/",
    "http://[::ffff:0:1.2.3.4]/",
    "http://[2002:102:304::]/",
  ];
  for (const denied of ["1.2.3.4", "[::ffff:1.2.3.4]", "[64:ff9b::102:304]", "[2002:102:304::]"]) {
    const deny = [`*://${denied}`];
    for (const url of forms) {
      const error = assertThrows(() => checkUrl(url, { deny, allowPrivate: true }), UrlForbiddenError);
      assertEquals(error.reason, "on the deny list", `${denied} ${url}`);
    }
    for (const url of ["http://1.2.3.5/", "http://[::ffff:1.2.3.5]/", "http://[2606:4700::102:304]/"]) {
      assert(passes(url, { deny }), `${denied} ${url}`);
    }
    assert(passes("https://example.com/", { deny }));
    assert(passes("http://[::1]/", { deny: ["*://localhost", ...deny], allowPrivate: true }));
  }
});

Deno.test("checkUrl with an allow list opens no embedded form of a host that it names", () => {
  const allow = ["*://1.2.3.4", "*://169.254.169.254"];
  assert(passes("http://1.2.3.4/", { allow }));
  for (const url of ["http://[2002:102:304::]/", "http://[::1.2.3.4]/", "http://[2002:a9fe:a9fe::]/"]) {
    assertFalse(passes(url, { allow, allowPrivate: true }), url);
  }
});

Deno.test("checkUrl opens a private host only to a pattern that names it", () => {
  assert(passes("http://127.0.0.1:8787/x", { allow: ["http://127.0.0.1:8787"] }));
  assert(passes("http://2130706433:8787/x", { allow: ["http://127.0.0.1:8787"] }));
  assert(passes("http://169.254.169.254/latest", { allow: ["http://169.254.169.254/*"] }));
  assertFalse(passes("http://127.0.0.1:8788/x", { allow: ["http://127.0.0.1:8787"] }));
  assertFalse(passes("http://127.0.0.1/", { allow: ["*://*", "*://*:*"] }));
  assertFalse(passes("http://app.localhost/", { allow: ["http://*.localhost"] }));
});

Deno.test("checkUrl with allowPrivate opens private hosts but no metadata host and no blocked port", () => {
  const policy = { allowPrivate: true };
  for (
    const url of ["http://127.0.0.1/", "http://localhost:8787/", "http://[::1]/", "http://10.0.0.1/", "http://db/"]
  ) {
    assert(passes(url, policy), url);
  }
  for (const { url } of hostileUrls().filter(({ trick }) => trick === "metadata")) {
    assertFalse(passes(url, policy), url);
  }
  assertFalse(passes("http://127.0.0.1:22/", policy));
  assertFalse(passes("http://user@localhost/", policy));
});

Deno.test("fetchPolicy fills in its documented defaults", () => {
  assertEquals(fetchPolicy(), {
    allow: undefined,
    deny: [],
    allowPrivate: false,
    maxRedirects: 20,
    maxUrlLength: 16_384,
    maxRequestHeaderBytes: 32_768,
    maxRequestBodyBytes: 16_777_216,
    maxResponseHeaderBytes: 65_536,
    maxBodyBytes: 16_777_216,
  });
  assertEquals(fetchPolicy({ maxRedirects: 0, allow: ["https://a.example"] }).maxRedirects, 0);
  assertEquals(fetchPolicy(fetchPolicy({ allow: ["https://a.example"] })).allow, ["https://a.example"]);
});

Deno.test("fetchPolicy refuses what is no object", () => {
  for (const options of [[], 5, "x", null]) {
    const error = assertThrows(() => fetchPolicy(options as unknown as FetchPolicyOptions), InvalidOptionError);
    assertEquals(error.option, "policy");
  }
});

Deno.test("fetchPolicy refuses what is no pattern, no cap and no boolean", () => {
  const wrong: Record<string, unknown>[] = [
    { allow: ["example.com"] },
    { deny: ["https://"] },
    { allow: "https://example.com" },
    { allow: [7] },
    { allowPrivate: "yes" },
    { maxRedirects: -1 },
    { maxRedirects: NaN },
    { maxBodyBytes: 1.5 },
    { maxUrlLength: Infinity },
    { maxResponseHeaderBytes: "9" },
  ];
  for (const options of wrong) {
    const error = assertThrows(() => fetchPolicy(options as FetchPolicyOptions), InvalidOptionError);
    assert(error instanceof DozeError);
    assertEquals(error.option, `policy.${Object.keys(options)[0]}`);
  }
});

Deno.test("withoutCredentials masks a user name and password in a URL of any scheme, and nothing else", () => {
  const table: [url: string, expected: string][] = [
    ["https://me:secret@a.example/x@y?z@", "https://***@a.example/x@y?z@"],
    ["http://me@a.example:8080/", "http://***@a.example:8080/"],
    ["https://:secret@a.example", "https://***@a.example/"],
    ["https://a%40b:c%2Fd%3F@a.example/", "https://***@a.example/"],
    ["ftp://me:secret@a.example/", "ftp://***@a.example/"],
    ["odd+1://me:secret@a.example", "odd+1://***@a.example"],
    ["https://a.example/b//c@d", "https://a.example/b//c@d"],
    ["odd://a.example?b@c", "odd://a.example?b@c"],
    ["mailto:me@a.example", "mailto:me@a.example"],
  ];
  for (const [url, expected] of table) assertEquals(withoutCredentials(new URL(url)), expected);
});

Deno.test("withoutCredentials leaves nothing of them, whatever they are", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (username, password) => {
    const url = Object.assign(new URL("https://a.example/path"), { username, password });
    const masked = url.username === "" && url.password === "" ? "" : "***@";
    assertEquals(withoutCredentials(url), `https://${masked}a.example/path`);
  }));
});
