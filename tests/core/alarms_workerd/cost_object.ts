import { CloudflareStorage } from "../../../adapters/cloudflare/storage.ts";
import { Alarms } from "../../../alarms.ts";
import { continuation } from "../../../core/continuation.ts";
import { cron } from "../../../core/cron.ts";
import { Requests } from "../../../core/requests.ts";
import { type Cost, Meter, type MeteredPlatform } from "../../adapters/cloudflare/storage_worker/meter.ts";

/** Each answers what it cost, as workerd counts it. */
type Scenario = (it: Bench) => Promise<Cost> | Cost;

class Target {
  broken = false;
  run(): void {
    if (this.broken) throw new RangeError("broken");
  }
  async later(): Promise<void> {
    await Promise.resolve();
  }
}

/** Alarms over a metered storage, with a clock that a scenario moves. */
class Bench {
  readonly meter: Meter;
  readonly storage: CloudflareStorage;
  readonly target = new Target();
  readonly ctn = continuation<Target>();
  now = Date.now() + 3_600_000;
  alarms: Alarms;

  constructor(platform: MeteredPlatform) {
    this.meter = new Meter(platform);
    this.storage = new CloudflareStorage(this.meter);
    this.alarms = this.wake();
  }

  /** What an object does when it starts. */
  wake(): Alarms {
    const clock = {
      now: () => this.now,
      setTimeout: (callback: () => void, ms: number) => {
        const timer = setTimeout(callback, ms);
        return () => clearTimeout(timer);
      },
      random: () => 0,
    };
    const { storage, target: origin } = this;
    const alarms = new Alarms({ storage, clock, origin, base: Object.prototype, cron });
    const executor = { maxTimeout: Infinity, dispatch: () => {} };
    // Its constructor makes it a part of every alarm.
    new Requests({ storage, clock, alarms, origin, base: Object.prototype, executor });
    alarms.repair();
    return alarms;
  }

  /** What the handler costs when the alarm fires at `at`. */
  async fire(at: number): Promise<Cost> {
    this.now = at;
    this.storage.alarmFired();
    return await this.meter.costOf(() => this.alarms.onAlarm());
  }

  /** Many rows, in few transactions. */
  fill(rows: number): void {
    this.storage.transaction(() => {
      for (let i = 0; i < rows; i++) this.alarms.schedule(86_400 + i, this.ctn.run());
    });
  }
}

const SCENARIOS: Record<string, Scenario> = {
  "generated id": ({ meter, alarms, ctn }) =>
    meter.cost(() => alarms.cancelSchedule(alarms.schedule(60, ctn.run()).id)),
  "explicit id": ({ meter, alarms, ctn }) =>
    meter.cost(() => alarms.cancelSchedule(alarms.schedule(60, ctn.run(), { id: "mine" }).id)),
  "explicit cron id": ({ meter, alarms, ctn }) =>
    meter.cost(() => alarms.cancelSchedule(alarms.schedule("@hourly", ctn.run(), { id: "mine" }).id)),
  "same again": ({ meter, alarms, ctn, now }) => {
    const again = () => {
      alarms.schedule(new Date(now + 5_000), ctn.run(), { id: "once" });
      alarms.schedule("@daily", ctn.run(), { id: "cron" });
    };
    again();
    return meter.cost(again);
  },
  "one-shot": async (it) => {
    it.alarms.schedule(60, it.ctn.run());
    return await it.fire(it.now + 60_000);
  },
  "cron": async (it) => {
    const { due } = it.alarms.schedule("*/5 * * * *", it.ctn.run());
    return await it.fire(due);
  },
  "explicit cron": async (it) => {
    const { due } = it.alarms.schedule("*/5 * * * *", it.ctn.run(), { id: "mine" });
    return await it.fire(due);
  },
  "failure": async (it) => {
    it.target.broken = true;
    it.alarms.schedule(60, it.ctn.run());
    return await it.fire(it.now + 60_000);
  },
  "asynchronous": async (it) => {
    it.alarms.schedule(60, it.ctn.later());
    return await it.fire(it.now + 60_000);
  },
  "shuffled": ({ meter, alarms, ctn }) =>
    meter.cost(() => {
      for (let i = 0; i < 1_000; i++) alarms.schedule(60 + (i * 617) % 1_000, ctn.run());
    }),
  "shuffled with minima": ({ meter, alarms, ctn }) =>
    meter.cost(() => {
      for (let i = 0; i < 1_000; i++) alarms.schedule(60 + ((i + 300) * 617) % 1_009, ctn.run());
    }),
  "ascending": ({ meter, alarms, ctn }) =>
    meter.cost(() => {
      for (let i = 0; i < 1_000; i++) alarms.schedule(60 + i, ctn.run());
    }),
  "descending": ({ meter, alarms, ctn }) =>
    meter.cost(() => {
      for (let i = 0; i < 1_000; i++) alarms.schedule(5_000 - i, ctn.run());
    }),
  "first of 10": (it) => first(10, it),
  "first of 10000": (it) => first(10_000, it),
  "next of cron and one-shots": (it) => {
    it.fill(1_000);
    it.alarms.schedule("@daily", it.ctn.run());
    return it.meter.cost(() => it.alarms.repair());
  },
  "next of one-shots": (it) => {
    it.fill(1_000);
    return it.meter.cost(() => it.alarms.repair());
  },
  "next of one-shots after a start": (it) => {
    it.fill(1_000);
    return it.meter.cost(() => it.wake());
  },
  "wake for nothing": async (it) => {
    it.fill(10);
    it.wake();
    return await it.fire(it.now + 1_000);
  },
  "wake": async (it) => {
    it.fill(100_000);
    it.alarms.schedule(60, it.ctn.run());
    const woken = it.meter.cost(() => it.alarms = it.wake());
    const fired = await it.fire(it.now + 60_000);
    return { ...fired, read: woken.read + fired.read };
  },
};

function first(rows: number, it: Pick<Bench, "meter" | "storage">): Cost {
  it.storage.transaction(() => {
    for (let i = 0; i < rows; i++) it.storage.insert({ due: i, id: `${i}`, kind: "once", payload: "", named: false });
  });
  return it.meter.cost(() => it.storage.first());
}

/** `GET /COSTS/<anything>/<scenario>` answers its cost. */
export class CostObject {
  readonly #platform: MeteredPlatform;

  constructor(ctx: { readonly storage: MeteredPlatform }) {
    this.#platform = ctx.storage;
  }

  async fetch(request: Request): Promise<Response> {
    const scenario = SCENARIOS[decodeURIComponent(new URL(request.url).pathname.split("/")[3])];
    return Response.json(await scenario(new Bench(this.#platform)));
  }
}
