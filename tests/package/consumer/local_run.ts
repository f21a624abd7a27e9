// A local host over a SQLite file. With a URL it fetches it; without one it only finishes what an earlier process has
// left. It prints what its continuations were given.
import { FetchError, type ResponseSync } from "@doze/fetch";
import { LocalObject, startLocal } from "@doze/fetch/local";
import { openSqlite, type SqliteStorage } from "@doze/fetch/sqlite";
import process from "node:process";

class Agent extends LocalObject<undefined, SqliteStorage> {
  ask(url: string): string {
    return this.proxyFetch(url, this.ctn().onReply(this.ctn().$result), { timeout: 20_000 });
  }

  onReply(result: ResponseSync | FetchError): void {
    const reply = result instanceof FetchError ? result.code : `${result.status} ${result.text()}`;
    this.ctx.storage.sql.exec("INSERT INTO replies VALUES (?)", reply);
  }

  replies(): string[] {
    return [...this.ctx.storage.sql.exec("SELECT reply FROM replies")].map(({ reply }) => String(reply));
  }
}

const [path, url] = process.argv.slice(2);
const storage = openSqlite(path);
storage.sql.exec("CREATE TABLE IF NOT EXISTS replies (reply TEXT)");
const { object, idle, close } = startLocal(Agent, { storage, policy: { allowPrivate: true } });
if (url !== undefined) object.ask(url);
await idle();
console.log(JSON.stringify({ replies: object.replies() }));
await close();
storage.close();
