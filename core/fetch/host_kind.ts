/**
 * What the host of a URL stands for, as far as its spelling tells.
 *
 * @module
 */
import { ipForms, ipKind, parseIp } from "./ip_address.ts";

/** Hosts that hand out credentials to whoever asks from inside a cloud: by name, IPv4 and IPv6. */
const METADATA_HOSTS: readonly string[] = [
  "metadata",
  "metadata.google.internal",
  "metadata.goog",
  "instance-data",
  "instance-data.ec2.internal",
  "metadata.tencentyun.com",
  "metadata.platformequinix.com",
  "metadata.packet.net",
  "169.254.169.254",
  "169.254.170.2",
  "169.254.170.23",
  "169.254.0.23",
  "169.254.42.42",
  "100.100.100.200",
  "168.63.129.16",
  "192.0.0.192",
  "[fd00:ec2::254]",
  "[fd00:ec2::23]",
  "[fd20:ce::254]",
  "[fd00:42::42]",
  "[fd00:c1::a9fe:a9fe]",
  "[fe80::a9fe:a9fe]",
];

/** Those of them that are addresses, read at the first use: every fetch asks, at its origin and at its executor. */
let metadataAddresses: ReadonlySet<string | undefined> | undefined;

/**
 * Whether a host hands out credentials, also when its IPv4 address is written inside an IPv6 one.
 *
 * @param host As `bareHost` returns it.
 */
export function isMetadataHost(host: string): boolean {
  const address = parseIp(host);
  if (address === undefined) return METADATA_HOSTS.includes(host);
  const metadata = metadataAddresses ??= new Set(METADATA_HOSTS.map((known) => parseIp(known)?.join()));
  return ipForms(address).some((form) => metadata.has(form));
}

/**
 * Name endings that public DNS does not serve (RFC 6761, 6762, 8375; ICANN reserved .internal in 2024), and that of
 * services within a Kubernetes cluster.
 */
const PRIVATE_NAME = /(^|\.)(localhost|localdomain|local|internal|intranet|lan|svc|home\.arpa)$/;

/**
 * Says why a host is not public.
 *
 * @param host As `bareHost` returns it.
 * @returns E.g. `"loopback address"`, or `undefined` for one that looks public. What a name resolves to is not seen.
 */
export function hostKind(host: string): string | undefined {
  const address = parseIp(host);
  if (address !== undefined) return ipKind(address);
  if (host === "localhost" || host.endsWith(".localhost")) return "loopback name";
  if (host.split(".").includes("")) return "a host with an empty label";
  if (PRIVATE_NAME.test(host)) return "private name";
  // A name without a dot is completed by the resolver's search list; public hosts have a dot.
  return host.includes(".") ? undefined : "private name";
}
