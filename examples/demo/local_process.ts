/**
 * The process that the demo kills. With a URL it fetches it; without one it only finishes what an earlier one left, and
 * prints what its continuations were given, as JSON.
 *
 * @module
 */
import { FetchError, type ResponseSync } from "@doze/fetch";
import { LocalObject, startLocal } from "@doze/fetch/local";
import { openSqlite, type SqliteStorage } from "@doze/fetch/sqlite";

class Agent extends LocalObject<undefined, SqliteStorage> {
  ask(url: string): void {
    this.proxyFetch(url, this.ctn().onReply(this.ctn().$result), { timeout: 5_000 });
  }

  onReply(result: ResponseSync | FetchError): void {
    const outcome = result instanceof FetchError ? result.code : String(result.status);
    this.ctx.storage.sql.exec("INSERT INTO runs VALUES (?)", outcome);
  }

  outcomes(): string[] {
    return [...this.ctx.storage.sql.exec("SELECT outcome FROM runs")].map((row) => String(row.outcome));
  }
}

const [path, url] = Deno.args;
const storage = openSqlite(path);
storage.sql.exec("CREATE TABLE IF NOT EXISTS runs (outcome TEXT)");
const { object, idle, close } = startLocal(Agent, { storage, policy: { allowPrivate: true } });
if (url !== undefined) object.ask(url);
await idle();
console.log(JSON.stringify(object.outcomes()));
await close();
storage.close();
