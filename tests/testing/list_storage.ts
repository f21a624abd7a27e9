import { compareKeys, DuplicateIdError, type Row, type RowKey, type Storage } from "@doze/fetch";

/** The plainest right storage, open to all, so that tests can break it in one place. */
export class ListStorage implements Storage {
  rows: Row[] = [];
  armed: number | undefined;
  depth = 0;

  insert(row: Row): void {
    if (this.get(row) || (row.named && this.find(row.id))) throw new DuplicateIdError(row.id);
    this.put(row);
  }

  get(key: RowKey): Row | undefined {
    return this.rows.find((row) => compareKeys(row, key) === 0);
  }

  find(id: string): Row | undefined {
    return this.rows.find((row) => row.named && row.id === id);
  }

  take(key: RowKey): Row | undefined {
    const row = this.get(key);
    this.rows = this.rows.filter((each) => each !== row);
    return row;
  }

  move(key: RowKey, row: Row): boolean {
    const old = this.get(key);
    if (old === undefined) return false;
    if (compareKeys(key, row) !== 0 && this.get(row)) throw new DuplicateIdError(row.id);
    this.rows = this.rows.filter((each) => each !== old);
    this.put(row);
    return true;
  }

  due(upTo: number, limit: number, after?: RowKey): Row[] {
    const due = this.rows.filter((row) => row.due <= upTo && (after === undefined || this.compare(row, after) > 0));
    return due.slice(0, limit);
  }

  first(): RowKey | undefined {
    return this.rows[0];
  }

  count(from: number, upTo: number): number {
    return this.rows.filter((row) => row.due >= from && row.due <= upTo).length;
  }

  transaction<T>(run: () => T): T {
    const before = this.snapshot();
    this.depth++;
    try {
      return run();
    } catch (error) {
      this.restore(before);
      throw error;
    } finally {
      this.depth--;
    }
  }

  armedAt(): number | undefined {
    return this.armed;
  }

  arm(at: number): void {
    this.armed = at;
  }

  disarm(): void {
    this.armed = undefined;
  }

  /** Puts a copy of a row into its place. */
  put(row: Row): void {
    const after = this.rows.findIndex((each) => this.compare(each, row) > 0);
    this.rows = this.rows.toSpliced(after < 0 ? this.rows.length : after, 0, { ...row });
  }

  /** The order of rows. */
  compare(a: RowKey, b: RowKey): number {
    return compareKeys(a, b);
  }

  /** What a transaction that throws goes back to. */
  snapshot(): Snapshot {
    return { rows: [...this.rows], armed: this.armed };
  }

  /** Goes back. */
  restore(snapshot: Snapshot): void {
    this.rows = snapshot.rows;
    this.armed = snapshot.armed;
  }
}

/** What a {@linkcode ListStorage} holds at one moment. */
export interface Snapshot {
  readonly rows: Row[];
  readonly armed: number | undefined;
}
