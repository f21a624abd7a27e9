import type { DurableObjectStorageLike } from "../../../../adapters/cloudflare/storage.ts";
import type { SqlRow, SqlValue } from "../../../../core/sql_driver.ts";

/** A cursor of the platform's, with the counts that it is billed by. */
interface Cursor {
  readonly rowsRead: number;
  readonly rowsWritten: number;
  toArray(): SqlRow[];
}

/** The platform's storage, whose cursors count. */
export interface MeteredPlatform extends DurableObjectStorageLike {
  readonly sql: { exec(query: string, ...bindings: SqlValue[]): Cursor };
}

/** What a piece of work cost. */
export interface Cost {
  readonly read: number;
  readonly written: number;
  readonly alarmsSet: number;
}

/** A platform storage that passes everything on and counts what is billed. */
export class Meter implements DurableObjectStorageLike {
  readonly sql: { exec(query: string, ...bindings: SqlValue[]): { toArray(): SqlRow[] } };
  readonly #platform: MeteredPlatform;
  #read = 0;
  #written = 0;
  #alarmsSet = 0;

  constructor(platform: MeteredPlatform) {
    this.#platform = platform;
    this.sql = {
      exec: (query, ...bindings) => {
        const cursor = platform.sql.exec(query, ...bindings);
        const rows = cursor.toArray();
        this.#read += cursor.rowsRead;
        this.#written += cursor.rowsWritten;
        return { toArray: () => rows };
      },
    };
  }

  transactionSync<T>(closure: () => T): T {
    return this.#platform.transactionSync(closure);
  }

  getAlarm(): Promise<number | null> {
    return this.#platform.getAlarm();
  }

  setAlarm(at: number): Promise<void> {
    this.#alarmsSet++;
    return this.#platform.setAlarm(at);
  }

  deleteAlarm(): Promise<void> {
    return this.#platform.deleteAlarm();
  }

  /** What `run` costs. */
  cost(run: () => unknown): Cost {
    const before = this.#total();
    run();
    return this.#since(before);
  }

  /** What `run` costs until its promise is settled. */
  async costOf(run: () => Promise<unknown>): Promise<Cost> {
    const before = this.#total();
    await run();
    return this.#since(before);
  }

  #total(): Cost {
    return { read: this.#read, written: this.#written, alarmsSet: this.#alarmsSet };
  }

  #since(before: Cost): Cost {
    const { read, written, alarmsSet } = this.#total();
    return { read: read - before.read, written: written - before.written, alarmsSet: alarmsSet - before.alarmsSet };
  }
}
