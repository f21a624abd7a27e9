/**
 * What an IP address written in a URL stands for: a public host, or a place that a fetch must not reach by accident.
 *
 * @module
 */

/** A reserved block: its first address, its prefix length in bits, and what it is, for messages. */
type Block = readonly [first: number, prefix: number, kind: string];

/** IPv4 blocks that are not public (https://www.iana.org/assignments/iana-ipv4-special-registry). */
const BLOCKS_V4: readonly Block[] = [
  [0x00000000, 8, "unspecified address"],
  [0x0a000000, 8, "private address"],
  [0x64400000, 10, "carrier-grade NAT address"],
  [0x7f000000, 8, "loopback address"],
  [0xa9fe0000, 16, "link-local address"],
  [0xac100000, 12, "private address"],
  [0xc0000000, 24, "reserved address"],
  [0xc0000200, 24, "documentation address"],
  [0xc01fc400, 24, "AS112 address"],
  [0xc034c100, 24, "AMT address"],
  [0xc0586300, 24, "6to4 relay address"],
  [0xc0a80000, 16, "private address"],
  [0xc0af3000, 24, "AS112 address"],
  [0xc6120000, 15, "benchmarking address"],
  [0xc6336400, 24, "documentation address"],
  [0xcb007100, 24, "documentation address"],
  [0xe0000000, 4, "multicast address"],
  [0xf0000000, 4, "reserved address"],
];

/**
 * IPv6 blocks by their first 32 bits (https://www.iana.org/assignments/iana-ipv6-special-registry). Only 2000::/3 is
 * handed out to public hosts; what is outside of it is refused without being listed, these only name it.
 */
const BLOCKS_V6: readonly Block[] = [
  [0xfc000000, 7, "unique-local address"],
  [0xfe800000, 10, "link-local address"],
  [0xfec00000, 10, "site-local address"],
  [0xff000000, 8, "multicast address"],
  [0x20010000, 23, "reserved address"],
  [0x20010db8, 32, "documentation address"],
  [0x20020000, 16, "6to4 address"],
  [0x3fff0000, 20, "documentation address"],
];

/** IPv6 blocks inside 2000::/3 longer than 32 bits, as hextets: AS112 and the services of the IETF. */
const AS112_V6: readonly number[] = [0x2620, 0x004f, 0x8000];

/**
 * Reads the host of a parsed URL as an IPv4 address. The URL parser has already turned the decimal, octal,
 * hexadecimal and short forms into dotted decimal (https://url.spec.whatwg.org/#concept-ipv4-parser).
 *
 * @param host `URL.hostname`, without trailing dots.
 * @returns The address as an unsigned 32-bit integer, or `undefined` for a name.
 */
export function parseIpv4(host: string): number | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(host);
  if (match === null) return undefined;
  const bytes = match.slice(1).map(Number);
  return bytes.some((byte) => byte > 255) ? undefined : bytes.reduce((value, byte) => value * 256 + byte, 0);
}

/**
 * Reads the host of a parsed URL as an IPv6 address.
 *
 * @param host `URL.hostname`: in brackets, in the form that the URL serializer writes.
 * @returns Eight 16-bit integers, or `undefined` for anything else.
 */
export function parseIpv6(host: string): number[] | undefined {
  if (!host.startsWith("[") || !host.endsWith("]")) return undefined;
  const [left, right] = host.slice(1, -1).split("::");
  const head = hextets(left ?? "");
  const tail = right === undefined ? [] : hextets(right);
  const gap = right === undefined ? 0 : 8 - head.length - tail.length;
  const all = [...head, ...new Array<number>(Math.max(0, gap)).fill(0), ...tail];
  return all.length === 8 && all.every((part) => part >= 0 && part <= 0xffff) ? all : undefined;
}

function hextets(text: string): number[] {
  return text === "" ? [] : text.split(":").map((part) => Number.parseInt(part, 16));
}

/**
 * Says why an IPv4 address is not public.
 *
 * @param address As {@linkcode parseIpv4} returns it.
 * @returns E.g. `"loopback address"`, or `undefined` for a public one.
 */
export function ipv4Kind(address: number): string | undefined {
  return kindIn(BLOCKS_V4, address);
}

/**
 * Says why an IPv6 address is not public. An address that carries an IPv4 one (mapped or NAT64) is judged by that.
 *
 * @param parts As {@linkcode parseIpv6} returns them.
 * @returns E.g. `"unique-local address"`, or `undefined` for a public one.
 */
export function ipv6Kind(parts: readonly number[]): string | undefined {
  const embedded = embeddedIpv4(parts);
  if (embedded !== undefined) return ipv4Kind(embedded);
  if (parts.slice(0, 7).every((part) => part === 0) && (parts[7] ?? 0) <= 1) {
    return parts[7] === 1 ? "loopback address" : "unspecified address";
  }
  if (AS112_V6.every((part, index) => parts[index] === part)) return "AS112 address";
  const first = parts[0] ?? 0;
  const kind = kindIn(BLOCKS_V6, first * 0x10000 + (parts[1] ?? 0));
  return kind ?? (first >> 13 === 1 ? undefined : "reserved address");
}

/**
 * The IPv4 address that a mapped (::ffff:0:0/96) or NAT64 (64:ff9b::/96) address carries.
 *
 * @param parts As {@linkcode parseIpv6} returns them.
 * @returns An unsigned 32-bit integer, or `undefined` when it carries none.
 */
export function embeddedIpv4(parts: readonly number[]): number | undefined {
  const zeros = (from: number, to: number) => parts.slice(from, to).every((part) => part === 0);
  const mapped = zeros(0, 5) && parts[5] === 0xffff;
  const translated = parts[0] === 0x64 && parts[1] === 0xff9b && zeros(2, 6);
  return mapped || translated ? (parts[6] ?? 0) * 0x10000 + (parts[7] ?? 0) : undefined;
}

function kindIn(blocks: readonly Block[], address: number): string | undefined {
  // Division instead of shifts: the addresses are unsigned, JavaScript's bit operators are not.
  return blocks.find(([first, prefix]) => Math.floor(address / 2 ** (32 - prefix)) === first / 2 ** (32 - prefix))?.[2];
}
