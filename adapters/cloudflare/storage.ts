/**
 * The storage of a SQLite-backed Durable Object, and its one alarm.
 *
 * @module
 */
import type { SqlDriver, SqlRow, SqlValue } from "../../core/sql_driver.ts";
import { SqlStorage } from "../../core/sql_storage.ts";
import { type AlarmLike, type AlarmNotSetError, PlatformAlarm } from "./platform_alarm.ts";

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
}

/** How a {@linkcode CloudflareStorage} reports what fails after the call has returned. */
export interface CloudflareStorageOptions {
  /**
   * Called with an {@linkcode AlarmNotSetError} when the platform refuses the alarm later than at the call. By default
   * the error becomes an unhandled rejection, which the platform logs.
   */
  onError?: (error: AlarmNotSetError) => void;
}

/**
 * A {@linkcode SqlStorage} in a Durable Object. The platform keeps the alarm; its time is cached here, so that reading
 * it costs nothing, and it is set when an outermost transaction commits: once for any number of changes within, not
 * at all for those that were undone. The setting is not awaited: output gates hold back what the object says until
 * it has reached the disk.
 *
 * `load` must have finished before the first use, and `alarmFired` must be called first of all in `alarm()`.
 */
export class CloudflareStorage extends SqlStorage {
  readonly #alarm: PlatformAlarm;

  /**
   * Opens the storage; creates or migrates its tables where they are not of this version yet, else writes nothing.
   *
   * @param platform The object's `ctx.storage`.
   * @param options Where errors go.
   * @throws {SchemaTooNewError} (`SCHEMA_TOO_NEW`) when a later version of this package wrote the tables.
   */
  constructor(platform: DurableObjectStorageLike, options: CloudflareStorageOptions = {}) {
    const alarm = new PlatformAlarm(platform, (error) => {
      this.noteAlarm(undefined);
      if (options.onError === undefined) throw error;
      options.onError(error);
    });
    super(cloudflareDriver(platform), { keepAlarm: false, onArm: (at) => alarm.set(at) });
    this.#alarm = alarm;
  }

  /** Learns from the platform when the alarm is set to. Call it inside `ctx.blockConcurrencyWhile`. */
  async load(): Promise<void> {
    const { at, changed } = await this.#alarm.read();
    if (!changed) this.noteAlarm(at);
  }

  /** Says that the alarm has fired and is not set any more. Call it first of all in `alarm()`. It writes nothing. */
  alarmFired(): void {
    this.#alarm.fired();
    this.noteAlarm(undefined);
  }
}

/** A Durable Object's database as a driver: prepared statements and savepoints are the platform's. */
function cloudflareDriver(platform: DurableObjectStorageLike): SqlDriver {
  const sql = platform.sql;
  return {
    exec: (query, ...bindings) => sql.exec(query, ...bindings).toArray(),
    transaction: (run) => platform.transactionSync(run),
  };
}
