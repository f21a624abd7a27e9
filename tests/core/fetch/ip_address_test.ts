import { assert, assertEquals, AssertionError } from "@std/assert";
import fc from "fast-check";
import ipaddr from "ipaddr.js";
import { hostForms, type IpAddress, ipKind, parseIp } from "../../../core/fetch/ip_address.ts";

/** 2000::/3 is what IANA hands out; ipaddr.js calls everything without a name of its own "unicast". */
function isGlobalUnicast(address: ipaddr.IPv6): boolean {
  return (address.parts[0] ?? 0) >> 13 === 1;
}

const ipv4 = fc.oneof(
  fc.integer({ min: 0, max: 0xffffffff }),
  // The edges of every reserved block, where an off-by-one would live.
  fc.tuple(
    fc.constantFrom(0, 10, 100, 127, 169, 172, 192, 198, 203, 223, 224, 240, 255),
    fc.constantFrom(
      0,
      2,
      15,
      16,
      17,
      18,
      19,
      20,
      31,
      32,
      51,
      52,
      63,
      64,
      88,
      127,
      128,
      167,
      168,
      169,
      175,
      253,
      254,
      255,
    ),
    fc.constantFrom(0, 1, 2, 3, 47, 48, 49, 98, 99, 100, 101, 112, 113, 114, 193, 195, 196, 197, 255),
    fc.integer({ min: 0, max: 255 }),
  ).map(([a, b, c, d]) => ((a * 256 + b) * 256 + c) * 256 + d),
);

const hextet = fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.constant(0));
const ipv6 = fc.oneof(
  fc.array(hextet, { minLength: 8, maxLength: 8 }),
  fc.tuple(
    fc.constantFrom(
      [0x2001, 0],
      [0x2001, 0x1ff],
      [0x2001, 0x200],
      [0x2001, 0xdb8],
      [0x2001, 0xdb9],
      [0x2002, 0x7f00],
      [0x2003, 1],
      [0x2620, 0x4f, 0x8000],
      [0x2620, 0x4f, 0x8001],
      [0x3fff, 0],
      [0x3fff, 0x1000],
      [0x3ffe, 1],
      [0xfc00],
      [0xfdff],
      [0xfe80],
      [0xfebf],
      [0xff02],
      [0, 0, 0, 0, 0, 0xffff],
      [0x64, 0xff9b, 0, 0, 0, 0],
      [0x64, 0xff9b, 1],
      [0, 0, 0, 0, 0, 0],
    ),
    fc.array(hextet, { minLength: 8, maxLength: 8 }),
  ).map(([head, tail]) => [...head, ...tail].slice(0, 8)),
);

function dotted(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join(".");
}

/** The address that maps an IPv4 one. */
function mapped(address: number): IpAddress {
  return numberOf([0, 0, 0, 0, 0, 0xffff, address >>> 16, address & 0xffff]);
}

/** An address of eight parts. */
function numberOf(parts: readonly number[]): IpAddress {
  return BigInt(`0x${parts.map((part) => part.toString(16).padStart(4, "0")).join("")}`);
}

/** The address in a spelling that a URL may have. */
function parsed(spelling: string): IpAddress {
  const address = parseIp(hostname(spelling));
  if (address === undefined) throw new AssertionError(spelling);
  return address;
}

/** What `URL.hostname` says of an address in any spelling. */
function hostname(spelling: string): string {
  return new URL(`http://${spelling}/`).hostname;
}

Deno.test("ipKind agrees with ipaddr.js on every IPv4 address", () => {
  fc.assert(
    fc.property(ipv4, (address) => {
      const range = ipaddr.IPv4.parse(dotted(address)).range();
      assertEquals(ipKind(mapped(address)) === undefined, range === "unicast", `${dotted(address)} is ${range}`);
    }),
    { numRuns: 5_000 },
  );
});

Deno.test("ipKind agrees with ipaddr.js on every address of 2000::/3 and refuses the others", () => {
  fc.assert(
    fc.property(ipv6, (parts) => {
      const address = new ipaddr.IPv6(parts);
      const isPublic = address.isIPv4MappedAddress()
        ? address.toIPv4Address().range() === "unicast"
        : isGlobalUnicast(address) && address.range() === "unicast";
      assertEquals(ipKind(numberOf(parts)) === undefined, isPublic, `${address} is ${address.range()}`);
    }),
    { numRuns: 5_000 },
  );
});

