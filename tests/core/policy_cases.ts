/**
 * URLs that the default policy refuses, with the kind of trick they use, and URLs that it lets pass.
 *
 * @module
 */

/** Hostile hosts by trick; every one is tried over http and https where it has no scheme of its own. */
export const HOSTILE: Readonly<Record<string, string>> = {
  "loopback, dotted": `127.0.0.1 127.0.0.53 127.255.255.254 127.1.1.1 127.0.0.1:8080 127.0.0.1:443`,
  "loopback, short forms": `127.1 127.0.1 127.1:80 127.65535 127.0.257`,
  "loopback, one number": `2130706433 2130706434 0x7f000001 0x7F000001 017700000001 0017700000001 0x0000007f000001`,
  "loopback, hex and octal parts":
    `0x7f.0.0.1 0x7f.0x0.0x0.0x1 0X7F.0.0.1 0177.0.0.1 0177.0.0.01 00177.00.00.01 0x7f.1 0177.1 127.0x1 0x7f.0.1 127.00.00.01`,
  "loopback, trailing dots": `127.0.0.1. 127.1. 2130706433. 0x7f.1. 127.0.0.1.. 127.0.0.1...`,
  "loopback, percent-encoded": `%31%32%37.0.0.1 127%2e0%2e0%2e1 %6c%6f%63alhost localhos%74 %30x7f.1`,
  "loopback, full width and other digits":
    `１２７.0.0.1 127．0．0．1 127。0。0。1 127｡0｡0｡1 ①②⑦.⓪.⓪.① 𝟏𝟐𝟕.𝟎.𝟎.𝟏 ¹²⁷.⁰.⁰.¹ ０ｘ７ｆ.1 127.0.0.1。 ２１３０７０６４３３`,
  "loopback, ignored code points": `127.0.0.1\u00ad 1\u200b27.0.0.1 local\u00adhost l\u2060ocalhost`,
  "loopback name":
    `localhost LOCALHOST LocalHost localhost. localhost.. localhost:8787 app.localhost a.b.localhost app.localhost. ｌｏｃａｌｈｏｓｔ ⓛⓞⓒⓐⓛⓗⓞⓢⓣ localhoſt localhost.localdomain 𝓵𝓸𝓬𝓪𝓵𝓱𝓸𝓼𝓽`,
  "IPv6 loopback and unspecified":
    `[::1] [0:0:0:0:0:0:0:1] [0000:0000:0000:0000:0000:0000:0000:0001] [::0001] [0::1] [::] [0:0:0:0:0:0:0:0] [::0.0.0.1] [::1]:8080`,
  "IPv4 inside IPv6":
    `[::ffff:127.0.0.1] [::ffff:7f00:1] [::FFFF:7F00:0001] [0:0:0:0:0:ffff:127.0.0.1] [::127.0.0.1] [::7f00:1] [64:ff9b::127.0.0.1] [64:ff9b::7f00:1] [64:ff9b::10.0.0.1] [64:ff9b:1::1] [2002:7f00:1::] [2002:7f00:0001::1] [2002:a00:1::] [2002:c0a8:101::1] [::ffff:10.0.0.1] [::ffff:192.168.0.1] [::ffff:0:127.0.0.1] [::ffff:a9fe:a9fe] [::ffff:169.254.169.254] [64:ff9b::a9fe:a9fe] [2001:0:7f00:1::]`,
  "private":
    `10.0.0.1 10.255.255.255 10.1 167772161 0xa.1 012.1 172.16.0.1 172.31.255.254 172.20.10.1 2886729729 192.168.0.1 192.168.1.1 192.168.255.255 192.168.257 3232235777 0xc0a80101 0300.0250.1.1`,
  "unspecified and this network": `0 0.0.0.0 0.1.2.3 0x0 00 0.0 0.0.0.0. ０`,
  "link-local": `169.254.0.1 169.254.1.1 169.254.255.255 2851995649 [fe80::1] [FE80::1] [febf::1] [fec0::1]`,
  "carrier-grade NAT": `100.64.0.1 100.127.255.254 1681915905 100.100.100.100`,
  "unique-local": `[fc00::1] [fd00::1] [fd12:3456:789a:1::1] [fdff::1]`,
  "multicast, broadcast, reserved":
    `224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255 4294967295 0xffffffff 037777777777 192.0.0.1 192.0.2.1 198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.9 192.88.99.1 [ff02::1] [ff0e::1] [100::1] [2001:db8::1] [2001:10::1] [3fff::1] [4000::1] [5f00::1] [::2]`,
  "metadata":
    `169.254.169.254 169.254.169.254. 2852039166 0xa9fea9fe 025177524776 169.254.43518 169.16689662 0xa9.0xfe.0xa9.0xfe 0251.0376.0251.0376 ①⑥⑨.②⑤④.①⑥⑨.②⑤④ 169。254。169。254 169.254.170.2 169.254.170.23 100.100.100.200 168.63.129.16 192.0.0.192 metadata.google.internal METADATA.google.internal metadata.google.internal. metadata.goog metadata instance-data instance-data.ec2.internal metadata.tencentyun.com [fd00:ec2::254] [fd00:0ec2:0:0:0:0:0:0254] [fd20:ce::254] [fd00:c1::a9fe:a9fe] [::a9fe:a9fe] [::169.254.169.254] [2002:a9fe:a9fe::] [2002:a9fe:a9fe::1] [64:ff9b:1::a9fe:a9fe] [64:ff9b:1:a9fe:a9:fe00::] [::ffff:0:a9fe:a9fe] [::100.100.100.200] [2002:6464:64c8::] [64:ff9b:1::168.63.129.16] [::ffff:0:192.0.0.192]`,
  "private names":
    `intranet redis db:5432 printer.local nas.lan router.home.arpa vault.internal vault.internal. kubernetes.default.svc kubernetes.default.svc. api.svc.cluster.local host.docker.internal a..b.example .example.com`,
  "credentials":
    `user@example.com user:secret@example.com :secret@example.com example.com@127.0.0.1 example.com:80@127.0.0.1 example.com%40@127.0.0.1`,
  "blocked ports": `example.com:22 example.com:25 example.com:53 example.com:110 example.com:6667 example.com:10080`,
};

