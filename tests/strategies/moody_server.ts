/**
 * A server on loopback that does by its path what servers do at their worst.
 *
 * @module
 */
import { deflateSync } from "node:zlib";
import { send, serveRaw, type UnrulyServer, untilClosed } from "../core/unruly_server.ts";

/** A {@linkcode moodyServer}. */
export interface MoodyServer extends UnrulyServer {
  /** How often each path, with its query, was asked for. */
  readonly hits: ReadonlyMap<string, number>;
  /** The most requests that were open at once: in all (`""`) and by the query's `host`. */
  readonly most: ReadonlyMap<string, number>;
  /** All requests' paths with their queries, in the order of arrival. */
  readonly arrivals: readonly string[];
  /** Its address as another host: it listens on several ports. */
  at(index: number): string;
}

/** 10 MB that do not repeat themselves soon. */
export const TEN_MB: Uint8Array<ArrayBuffer> = new Uint8Array(10_000_000).map((_, index) =>
  (index * 31) ^ (index >> 8)
);
/** Every byte there is. */
export const BINARY: Uint8Array<ArrayBuffer> = new Uint8Array(256).map((_, index) => index);
/** Bytes that have an encoding of which not every runtime knows. */
export const DEFLATED: Uint8Array<ArrayBuffer> = new Uint8Array(deflateSync(BINARY));

/** Starts it on as many ports as there are to be hosts. */
export function moodyServer(hosts = 1): MoodyServer {
  const arrivals: string[] = [];
  const hits = new Map<string, number>();
  const open = new Map<string, number>();
  const most = new Map<string, number>();
  function count(key: string, by: number): void {
    const now = (open.get(key) ?? 0) + by;
    open.set(key, now);
    most.set(key, Math.max(most.get(key) ?? 0, now));
  }
  const servers = Array.from({ length: hosts }, () => serveRaw(respond));
  async function respond(connection: Deno.TcpConn, head: string): Promise<void> {
    const target = head.split(" ")[1] ?? "/";
    arrivals.push(target);
    const hit = (hits.get(target) ?? 0) + 1;
    hits.set(target, hit);
    const host = new URL(target, "http://moody").searchParams.get("host");
    const keys = host === null ? [""] : ["", host];
    for (const key of keys) count(key, 1);
    let answered = false;
    try {
      answered = await answer(connection, new URL(target, "http://moody"), hit);
    } finally {
      for (const key of keys) count(key, -1);
    }
    // A close with unread bytes on the way would be a reset: let the client go first.
    if (answered) await untilClosed(connection);
  }
  return {
    ...{ hits, most, arrivals },
    origin: servers[0].origin,
    at: (index) => servers[index].origin,
    async [Symbol.asyncDispose]() {
      await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
    },
  };
}

/** Answers; tells whether the answer was whole. */
async function answer(connection: Deno.TcpConn, url: URL, hit: number): Promise<boolean> {
  const number = Number(url.searchParams.get("n") ?? 0);
  switch (url.pathname) {
    case "/status":
      return await reply(connection, number, `status ${number}`);
    case "/reset":
      await send(connection, "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nhalf");
      return false;
    case "/silent":
      await untilClosed(connection);
      return false;
    case "/stalled":
      await send(connection, "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nhalf");
      await untilClosed(connection);
      return false;
    case "/redirect":
      if (number === 0) return await reply(connection, 200, "arrived");
      return await reply(connection, 302, "", `location: /redirect?n=${number - 1}\r\n`);
    case "/loop":
      return await reply(connection, 302, "", "location: /loop\r\n");
    case "/binary":
      return await reply(connection, 200, BINARY);
    case "/named":
      return await reply(connection, 200, "named", 'content-disposition: filename="日本€é.pdf"\r\n');
    case "/deflate":
      return await reply(connection, 200, DEFLATED, "content-encoding: deflate\r\n");
    case "/ten":
      return await reply(connection, 200, TEN_MB);
    case "/busy":
      if (hit === 1) return await reply(connection, 503, "busy", "retry-after: 1\r\n");
      return await reply(connection, 200, "free");
    case "/slow":
      await new Promise((resolve) => setTimeout(resolve, number));
      return await reply(connection, 200, "slow");
    default:
      return await reply(connection, 200, "ok");
  }
}

async function reply(
  connection: Deno.TcpConn,
  status: number,
  body: string | Uint8Array,
  headers = "",
): Promise<true> {
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  await send(
    connection,
    `HTTP/1.1 ${status} Moody\r\ncontent-length: ${bytes.length}\r\nconnection: close\r\n${headers}\r\n`,
  );
  for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
  await connection.closeWrite();
  return true;
}
