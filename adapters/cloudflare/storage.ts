/**
 * The storage of a SQLite-backed Durable Object, and its one alarm.
 *
 * @module
 */
import { systemClock } from "../../core/clock.ts";
import type { SqlDriver, SqlRow, SqlValue } from "../../core/sql_driver.ts";
import { migrate } from "../../core/sql_schema.ts";
import { SqlStorage } from "../../core/sql_storage.ts";
import { type AlarmLike, AlarmNotSetError, setPlatformAlarm } from "./platform_alarm.ts";

/**
 * The part of a Durable Object's `ctx.storage` that is used here, by shape: the platform's own types fit it
 * (https://developers.cloudflare.com/durable-objects/api/sqlite-storage-api/).
 */
export interface DurableObjectStorageLike extends AlarmLike {
  /** The object's SQLite database. */
  readonly sql: {
    /** Runs a statement; the platform caches prepared ones by their text. */
    exec(query: string, ...bindings: SqlValue[]): {
      /** All rows of the result, by column name. */
      toArray(): SqlRow[];
    };
  };
  /** Runs `closure` as one transaction, or as a savepoint when nested. */
  transactionSync<T>(closure: () => T): T;
  /** Fulfils once everything written has reached the disk. Absent, it is not waited for. */
  sync?(): Promise<void>;
}

/**
 * A {@linkcode SqlStorage} in a Durable Object. The platform keeps the alarm; its time is cached here, so that reading
 * it costs nothing, and it is set when an outermost transaction commits: once for any number of changes within, not
 * at all for those that were undone. The setting is not awaited: output gates hold back what the object says until
 * it has reached the disk.
 *
 * `load` must have finished before the first use, and `alarmFired` must be called first of all in `alarm()`.
 *
 * Your own `ctx.storage.deleteAll()` deletes all rows with the rest; the tables come back with the next use.
 */
export class CloudflareStorage extends SqlStorage {
  readonly #platform: AlarmLike;

  /**
   * Opens the storage; creates or migrates its tables where they are not of this version yet, else writes nothing.
   *
   * @param platform The object's `ctx.storage`.
   * @throws {SchemaTooNewError} (`SCHEMA_TOO_NEW`) when a later version of this package wrote the tables.
   */
  constructor(platform: DurableObjectStorageLike) {
    super(cloudflareDriver(platform, () => this.#deleted()), { keepAlarm: false, onArm: (at) => this.#set(at) });
    this.#platform = platform;
  }

  #set(at: number | undefined): void {
    const holds = () => this.armedAt() === at;
    try {
      setPlatformAlarm(this.#platform, at, holds).catch((cause) => {
        if (!holds()) return;
        this.noteAlarm(undefined);
        throw new AlarmNotSetError(at, { cause });
      });
    } catch (cause) {
      throw new AlarmNotSetError(at, { cause });
    }
  }

  /** The alarm went with the tables, and whoever writes has just relied on it: it fires at once, and finds the rest. */
  #deleted(): void {
    this.noteAlarm(undefined);
    this.arm(systemClock.now() + 1);
  }

  /** Learns from the platform when the alarm is set to. Call it inside `ctx.blockConcurrencyWhile`. */
  async load(): Promise<void> {
    const at = await this.#platform.getAlarm();
    // One that has been set meanwhile is known better.
    if (this.armedAt() === undefined) this.noteAlarm(at ?? undefined);
  }

  /** Says that the alarm has fired and is not set any more. Call it first of all in `alarm()`. It writes nothing. */
  alarmFired(): void {
    this.noteAlarm(undefined);
  }
}

/** How SQLite tells that a table of ours is gone. */
const NO_TABLE = /^no such table: doze_(rows|meta)\b/;

/**
 * A Durable Object's database as a driver: prepared statements and savepoints are the platform's. When `deleteAll()`
 * has taken the tables, they are made again.
 */
function cloudflareDriver(platform: DurableObjectStorageLike, onDeleted: () => void): SqlDriver {
  const driver: SqlDriver = {
    exec: (query, ...bindings) => platform.sql.exec(query, ...bindings).toArray(),
    transaction: (run) => platform.transactionSync(run),
  };
  return {
    ...driver,
    exec(query, ...bindings) {
      try {
        return driver.exec(query, ...bindings);
      } catch (error) {
        if (!(error instanceof Error) || !NO_TABLE.test(error.message)) throw error;
        migrate(driver);
        onDeleted();
        return driver.exec(query, ...bindings);
      }
    },
  };
}
