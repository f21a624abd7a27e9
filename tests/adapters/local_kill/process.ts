/**
 * A process under load, to be killed at any moment: it takes on requests as fast as it can be answered. With `finish` as
 * its third argument it takes on none, ends what earlier ones have left, and prints its books as JSON.
 *
 * @module
 */
import { type LocalContext, LocalObject, startLocal } from "../../../adapters/local.ts";
import { openSqlite, type SqliteStorage } from "../../../adapters/sqlite.ts";
import type { FetchError } from "../../../core/fetch/fetch_error.ts";
import { RequestSync, ResponseSync } from "../../../core/serializer/mod.ts";

/** What all the processes on one file have been asked, and what their handlers have written down. */
export interface Books {
  /** The labels of the requests that were taken on. */
  readonly asked: string[];
  /** One entry for each run that committed. */
  readonly ran: string[];
  /** How many of them were given an answer. */
  readonly answered: number;
  /** How many of Doze's rows are left. */
  readonly left: number;
}

const [path, url, mode] = Deno.args;
const life = crypto.randomUUID().slice(0, 8);

class Agent extends LocalObject<undefined, SqliteStorage> {
  asked = 0;

  constructor(ctx: LocalContext<SqliteStorage>, env: undefined) {
    super(ctx, env);
    ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS asked (label TEXT)");
    ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS ran (label TEXT, answered INTEGER)");
  }

  ask(): void {
    const label = `${life}-${this.asked++}`;
    // Every other request may not be sent twice, and is settled as lost when the process dies.
    const request = this.asked % 2 === 0 ? url : new RequestSync(url, { method: "POST", body: label });
    this.ctx.storage.transaction(() => {
      this.ctx.storage.sql.exec("INSERT INTO asked VALUES (?)", label);
      this.proxyFetch(request, this.ctn().onReply(label, this.ctn().$result));
    });
  }

  onReply(label: string, result: ResponseSync | FetchError): void {
    this.ctx.storage.sql.exec("INSERT INTO ran VALUES (?, ?)", label, result instanceof ResponseSync ? 1 : 0);
    if (mode !== "finish") this.ask();
  }

  books(): Books {
    const { sql } = this.ctx.storage;
    const ran = [...sql.exec("SELECT label, answered FROM ran")];
    return {
      asked: [...sql.exec("SELECT label FROM asked")].map((row) => String(row.label)),
      ran: ran.map((row) => String(row.label)),
      answered: ran.filter((row) => Number(row.answered) === 1).length,
      left: this.ctx.storage.count(0, Number.MAX_SAFE_INTEGER),
    };
  }
}

// The process dies, not the machine: what has been committed outlives it without waiting for the disk.
const storage = openSqlite(path, { outlives: "crash" });
const { object, idle, close } = startLocal(Agent, { storage, policy: { allowPrivate: true }, timeout: 10_000 });
if (mode === "finish") {
  for (const end = Date.now() + 20_000; Date.now() < end && object.books().left > 0;) {
    await idle();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  console.log(JSON.stringify(object.books()));
  await close();
  storage.close();
} else {
  for (let i = 0; i < 20; i++) object.ask();
  console.log("asked");
}
