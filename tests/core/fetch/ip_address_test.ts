import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import ipaddr from "ipaddr.js";
import { embeddedIpv4, ipv4Kind, ipv6Kind, parseIpv4, parseIpv6 } from "../../../core/fetch/ip_address.ts";

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

Deno.test("ipv4Kind agrees with ipaddr.js on every address", () => {
  fc.assert(
    fc.property(ipv4, (address) => {
      const range = ipaddr.IPv4.parse(dotted(address)).range();
      assertEquals(ipv4Kind(address) === undefined, range === "unicast", `${dotted(address)} is ${range}`);
    }),
    { numRuns: 5_000 },
  );
});

Deno.test("ipv6Kind agrees with ipaddr.js on every address of 2000::/3 and refuses the others", () => {
  fc.assert(
    fc.property(ipv6, (parts) => {
      const address = new ipaddr.IPv6(parts);
      const embedded = embeddedIpv4(parts);
      const isPublic = embedded === undefined
        ? isGlobalUnicast(address) && address.range() === "unicast"
        : ipaddr.IPv4.parse(dotted(embedded)).range() === "unicast";
      assertEquals(ipv6Kind(parts) === undefined, isPublic, `${address} is ${address.range()}`);
    }),
    { numRuns: 5_000 },
  );
});

Deno.test("parseIpv4 reads what the URL parser writes, whatever the spelling was", () => {
  fc.assert(
    fc.property(ipv4, fc.constantFrom(10, 8, 16), fc.integer({ min: 1, max: 4 }), (address, radix, count) => {
      const prefix = radix === 8 ? "0" : radix === 16 ? "0x" : "";
      const bytes = dotted(address).split(".").map(Number);
      const rest = bytes.slice(count - 1).reduce((value, byte) => value * 256 + byte, 0);
      const spelling = [...bytes.slice(0, count - 1), rest].map((part) => prefix + part.toString(radix)).join(".");
      assertEquals(parseIpv4(new URL(`http://${spelling}/`).hostname), address, spelling);
    }),
  );
});

Deno.test("parseIpv6 reads what the URL parser writes, whatever the spelling was", () => {
  fc.assert(
    fc.property(ipv6, fc.constantFrom("toString", "toNormalizedString", "toFixedLengthString"), (parts, spelling) => {
      const text = new ipaddr.IPv6(parts)[spelling as "toString"]();
      assertEquals(parseIpv6(new URL(`http://[${text}]/`).hostname), parts, text);
    }),
  );
});

Deno.test("parseIpv4 and parseIpv6 read no names", () => {
  for (const host of ["", "example.com", "1.2.3", "1.2.3.4.5", "1.2.3.256", "a.b.c.d", "1.2.3.4.", "01234.1.1.1"]) {
    assertEquals(parseIpv4(host), undefined, host);
    assertEquals(parseIpv6(host), undefined, host);
  }
  for (const host of ["[]", "[::g]", "[1:2:3]", "::1", "[1:2:3:4:5:6:7:8:9]", "[12345::]"]) {
    assertEquals(parseIpv6(host), undefined, host);
  }
});

Deno.test("embeddedIpv4 finds the address in a mapped and a NAT64 address only", () => {
  const parts = (text: string) => parseIpv6(new URL(`http://[${text}]/`).hostname) ?? [];
  assertEquals(embeddedIpv4(parts("::ffff:1.2.3.4")), 0x01020304);
  assertEquals(embeddedIpv4(parts("64:ff9b::255.2.3.4")), 0xff020304);
  for (const text of ["::1.2.3.4", "2002:102:304::", "64:ff9b:1::102:304", "::ffff:0:1.2.3.4"]) {
    assertEquals(embeddedIpv4(parts(text)), undefined, text);
    assert(ipv6Kind(parts(text)) !== undefined, text);
  }
});
