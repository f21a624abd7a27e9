import { assertEquals } from "@std/assert";
import { hostKind, isMetadataHost } from "../../../core/fetch/host_kind.ts";

Deno.test("hostKind names what a host is and takes a name with a dot for public", () => {
  const table: Record<string, string | undefined> = {
    "example.com": undefined,
    "8.8.8.8": undefined,
    "[2606:4700::1111]": undefined,
    "127.0.0.1": "loopback address",
    "[::1]": "loopback address",
    "[::ffff:a00:1]": "private address",
    "localhost": "loopback name",
    "a.localhost": "loopback name",
    "localhost.localdomain": "private name",
    "localhost4.localdomain4": "private name",
    "localhost6.localdomain6": "private name",
    "kubernetes.default": "private name",
    "wiki.corp": "private name",
    "router.home": "private name",
    "db.private": "private name",
    "smtp.mail": "private name",
    "vault.service.consul": "private name",
    "corp.com": undefined,
    "home.example.com": undefined,
    "gmail.com": undefined,
    "x.internal": "private name",
    "x.local": "private name",
    "x.home.arpa": "private name",
    "redis": "private name",
    "kubernetes.default.svc": "private name",
    "api.default.svc.cluster.local": "private name",
    "api.svc.example.com": undefined,
    "": "a host with an empty label",
    "a..b": "a host with an empty label",
    "xinternal.com": undefined,
  };
  for (const [host, kind] of Object.entries(table)) assertEquals(hostKind(host), kind, host);
});

Deno.test("isMetadataHost knows names and addresses, also IPv4 inside IPv6", () => {
  const hosts = [
    "metadata.google.internal",
    "metadata.azure.internal",
    "api.metadata.cloud.ibm.com",
    "rancher-metadata",
    "169.254.169.254",
    "[fd00:ec2::254]",
    "[::ffff:a9fe:a9fe]",
    "[64:ff9b::a9fe:a9fe]",
    "[64:ff9b:1::a9fe:a9fe]",
    "[::a9fe:a9fe]",
    "[::ffff:0:a9fe:a9fe]",
    "[2002:a9fe:a9fe::]",
    "[2002:6464:64c8::1]",
    "[fd00:c1::a9fe:a9fe]",
  ];
  for (const host of hosts) assertEquals(isMetadataHost(host), true, host);
  for (const host of ["169.254.169.253", "[::ffff:808:808]", "[fd00:ec2::255]", "[2002:808:808::]", "example.com"]) {
    assertEquals(isMetadataHost(host), false, host);
  }
});
