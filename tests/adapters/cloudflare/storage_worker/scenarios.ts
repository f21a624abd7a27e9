import { CloudflareStorage } from "../../../../adapters/cloudflare/storage.ts";
import { type Cost, Meter, type MeteredPlatform } from "./meter.ts";

/** Instants in 2100, in milliseconds: set, they do not fire while a test runs. */
const [SOON, LATER] = [4_102_444_800_000, 4_102_444_801_000];

/** What a scenario finds: text and numbers, so that it travels as JSON. */
export type Findings = Record<string, unknown>;

function row(due: number, id: string, named = false) {
  return { due, id, kind: "once", payload: '{"v":1}', named };
}

/** What each operation costs beside `filler` rows, in rows read and written and in alarms set. */
export async function costs(platform: MeteredPlatform, filler: number): Promise<Record<string, Cost>> {
  const meter = new Meter(platform);
  const opening = meter.cost(() => new CloudflareStorage(meter));
  const storage = new CloudflareStorage(meter);
  await storage.load();
  platform.sql.exec(
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT ?)
     INSERT INTO doze_rows SELECT 1000 + i, 'r' || i, 'once', '{"v":1}', 0 FROM n`,
    filler,
  ).toArray();
  return {
    opening,
    reopening: meter.cost(() => new CloudflareStorage(meter)),
    insert: meter.cost(() => storage.insert(row(500, "a"))),
    insertNamed: meter.cost(() => storage.insert(row(501, "b", true))),
    get: meter.cost(() => storage.get({ due: 500, id: "a" })),
    find: meter.cost(() => storage.find("b")),
    findNothing: meter.cost(() => storage.find("r1")),
    move: meter.cost(() => storage.move({ due: 500, id: "a" }, row(502, "a"))),
    moveInPlace: meter.cost(() => storage.move({ due: 502, id: "a" }, { ...row(502, "a"), payload: "new" })),
    moveNamed: meter.cost(() => storage.move({ due: 501, id: "b" }, row(503, "b", true))),
    moveNothing: meter.cost(() => storage.move({ due: 1, id: "x" }, row(2, "x"))),
    first: meter.cost(() => storage.first()),
    due: meter.cost(() => storage.due(Infinity, 10)),
    dueAfter: meter.cost(() => storage.due(Infinity, 10, { due: 1_100, id: "r100" })),
    countNothing: meter.cost(() => storage.count(1, 400)),
    take: meter.cost(() => storage.take({ due: 502, id: "a" })),
    takeNamed: meter.cost(() => storage.take({ due: 503, id: "b" })),
    takeNothing: meter.cost(() => storage.take({ due: 1, id: "x" })),
    armedAt: meter.cost(() => storage.armedAt()),
    arm: meter.cost(() => storage.arm(SOON)),
    armTwiceInOne: meter.cost(() =>
      storage.transaction(() => {
        storage.arm(LATER);
        storage.arm(SOON);
      })
    ),
    armUndone: meter.cost(() => attempt(() => storage.transaction(() => stop(() => storage.arm(LATER))))),
    disarm: meter.cost(() => storage.disarm()),
  };
}

/** Our transaction throws: what the storage says of the alarm, beside what the platform says. */
export async function ownRollback(platform: MeteredPlatform): Promise<Findings> {
  const storage = new CloudflareStorage(platform);
  await storage.load();
  storage.arm(LATER);
  attempt(() => storage.transaction(() => stop(() => storage.arm(SOON))));
  const first = [storage.armedAt(), await platform.getAlarm()];
  attempt(() => storage.transaction(() => stop(() => storage.disarm())));
  return { first, second: [storage.armedAt(), await platform.getAlarm()], expected: [LATER, LATER] };
}

/** The user's own `transactionSync` takes the alarm's setting back: it is made again. */
export async function foreignRollback(platform: MeteredPlatform): Promise<Findings> {
  const storage = new CloudflareStorage(platform);
  await storage.load();
  attempt(() => platform.transactionSync(() => stop(() => storage.arm(SOON))));
  const before = await platform.getAlarm();
  let after = before;
  // The setting is read back when it has reached the disk: some turns later.
  for (let turn = 0; turn < 10_000 && after === null; turn++) after = await platform.getAlarm();
  return { before, after, armedAt: storage.armedAt(), expected: SOON };
}

/** The user's table and ours, in one transaction of ours. */
export function ownTable(platform: MeteredPlatform): Findings {
  const storage = new CloudflareStorage(platform);
  platform.sql.exec("CREATE TABLE IF NOT EXISTS replies (text TEXT)");
  storage.insert(row(1, "a"));
  const error = attempt(() =>
    storage.transaction(() =>
      stop(() => {
        storage.take({ due: 1, id: "a" });
        platform.sql.exec("INSERT INTO replies (text) VALUES ('hello')");
      })
    )
  );
  const replies = platform.sql.exec("SELECT text FROM replies").toArray();
  return { error, replies, first: storage.first() };
}

/** Alarms that the platform refuses as they are: too late, and not after 1970. */
export async function extremes(platform: MeteredPlatform): Promise<Findings> {
  const storage = new CloudflareStorage(platform);
  await storage.load();
  storage.arm(8_640_000_000_000_000);
  const latest = await platform.getAlarm();
  storage.arm(SOON);
  return { latest, next: await platform.getAlarm() };
}

/** A database of a later version of this package. */
export function laterSchema(platform: MeteredPlatform): Findings {
  new CloudflareStorage(platform);
  platform.sql.exec("UPDATE doze_meta SET value = 99 WHERE key = 'schema'");
  return { error: attempt(() => new CloudflareStorage(platform)) };
}

/** A class without `alarm()`: the platform refuses the setting after the call, and what was stored is kept. */
export async function withoutAlarm(platform: MeteredPlatform): Promise<Findings> {
  const storage = new CloudflareStorage(platform);
  await storage.load();
  const atCall = attempt(() =>
    storage.transaction(() => {
      storage.insert(row(1, "a"));
      storage.arm(SOON);
    })
  );
  for (let turn = 0; turn < 10_000 && storage.armedAt() !== undefined; turn++) await platform.getAlarm();
  return { atCall, armedAt: storage.armedAt() ?? "unset", first: storage.first() };
}

function stop(run: () => unknown): never {
  run();
  throw new RangeError("stop");
}

/** The code or the name of what `run` throws. */
function attempt(run: () => unknown): string {
  try {
    run();
    return "nothing";
  } catch (error) {
    return error instanceof Error ? "code" in error ? String(error.code) : error.name : "no error";
  }
}
