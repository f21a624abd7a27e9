/**
 * What an IP address written in a URL stands for: a public host, or a place that a fetch must not reach by accident.
 *
 * @module
 */

/** An address as a number of 128 bits; an IPv4 address is the IPv6 address that maps it. */
export type IpAddress = bigint;

/** The first 96 bits of the address that maps an IPv4 one (https://www.rfc-editor.org/rfc/rfc4291#section-2.5.5.2). */
const MAPPED = 0xffffn;

/**
 * The blocks that are not public, by what they are, for messages
 * (https://www.iana.org/assignments/iana-ipv4-special-registry,
 * https://www.iana.org/assignments/iana-ipv6-special-registry).
 */
const SPECIAL: readonly (Block & { readonly kind: string })[] = Object.entries({
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
}).flatMap(([kind, blocks]) => blocks.map((block) => ({ kind, ...readBlock(block) })));

/** The blocks that hold every public address: IPv4's, and all that IPv6 hands out so far. */
const PUBLIC: readonly Block[] = ["0.0.0.0/0", "2000::/3"].map(readBlock);

/** Its last 32 bits are the IPv4 address that it is translated to (https://www.rfc-editor.org/rfc/rfc6052). */
const NAT64 = readBlock("64:ff9b::/96");
/** NAT64 of a site of its own, whose translator may use all 48 bits or more (https://www.rfc-editor.org/rfc/rfc8215). */
const LOCAL_NAT64 = readBlock("64:ff9b:1::/48");
/** Further blocks whose last 32 bits may be an IPv4 address: IPv4-compatible (RFC 4291) and translated (RFC 2765). */
const EMBEDDING: readonly Block[] = [readBlock("::/96"), readBlock("::ffff:0:0:0/96"), LOCAL_NAT64];
/** The 32 bits after the first 16 are an IPv4 address (https://www.rfc-editor.org/rfc/rfc3056). */
const SIX_TO_FOUR = readBlock("2002::/16");

/** A block: its first address, and how many of the last bits differ within it. */
interface Block {
  readonly first: IpAddress;
  readonly free: bigint;
}

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
  const address = readAddress(host.replace(/[[\]]/g, ""));
  return isIn(NAT64, address) ? mapped(address) : address;
}

/**
 * What a host may stand for, for comparing: a name for itself, an address also for the IPv4 addresses to which a router
 * on its way may translate it.
 *
 * @param host `URL.hostname`, without trailing dots.
 */
export function hostForms(host: string): (IpAddress | string)[] {
  const address = parseIp(host);
  if (address === undefined) return [host];
  const forms = [address];
  if (EMBEDDING.some((block) => isIn(block, address))) forms.push(mapped(address));
  if (isIn(SIX_TO_FOUR, address)) forms.push(mapped(address >> 80n));
  // Eight bits in between are always zero.
  if (isIn(LOCAL_NAT64, address)) forms.push(mapped(address >> 48n & 0xffff_0000n | address >> 40n & 0xffffn));
  return forms;
}

/**
 * Says why an address is not public.
 *
 * @param address As {@linkcode parseIp} returns it.
 * @returns E.g. `"loopback address"`, or `undefined` for a public one.
 */
export function ipKind(address: IpAddress): string | undefined {
  const special = SPECIAL.find((block) => isIn(block, address));
  return special?.kind ?? (PUBLIC.some((block) => isIn(block, address)) ? undefined : "reserved address");
}

/** The address that maps the IPv4 address in the last 32 bits. */
function mapped(ipv4: bigint): IpAddress {
  return MAPPED << 32n | BigInt.asUintN(32, ipv4);
}

/** Reads dotted decimal, or the form in which the URL parser writes IPv6. */
function readAddress(text: string): IpAddress {
  if (text.includes(".")) return text.split(".").reduce((value, byte) => value << 8n | BigInt(byte), MAPPED);
  const [head, tail = []] = text.split("::").map((side) => side === "" ? [] : side.split(":"));
  const zeros = new Array<string>(8 - head.length - tail.length).fill("0");
  return [...head, ...zeros, ...tail].reduce((value, part) => value << 16n | BigInt(`0x${part}`), 0n);
}

/** Whether a block holds an address. */
function isIn({ first, free }: Block, address: IpAddress): boolean {
  return address >> free === first >> free;
}

function readBlock(block: string): Block {
  const [first, length] = block.split("/");
  return { first: readAddress(first), free: (first.includes(".") ? 32n : 128n) - BigInt(length) };
}
