/**
 * Cases for the alarm: one setting, which follows transactions as rows do.
 *
 * @module
 */
import { expectSame, expectThrown, row, type StorageCase } from "../storage_case.ts";

/** Instants far enough ahead that no platform fires them while a case runs: 2100-01-01 and after, in milliseconds. */
const [SOON, LATER, LATEST] = [4_102_444_800_000, 4_102_444_801_000, 4_102_444_802_000];

/** The cases, in the order in which a new storage passes them. */
export const ALARM_CASES: readonly StorageCase[] = [
  {
    name: "alarm: not armed at first",
    run(storage) {
      expectSame(storage.armedAt(), undefined, "a new storage has no alarm");
    },
  },
  {
    name: "alarm: armed at the instant that was given",
    run(storage) {
      storage.arm(SOON + 1);
      expectSame(storage.armedAt(), SOON + 1, "the alarm keeps its millisecond");
    },
  },
  {
    name: "alarm: a new setting replaces the old one, earlier or later",
    run(storage) {
      storage.arm(LATER);
      storage.arm(SOON);
      expectSame(storage.armedAt(), SOON, "an earlier setting replaces a later one");
      storage.arm(LATEST);
      expectSame(storage.armedAt(), LATEST, "a later setting replaces an earlier one");
    },
  },
  {
    name: "alarm: disarm unsets it, once or twice",
    run(storage) {
      storage.arm(SOON);
      storage.disarm();
      expectSame(storage.armedAt(), undefined, "a disarmed alarm is not set");
      storage.disarm();
      expectSame(storage.armedAt(), undefined, "disarming twice is no error");
    },
  },
  {
    name: "alarm: armed again after disarm",
    run(storage) {
      storage.arm(SOON);
      storage.disarm();
      storage.arm(SOON);
      expectSame(storage.armedAt(), SOON, "the same instant can be set again");
    },
  },
  {
    name: "alarm: rows do not change it",
    run(storage) {
      storage.arm(LATER);
      storage.insert(row(SOON, "a"));
      storage.move({ due: SOON, id: "a" }, row(SOON + 1, "a"));
      storage.take({ due: SOON + 1, id: "a" });
      expectSame(storage.armedAt(), LATER, "only arm and disarm set the alarm");
    },
  },
  {
    name: "alarm: it does not change rows",
    run(storage) {
      storage.arm(SOON);
      storage.disarm();
      storage.arm(LATER);
      expectSame([storage.first(), storage.count(-Infinity, Infinity)], [undefined, 0], "the alarm is no row");
    },
  },
  {
    name: "alarm: kept with its transaction, and seen inside",
    run(storage) {
      storage.transaction(() => {
        storage.arm(SOON);
        expectSame(storage.armedAt(), SOON, "a transaction sees its own setting");
      });
      expectSame(storage.armedAt(), SOON, "a setting is kept with its transaction");
      storage.transaction(() => storage.disarm());
      expectSame(storage.armedAt(), undefined, "and so is its end");
    },
  },
  {
    name: "alarm: a first setting is undone",
    run(storage) {
      expectThrown(storage, "stop", () => storage.arm(SOON));
      expectSame(storage.armedAt(), undefined, "a setting that was undone is none");
    },
  },
  {
    name: "alarm: goes back to the earlier setting",
    run(storage) {
      storage.arm(LATER);
      expectThrown(storage, "stop", () => {
        storage.arm(SOON);
        storage.arm(LATEST);
      });
      expectSame(storage.armedAt(), LATER, "the setting from before the transaction is back");
    },
  },
  {
    name: "alarm: a disarm is undone",
    run(storage) {
      storage.arm(SOON);
      expectThrown(storage, "stop", () => storage.disarm());
      expectSame(storage.armedAt(), SOON, "an alarm whose end was undone is set");
    },
  },
  {
    name: "alarm: follows savepoints",
    run(storage) {
      storage.arm(SOON);
      storage.transaction(() => {
        storage.arm(LATER);
        expectThrown(storage, "inner", () => storage.arm(LATEST));
        expectSame(storage.armedAt(), LATER, "only the nested setting is undone");
      });
      expectSame(storage.armedAt(), LATER, "the outer setting is kept");
    },
  },
  {
    name: "alarm: a nested setting is undone with the outer transaction",
    run(storage) {
      storage.arm(SOON);
      expectThrown(storage, "stop", () => storage.transaction(() => storage.arm(LATER)));
      expectSame(storage.armedAt(), SOON, "a nested setting is none before the outer commit");
    },
  },
  {
    name: "alarm: row and alarm are kept or undone together",
    run(storage) {
      storage.transaction(() => {
        storage.insert(row(SOON, "a"));
        storage.arm(SOON);
      });
      expectThrown(storage, "stop", () => {
        storage.take({ due: SOON, id: "a" });
        storage.disarm();
      });
      expectSame([storage.first()?.due, storage.armedAt()], [SOON, SOON], "both are back");
    },
  },
];
