/**
 * Objects for simulations: each asks for answers and counts them, the first as it should, the others with a bug each.
 *
 * @module
 */
import { LocalObject } from "../../adapters/local.ts";
import { MemoryStorage } from "../../adapters/memory.ts";
import { openSqlite, type SqliteStorage } from "../../adapters/sqlite.ts";
import { FetchError } from "../../core/fetch/fetch_error.ts";
import type { ObjectHost } from "../../core/origin.ts";
import type { ResponseSync } from "../../core/serializer/mod.ts";
import { PAUSED_DUE, type Storage } from "../../core/storage.ts";

/** What a continuation receives. */
export type Result = ResponseSync | FetchError;

/** A storage in SQLite with a table for replies. */
export function openReplies(): SqliteStorage {
  const storage = openSqlite(":memory:");
  storage.sql.exec("CREATE TABLE replies (text TEXT)");
  return storage;
}

/** Counts in a table of its own, in the transaction that ends the request. */
export class Counter extends LocalObject<undefined, SqliteStorage> {
  constructor(ctx: ObjectHost<SqliteStorage>) {
    super(ctx, undefined);
  }
  ask(): void {
    this.proxyFetch("https://api.example/", this.ctn().onReply(this.ctn().$result));
  }
  onReply(result: Result): void | Promise<void> {
    this.write(result);
  }
  write(result: Result): void {
    this.ctx.storage.sql.exec("INSERT INTO replies VALUES (?)", result instanceof FetchError ? result.code : "ok");
  }
  count(): number {
    return Number(this.ctx.storage.sql.exec("SELECT count(*) AS n FROM replies")[0].n);
  }
}

/** Keeps its count in memory, where an eviction loses it. */
export class ForgetfulCounter extends Counter {
  #seen = 0;
  override onReply(): void {
    this.#seen++;
  }
  override count(): number {
    return this.#seen;
  }
}

/** Counts each reply twice. */
export class DoubleCounter extends Counter {
  override onReply(result: Result): void {
    this.write(result);
    this.write(result);
  }
}

/** Writes when its handler has returned, outside of the transaction. */
export class TardyCounter extends Counter {
  override onReply(result: Result): void {
    queueMicrotask(() => {
      try {
        this.write(result);
      } catch { /* the object is lost */ }
    });
  }
}

/** Goes on when its write has failed. */
export class CarelessCounter extends Counter {
  override onReply(result: Result): void {
    this.ctx.storage.transaction(() => this.write(result));
    this.#tidy();
  }
  #tidy(): void {
    // Throws away what it has not counted yet.
    this.ctx.storage.sql.exec("DELETE FROM replies WHERE text = 'TIMEOUT'");
  }
}

/** Has an asynchronous handler that counts: it may run twice. */
export class AsyncCounter extends Counter {
  override async onReply(result: Result): Promise<void> {
    await Promise.resolve();
    this.write(result);
  }
}

/** Counts in rows of the storage port, so that any storage will do. It extends nothing. */
export class RowCounter {
  readonly #storage: Storage;

  constructor(storage: Storage) {
    this.#storage = storage;
  }
  onReply(nth: number, _result: Result): void {
    for (let copy = 0;; copy++) {
      const row = { due: PAUSED_DUE, id: `reply/${nth}/${copy}`, kind: "reply", payload: "", named: false };
      if (this.#storage.get(row) !== undefined) continue;
      this.#storage.insert(row);
      return;
    }
  }
  onTick(nth: number): void {
    this.onReply(nth, new FetchError("TIMEOUT", "https://api.example/"));
  }
  count(): number {
    return this.#storage.due(PAUSED_DUE, 100_000, { due: PAUSED_DUE, id: "" })
      .filter(({ kind }) => kind === "reply").length;
  }
}

/** A storage that undoes nothing. */
export class LastingStorage extends MemoryStorage {
  override transaction<T>(run: () => T): T {
    return run();
  }
}
