/**
 * What the host of a URL stands for, as far as its spelling tells.
 *
 * @module
 */
import { hostForms, type IpAddress, ipKind, parseIp } from "./ip_address.ts";

/** Hosts that hand out credentials to whoever asks from inside a cloud: by name, IPv4 and IPv6. */
const METADATA_HOSTS: ReadonlySet<string | IpAddress> = new Set([
  "metadata",
  "metadata.google.internal",
  "metadata.azure.internal",
  "api.metadata.cloud.ibm.com",
  "rancher-metadata",
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
].map((host) => parseIp(host) ?? host));

/**
 * Whether a host hands out credentials, also when its IPv4 address is written inside an IPv6 one.
 *
 * @param host As `bareHost` returns it.
 */
export function isMetadataHost(host: string): boolean {
  return hostForms(host).some((form) => METADATA_HOSTS.has(form));
}

/**
 * Name endings that public DNS does not serve (RFC 6761, 6762, 8375; ICANN reserved .internal in 2024 and delegates
 * .corp, .home and .mail to nobody), and those of services within a Kubernetes cluster.
 */
const PRIVATE_NAME =
  /(^|\.)(localhost|localdomain[46]?|local|internal|intranet|private|corp|home|mail|lan|consul|svc|default|home\.arpa)$/;

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
