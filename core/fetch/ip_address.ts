/**
 * What an IP address written in a URL stands for: a public host, or a place that a fetch must not reach by accident.
 *
 * @module
 */

/** An address as eight 16-bit integers; an IPv4 address is the IPv6 address that maps it. */
export type IpAddress = readonly number[];

/** The first six parts of the address that maps an IPv4 one (https://www.rfc-editor.org/rfc/rfc4291#section-2.5.5.2). */
const MAPPED: IpAddress = [0, 0, 0, 0, 0, 0xffff];

/**
 * The blocks that are not public, by what they are, for messages
 * (https://www.iana.org/assignments/iana-ipv4-special-registry,
 * https://www.iana.org/assignments/iana-ipv6-special-registry).
 */
const BLOCKS: Readonly<Record<string, readonly string[]>> = {
  "unspecified address": ["0.0.0.0/8", "::/128"],
  "loopback address": ["127.0.0.0/8", "::1/128"],
  "private address": ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"],
  "unique-local address": ["fc00::/7"],
  "link-local address": ["169.254.0.0/16", "fe80::/10"],
  "site-local address": ["fec0::/10"],
  "carrier-grade NAT address": ["100.64.0.0/10"],
  "documentation address": ["192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "3fff::/20"],
  "benchmarking address": ["198.18.0.0/15"],
  "multicast address": ["224.0.0.0/4", "ff00::/8"],
  "AS112 address": ["192.31.196.0/24", "192.175.48.0/24", "2620:4f:8000::/48"],
  "AMT address": ["192.52.193.0/24"],
  "6to4 address": ["192.88.99.0/24", "2002::/16"],
  "reserved address": ["192.0.0.0/24", "240.0.0.0/4", "2001::/23"],
};

/** The blocks that hold every public address: IPv4's, and all that IPv6 hands out so far. */
const PUBLIC: readonly string[] = ["0.0.0.0/0", "2000::/3"];

/** A block, read: its first address, and the number of bits that all of it share. */
interface Block {
  readonly first: IpAddress;
  readonly bits: number;
}

/** The blocks that were read before; they are few, and every fetch from an address asks for nearly all of them. */
const read = new Map<string, Block>();

/** Its last 32 bits are the IPv4 address that it is translated to (https://www.rfc-editor.org/rfc/rfc6052). */
const NAT64 = "64:ff9b::/96";
/** NAT64 of a site of its own, whose translator may use all 48 bits or more (https://www.rfc-editor.org/rfc/rfc8215). */
const LOCAL_NAT64 = "64:ff9b:1::/48";
/** Further blocks whose last 32 bits may be an IPv4 address: IPv4-compatible (RFC 4291) and translated (RFC 2765). */
const EMBEDDING: readonly string[] = ["::/96", "::ffff:0:0:0/96", LOCAL_NAT64];

/**
 * Reads the host of a parsed URL as an address. The URL parser has already turned the decimal, octal, hexadecimal and
 * short forms of IPv4 into dotted decimal (https://url.spec.whatwg.org/#concept-ipv4-parser), and has refused what
 * looks like an address and is none.
 *
 * @param host `URL.hostname`, without trailing dots.
 * @returns The address, an IPv4 one in the same form whether it is written alone, mapped or for NAT64; `undefined` for
 * a name.
 */
export function parseIp(host: string): IpAddress | undefined {
  if (!/^(\[.*\]|\d+(\.\d+){3})$/.test(host)) return undefined;
  const address = readParts(host.replace(/[[\]]/g, ""));
  return isIn(NAT64, address) ? [...MAPPED, ...address.slice(6)] : address;
}

/**
 * What an address may stand for: itself, and the IPv4 addresses to which a router on its way may translate it.
 *
 * @param address As {@linkcode parseIp} returns it.
 * @returns Texts that are the same for the same address, for comparing.
 */
export function ipForms(address: IpAddress): string[] {
  const embedded: IpAddress[] = [];
  if (EMBEDDING.some((block) => isIn(block, address))) embedded.push(address.slice(6));
  if (isIn("2002::/16", address)) embedded.push(address.slice(1, 3));
  if (isIn(LOCAL_NAT64, address)) embedded.push([address[3], (address[4] & 255) << 8 | address[5] >> 8]);
  return [address, ...embedded.map((ipv4) => [...MAPPED, ...ipv4])].map((form) => form.join());
}

/**
 * Says why an address is not public.
 *
 * @param address As {@linkcode parseIp} returns it.
 * @returns E.g. `"loopback address"`, or `undefined` for a public one.
 */
export function ipKind(address: IpAddress): string | undefined {
  for (const [kind, blocks] of Object.entries(BLOCKS)) {
    if (blocks.some((block) => isIn(block, address))) return kind;
  }
  return PUBLIC.some((block) => isIn(block, address)) ? undefined : "reserved address";
}

/** Reads dotted decimal, or the form in which the URL parser writes IPv6. */
function readParts(text: string): IpAddress {
  if (text.includes(".")) {
    const [a, b, c, d] = text.split(".").map(Number);
    return [...MAPPED, a * 256 + b, c * 256 + d];
  }
  const [head, tail = []] = text.split("::").map((side) => side === "" ? [] : side.split(":"));
  const zeros = new Array<string>(8 - head.length - tail.length).fill("0");
  return [...head, ...zeros, ...tail].map((part) => Number.parseInt(part, 16));
}

/** Whether a block holds an address. */
function isIn(block: string, address: IpAddress): boolean {
  const { first, bits } = readBlock(block);
  return first.every((part, index) => {
    const free = Math.min(16, Math.max(0, 16 * (index + 1) - bits));
    return part >> free === address[index] >> free;
  });
}

function readBlock(block: string): Block {
  const known = read.get(block);
  if (known !== undefined) return known;
  const [first, length] = block.split("/");
  const made = { first: readParts(first), bits: Number(length) + (first.includes(".") ? 96 : 0) };
  read.set(block, made);
  return made;
}
