import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { compareKeys, DuplicateIdError, type Row, type RowKey, type Storage } from "@doze/fetch";

interface State {
  readonly rows: readonly Row[];
  readonly armedAt?: number;
}

/** Keeps a few hundred rows in a JSON file, written whole at each commit. */
export class JsonFileStorage implements Storage {
  readonly #path: string;
  #state: State = { rows: [] };
  #saved: State = this.#state;
  #depth = 0;

  constructor(path: string) {
    this.#path = path;
    if (existsSync(path)) this.#state = this.#saved = JSON.parse(readFileSync(path, "utf8"));
  }

  insert(row: Row): void {
    if (this.get(row) || (row.named && this.find(row.id))) throw new DuplicateIdError(row.id);
    this.#replace(undefined, row);
  }

  get(key: RowKey): Row | undefined {
    return this.#state.rows.find((row) => compareKeys(row, key) === 0);
  }

  find(id: string): Row | undefined {
    return this.#state.rows.find((row) => row.named && row.id === id);
  }

  take(key: RowKey): Row | undefined {
    const row = this.get(key);
    if (row) this.#replace(row, undefined);
    return row;
  }

  move(key: RowKey, row: Row): boolean {
    const old = this.get(key);
    if (!old) return false;
    if (compareKeys(key, row) !== 0 && this.get(row)) throw new DuplicateIdError(row.id);
    this.#replace(old, row);
    return true;
  }

  due(upTo: number, limit: number, after?: RowKey): Row[] {
    const { rows } = this.#state;
    return rows.filter((row) => row.due <= upTo && (!after || compareKeys(row, after) > 0)).slice(0, limit);
  }

  first(): RowKey | undefined {
    return this.#state.rows[0];
  }

  count(from: number, upTo: number): number {
    return this.#state.rows.filter((row) => row.due >= from && row.due <= upTo).length;
  }

  #replace(old: Row | undefined, row: Row | undefined): void {
    const rows = this.#state.rows.filter((each) => each !== old);
    if (row) rows.push({ ...row });
    this.#change({ rows: rows.sort(compareKeys) });
  }

  transaction<T>(run: () => T): T {
    const before = this.#state;
    this.#depth++;
    try {
      const result = run();
      if (this.#depth === 1) this.#save();
      return result;
    } catch (error) {
      this.#state = before;
      throw error;
    } finally {
      this.#depth--;
    }
  }

  #change(change: Partial<State>): void {
    this.transaction(() => this.#state = { ...this.#state, ...change });
  }

  armedAt(): number | undefined {
    return this.#state.armedAt;
  }

  arm(at: number): void {
    this.#change({ armedAt: at });
  }

  disarm(): void {
    this.#change({ armedAt: undefined });
  }

  #save(): void {
    if (this.#state === this.#saved) return;
    writeFileSync(`${this.#path}.new`, JSON.stringify(this.#state));
    renameSync(`${this.#path}.new`, this.#path);
    this.#saved = this.#state;
  }
}
