import { isPlatformFailure } from "../../../adapters/cloudflare/platform_failure.ts";
import { CloudflareStorage, type DurableObjectStorageLike } from "../../../adapters/cloudflare/storage.ts";
import { Alarms } from "../../../alarms.ts";
import { continuation } from "../../../core/continuation.ts";

interface State {
  readonly storage: DurableObjectStorageLike & { sync(): Promise<void> };
  blockConcurrencyWhile<T>(run: () => Promise<T>): Promise<T>;
  abort(reason: string): void;
}

/** An object whose methods write what they do into a table, so that it outlives the object. */
export class LifeObject {
  readonly #ctx: State;
  readonly #storage: CloudflareStorage;
  readonly #alarms: Alarms;

  constructor(ctx: State) {
    this.#ctx = ctx;
    this.#storage = new CloudflareStorage(ctx.storage);
    this.#sql("CREATE TABLE IF NOT EXISTS log (what TEXT, at INTEGER)");
    this.#alarms = new Alarms({
      ...{ storage: this.#storage, origin: this, base: Object.prototype, isPlatformFailure },
      ...{ sync: () => ctx.storage.sync(), watchdog: 300, retry: { attempts: 2, backoff: 10 } },
      onEvent: ({ type, id }) => this.note(`${type} ${id}`),
    });
    ctx.blockConcurrencyWhile(async () => {
      await this.#storage.load();
      this.#alarms.repair();
      // What users do: say at each start what is to recur.
      this.#alarms.schedule("0 0 1 1 *", continuation<LifeObject>().note("new year"), { id: "new year" });
      this.note("start");
    });
  }

  async alarm(info: { readonly retryCount: number }): Promise<void> {
    this.#storage.alarmFired();
    await this.#alarms.onAlarm(info);
  }

  async fetch(request: Request): Promise<Response> {
    const action = new URL(request.url).pathname.split("/")[3];
    if (action in ACTIONS) ACTIONS[action](this.#alarms, continuation<LifeObject>());
    if (action === "abort") {
      await this.#ctx.storage.sync();
      this.#ctx.abort("deployed");
    }
    const log = this.#sql("SELECT what FROM log ORDER BY rowid").map(({ what }) => String(what));
    const schedules = this.#alarms.getSchedules().map(({ id }) => id);
    const dead = this.#alarms.getDeadLetters().map(({ id, error }) => `${id}: ${error?.code ?? error?.name}`);
    return Response.json({ log, schedules, dead });
  }

  note(what: string): void {
    this.#sql("INSERT INTO log VALUES (?, ?)", what, Date.now());
  }

  fail(what: string): never {
    this.note(what);
    throw new RangeError(what);
  }

  again(left: number): void {
    this.note(`again ${left}`);
    if (left > 0) this.#alarms.schedule(0, continuation<LifeObject>().again(left - 1), { id: "again" });
  }

  async deployed(): Promise<void> {
    const before = this.#sql("SELECT 1 FROM log WHERE what = 'begun'").length;
    this.note("begun");
    await this.#ctx.storage.sync();
    if (before === 0) this.#ctx.abort("deployed");
    this.note("ended");
  }

  kill(): void {
    this.#ctx.abort("out of memory");
  }

  #sql(query: string, ...bindings: (string | number)[]): Record<string, unknown>[] {
    return this.#ctx.storage.sql.exec(query, ...bindings).toArray();
  }
}

type Ctn = ReturnType<typeof continuation<LifeObject>>;

const ACTIONS: Record<string, (alarms: Alarms, ctn: Ctn) => void> = {
  starving: (alarms, ctn) => {
    alarms.schedule(0, ctn.fail("bad"), { id: "bad" });
    for (let i = 0; i < 3; i++) alarms.schedule(0.02 + i / 1_000, ctn.note(`good ${i}`));
  },
  again: (alarms, ctn) => void alarms.schedule(0, ctn.again(3), { id: "again" }),
  together: (alarms, ctn) => {
    const at = Date.now() + 30;
    for (const offset of [-60_000, -1, 0, 1, 29, 30, 31]) alarms.schedule(new Date(at + offset), ctn.note(`${offset}`));
  },
  deployed: (alarms, ctn) => {
    alarms.schedule(0.02, ctn.deployed(), { id: "deployed" });
    alarms.schedule(3_600, ctn.note("an hour later"), { id: "later" });
  },
  killer: (alarms, ctn) => {
    alarms.schedule(0.02, ctn.kill(), { id: "killer" });
    alarms.schedule(0.03, ctn.note("innocent"));
  },
};
