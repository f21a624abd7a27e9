/**
 * Cases that let many random operations agree with a plain model, transactions and failures among them.
 *
 * @module
 */
import { compareKeys, type Row, type Storage } from "../../core/storage.ts";
import { fakeClock } from "../fake_clock.ts";
import { all, expectDuplicate, expectSame, firstKey, row, type StorageCase } from "../storage_case.ts";

/** Seeds of the random cases; each is a case of its own, so that a failure names the one to replay. */
const SEEDS = [1, 2, 3];
const OPERATIONS = 400;
/** Few dues and ids, so that operations meet the same rows often. */
const DUES = 5;
const IDS = ["a", "b", "😀", "\uFFFD"];

/** The storage port in the plainest words: a list, copied whole at each transaction. */
class Model {
  rows: Row[] = [];
  armed: number | undefined;

  index(due: number, id: string): number {
    return this.rows.findIndex((each) => each.due === due && each.id === id);
  }

  taken(wanted: Row): boolean {
    return this.index(wanted.due, wanted.id) >= 0 ||
      (wanted.named && this.rows.some((each) => each.named && each.id === wanted.id));
  }
}

/** The cases, one for each seed. */
export const MODEL_CASES: readonly StorageCase[] = SEEDS.map((seed): StorageCase => ({
  name: `model: ${OPERATIONS} random operations of seed ${seed} agree with a plain list`,
  needs: "manyRows",
  run(storage) {
    const { random } = seeded(seed);
    const model = new Model();
    for (let step = 0; step < OPERATIONS; step++) {
      operate(storage, model, random, 0);
      compare(storage, model);
    }
  },
}));

function seeded(seed: number): { random: (below: number) => number } {
  const clock = fakeClock({ seed });
  return { random: (below) => Math.floor(clock.random() * below) };
}

function operate(storage: Storage, model: Model, random: (below: number) => number, depth: number): void {
  const [due, id] = [random(DUES), IDS[random(IDS.length)]];
  switch (random(depth < 3 ? 6 : 5)) {
    case 0:
    case 1:
      return insert(storage, model, row(due, id, { named: random(2) === 0, payload: `p${random(1e9)}` }));
    case 2:
      return take(storage, model, due, id);
    case 3:
      return move(storage, model, due, id, random(DUES));
    case 4: {
      const at = random(3) === 0 ? undefined : 4_102_444_800_000 + random(1_000);
      model.armed = at;
      return at === undefined ? storage.disarm() : storage.arm(at);
    }
    default:
      return nest(storage, model, random, depth);
  }
}

function insert(storage: Storage, model: Model, wanted: Row): void {
  if (model.taken(wanted)) {
    return expectDuplicate(() => storage.insert(wanted), "a key or a named id that is taken is refused");
  }
  storage.insert(wanted);
  model.rows.push(wanted);
}

function take(storage: Storage, model: Model, due: number, id: string): void {
  const index = model.index(due, id);
  const expected = index < 0 ? undefined : model.rows.splice(index, 1)[0];
  expectSame(storage.take({ due, id }), expected, "a take gives the row at its key");
}

function move(storage: Storage, model: Model, due: number, id: string, to: number): void {
  const index = model.index(due, id);
  // A move onto another row is refused; the named cases cover that.
  if (to !== due && model.index(to, id) >= 0) return;
  const named = index >= 0 && model.rows[index].named;
  const moved = row(to, id, { named, payload: `moved from ${due}` });
  expectSame(storage.move({ due, id }, moved), index >= 0, "a move tells whether there was a row");
  if (index >= 0) model.rows[index] = moved;
}

function nest(storage: Storage, model: Model, random: (below: number) => number, depth: number): void {
  const [rows, armed, fails, operations] = [[...model.rows], model.armed, random(2) === 0, random(5)];
  const stop = {};
  try {
    storage.transaction(() => {
      for (let index = 0; index < operations; index++) operate(storage, model, random, depth + 1);
      if (fails) throw stop;
    });
  } catch (error) {
    if (error !== stop) throw error;
    model.rows = rows;
    model.armed = armed;
  }
}

function compare(storage: Storage, model: Model): void {
  const rows = [...model.rows].sort(compareKeys);
  expectSame(all(storage), rows, "all rows, in order");
  expectSame(firstKey(storage), rows.length === 0 ? undefined : { due: rows[0].due, id: rows[0].id }, "the first row");
  expectSame(storage.armedAt(), model.armed, "the alarm");
  expectSame(storage.count(1, 3), rows.filter((each) => each.due >= 1 && each.due <= 3).length, "the count");
  for (const id of IDS) {
    expectSame(storage.find(id), rows.find((each) => each.named && each.id === id), "the named row");
  }
}