Deno.test("parseIp reads IPv4 as the URL parser writes it, whatever the spelling was", () => {
  fc.assert(
    fc.property(ipv4, fc.constantFrom(10, 8, 16), fc.integer({ min: 1, max: 4 }), (address, radix, count) => {
      const prefix = radix === 8 ? "0" : radix === 16 ? "0x" : "";
      const bytes = dotted(address).split(".").map(Number);
      const rest = bytes.slice(count - 1).reduce((value, byte) => value * 256 + byte, 0);
      const spelling = [...bytes.slice(0, count - 1), rest].map((part) => prefix + part.toString(radix)).join(".");
      assertEquals(parseIp(hostname(spelling)), mapped(address), spelling);
    }),
  );
});

Deno.test("parseIp reads IPv6 as the URL parser writes it, whatever the spelling was", () => {
  fc.assert(
    fc.property(ipv6, fc.constantFrom("toString", "toNormalizedString", "toFixedLengthString"), (parts, spelling) => {
      const text = new ipaddr.IPv6(parts)[spelling as "toString"]();
      const translated = parts.slice(0, 6).join() === [0x64, 0xff9b, 0, 0, 0, 0].join();
      const expected = translated ? [0, 0, 0, 0, 0, 0xffff, parts[6], parts[7]] : parts;
      assertEquals(parseIp(hostname(`[${text}]`)), numberOf(expected), text);
    }),
  );
});

Deno.test("parseIp reads no names", () => {
  for (const host of ["", "example.com", "1.2.3", "1.2.3.4.5", "a.b.c.d", "1.2.3.4.", "::1", "10.0.0.1.example"]) {
    assertEquals(parseIp(host), undefined, host);
  }
});

Deno.test("parseIp finds the IPv4 address in a mapped and a NAT64 address only", () => {
  assertEquals(parsed("[::ffff:1.2.3.4]"), mapped(0x01020304));
  assertEquals(parsed("[64:ff9b::255.2.3.4]"), mapped(0xff020304));
  for (const spelling of ["[::1.2.3.4]", "[2002:102:304::]", "[64:ff9b:1::102:304]", "[::ffff:0:1.2.3.4]"]) {
    assert(parsed(spelling) >> 32n !== 0xffffn, spelling);
    assert(ipKind(parsed(spelling)) !== undefined, spelling);
  }
});

Deno.test("hostForms finds every IPv4 address in every block that embeds it", () => {
  fc.assert(fc.property(ipv4, hextet, (address, more) => {
    const [high, low] = [address >>> 16, address & 0xffff].map((part) => part.toString(16));
    const rest = [address >>> 8 & 255, (address & 255) << 8].map((part) => part.toString(16));
    const spellings = [
      dotted(address),
      `[::ffff:${dotted(address)}]`,
      `[64:ff9b::${dotted(address)}]`,
      `[::${dotted(address)}]`,
      `[::ffff:0:${dotted(address)}]`,
      `[64:ff9b:1::${dotted(address)}]`,
      `[64:ff9b:1:${more.toString(16)}::${dotted(address)}]`,
      `[64:ff9b:1:${high}:${rest[0]}:${rest[1]}::]`,
      `[2002:${high}:${low}::]`,
      `[2002:${high}:${low}::${more.toString(16)}]`,
    ];
    for (const spelling of spellings) {
      assert(hostForms(hostname(spelling)).includes(mapped(address)), spelling);
    }
  }));
});

Deno.test("hostForms takes every other address for itself alone", () => {
  fc.assert(fc.property(ipv6, (parts) => {
    const embeds = ["0,0,0,0,0,0,", "0,0,0,0,65535,0,", "100,65435,1,", "8194,"].some((head) =>
      `${parts.join()},`.startsWith(head)
    );
    const host = hostname(`[${new ipaddr.IPv6(parts)}]`);
    const forms = hostForms(host);
    assertEquals(forms[0], parseIp(host));
    assertEquals(forms.length > 1, embeds, host);
  }));
});

Deno.test("hostForms takes a name for itself", () => {
  for (const host of ["", "example.com", "1.2.3"]) assertEquals(hostForms(host), [host]);
});

Deno.test("ipKind names what it refuses", () => {
  const table: Record<string, string> = {
    "0.0.0.0": "unspecified address",
    "127.1.2.3": "loopback address",
    "172.31.255.255": "private address",
    "100.127.0.1": "carrier-grade NAT address",
    "169.254.0.1": "link-local address",
    "255.255.255.255": "reserved address",
    "[::]": "unspecified address",
    "[::1]": "loopback address",
    "[fd12::1]": "unique-local address",
    "[febf::1]": "link-local address",
    "[2001:db8::1]": "documentation address",
    "[2620:4f:8000::1]": "AS112 address",
    "[4000::1]": "reserved address",
  };
  for (const [host, kind] of Object.entries(table)) assertEquals(ipKind(parsed(host)), kind, host);
});