/** Texts that are no http(s) URL, or one that means another host than it seems to. */
export const HOSTILE_URLS: readonly string[] = [
  "file:///etc/passwd",
  "ftp://example.com/",
  "gopher://127.0.0.1:6379/_x",
  "data:text/plain,hi",
  "blob:https://example.com/1",
  "javascript:alert(1)",
  "ws://example.com/",
  "wss://example.com/",
  "about:blank",
  "dict://example.com/",
  "ldap://example.com/",
  "mailto:a@example.com",
  "unix:///var/run/docker.sock",
  "//example.com/",
  "/path",
  "example.com",
  "localhost:8080/x",
  "",
  " ",
  "http://",
  "http:///",
  "https://?",
  "http://[::1",
  "http://[1::2::3]/",
  "http://[fe80::1%25eth0]/",
  "http://[::ffff:1.2.3.4.5]/",
  "http://exa mple.com/",
  "http://exa<mple.com/",
  "http://example.com:99999/",
  "http://example.com:-1/",
  "http://example.com:abc/",
  "http://256.1.1.1/",
  "http://1.2.3.256/",
  "http://1.2.3.4.5/",
  "http://0x100000000/",
  "http://4294967296/",
  "http://127.0.0.1\\@example.com/",
  "http:\\\\127.0.0.1\\x",
  "http:/127.0.0.1/",
  "http:127.0.0.1",
  "\thttp://127.0.0.1/",
  "ht\ntp://127.0.0.1/",
  "http://127.0.\n0.1/",
  "http://127.0.0.1#@example.com/",
  "http://127.0.0.1?@example.com/",
  "http://127.0.0.1/\u0000",
  "http://\u0000example.com/",
  "HTTP://LOCALHOST/",
  "http://xn--/",
];

/** URLs that pass the default policy, many of them next to a hostile spelling. */
export const LEGITIMATE: readonly string[] = `
https://example.com
https://example.com/
http://example.com/
https://example.com:443/
http://example.com:8080/a/b?c=d#e
HTTPS://EXAMPLE.COM/
https://example.com./
https://sub.domain.example.co.uk/
https://xn--bcher-kva.example/
https://bücher.example/
https://例え.テスト/
https://münchen.example/straße
https://münchen.de/
https://пример.испытание/
https://exa_mple.com/
https://a-b.example.com/
https://1.example.com/
https://127.0.0.1.example.com/
https://10.0.0.1.example.com/
https://localhost.example.com/
https://notlocalhost.com/
https://mylocalhost.dev/
https://local.example.com/
https://localized.net/
https://internal.example.com/
https://metadata.google.internal.example.com/
https://metadata.example.com/
https://intranet.example.com/
https://lan.example.org/
https://home.arpa.example.org/
https://api.openai.com/v1/chat/completions
https://api.github.com/repos/denoland/deno?per_page=100
https://api.cloudflare.com/client/v4/
https://hooks.slack.com/services/T0/B0/x
https://8.8.8.8/
https://1.1.1.1/dns-query
https://1.0.0.1/
http://8.8.4.4:8053/
http://9.255.255.255/
http://11.0.0.1/
http://100.63.255.255/
http://100.128.0.1/
http://126.255.255.255/
http://128.0.0.1/
http://169.253.255.255/
http://169.255.0.1/
http://172.15.255.255/
http://172.32.0.1/
http://192.167.255.255/
http://192.169.0.1/
http://198.17.255.255/
http://198.20.0.1/
http://223.255.255.255/
http://134744072/
http://0x08080808/
http://010.8.8.8/
https://[2606:4700:4700::1111]/
https://[2001:4860:4860::8888]/dns-query
https://[2a00:1450:4001:831::200e]:8443/
https://[2620:fe::fe]/
http://[::ffff:8.8.8.8]/
http://[64:ff9b::8.8.8.8]/
https://example.com/@user
https://example.com/?url=http://127.0.0.1/
https://example.com/#http://localhost/
https://example.com/redirect/http://169.254.169.254/
https://example.com/%7Euser/%2e%2e/x
https://example.com/a:b@c
https://example.com:65535/
https://example.com:3000/
`.trim().split("\n");

/** Every hostile URL, with the trick's name. */
export function hostileUrls(): { trick: string; url: string }[] {
  const built = Object.entries(HOSTILE).flatMap(([trick, hosts]) =>
    hosts.split(" ").map((host, index) => ({ trick, url: `${index % 2 === 0 ? "http" : "https"}://${host}/latest/x` }))
  );
  return [...built, ...HOSTILE_URLS.map((url) => ({ trick: "no http(s) URL, or another than it seems", url }))];
}
