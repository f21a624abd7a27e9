/**
 * A real HTTP API on loopback, as slow and as broken as the demo asks.
 *
 * @module
 */

/** A running API. */
export interface Api {
  /** Its address, without a trailing slash. */
  readonly url: string;
  /** An address at which nothing listens. */
  readonly refusedUrl: string;
  /** How many requests it has received, by the value of their `case` parameter. */
  readonly hits: ReadonlyMap<string, number>;
  /** Stops it; answers under way are cut off. */
  close(): Promise<void>;
}

/**
 * Starts the API. `GET /?delay=MS&status=CODE&case=NAME` answers after a delay, with a status and some JSON;
 * `GET /reset?…` sends half of its body and then breaks the connection.
 */
export function startApi(): Api {
  const hits = new Map<string, number>();
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open = new Set<Deno.Conn>();
  const serving = serve(listener, open, hits);
  return {
    url: `http://127.0.0.1:${listener.addr.port}`,
    refusedUrl: `http://127.0.0.1:${freePort()}`,
    hits,
    async close() {
      listener.close();
      for (const connection of open) shut(connection);
      await serving;
    },
  };
}

/** A port that was free a moment ago. */
function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  listener.close();
  return listener.addr.port;
}

async function serve(listener: Deno.Listener, open: Set<Deno.Conn>, hits: Map<string, number>): Promise<void> {
  const answering = new Set<Promise<void>>();
  for await (const connection of listener) {
    open.add(connection);
    const answer: Promise<void> = respond(connection, hits)
      .catch(() => {}) // The client, or close(), broke the connection: nobody is left to answer.
      .finally(() => {
        open.delete(connection);
        shut(connection);
        answering.delete(answer);
      });
    answering.add(answer);
  }
  await Promise.all(answering);
}

/** Plain TCP, because an HTTP server of the runtime cannot be told to break a connection halfway. */
async function respond(connection: Deno.Conn, hits: Map<string, number>): Promise<void> {
  const target = await readTarget(connection);
  const { pathname, searchParams } = new URL(target, "http://api");
  const name = searchParams.get("case") ?? "";
  hits.set(name, (hits.get(name) ?? 0) + 1);
  await new Promise((resolve) => setTimeout(resolve, Number(searchParams.get("delay") ?? 0)));
  const body = JSON.stringify({ answer: 42, case: name });
  const status = Number(searchParams.get("status") ?? 200);
  const length = pathname === "/reset" ? body.length * 2 : body.length;
  const head = `HTTP/1.1 ${status} Demo\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n`;
  await connection.write(new TextEncoder().encode(`${head}connection: close\r\n\r\n${body}`));
}

/** Reads a request's head and returns its target. */
async function readTarget(connection: Deno.Conn): Promise<string> {
  const buffer = new Uint8Array(16_384);
  let head = "";
  while (!head.includes("\r\n\r\n")) {
    const read = await connection.read(buffer);
    if (read === null) break;
    head += new TextDecoder().decode(buffer.subarray(0, read));
  }
  return head.split(" ")[1] ?? "/";
}

function shut(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // It was closed already.
  }
}
