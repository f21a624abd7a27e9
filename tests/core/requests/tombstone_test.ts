import { assertEquals } from "@std/assert";
import { buriedState, bury, TOMBSTONE, TOMBSTONE_KIND } from "../../../core/requests/tombstone.ts";
import { ABSENT, ENDED } from "../../../core/request_state.ts";
import { MAX_DUE } from "../../../core/storage.ts";
import { onStorages } from "../ledger_host.ts";
import { LedgerParts } from "../ledger_parts.ts";

onStorages("bury says of a token how its request has ended, and of no other", (storage) => {
  const { context, start } = new LedgerParts({ storage });
  assertEquals(buriedState(storage, start, "a"), ABSENT);
  bury(context, start, "a");
  bury(context, start, "b", 3);
  assertEquals(buriedState(storage, start, "a"), ENDED);
  assertEquals(buriedState(storage, start, "b"), { phase: "absent", known: "settled", attempt: 3 });
  for (const [due, token] of [[start, "c"], [start + 1, "a"]] as const) {
    assertEquals(buriedState(storage, due, token), ABSENT);
  }
});

onStorages("bury keeps what it has written first", (storage) => {
  const parts = new LedgerParts({ storage });
  const { context, start } = parts;
  bury(context, start, "a", 2);
  bury(context, start, "a");
  assertEquals(buriedState(storage, start, "a"), { phase: "absent", known: "settled", attempt: 2 });
  assertEquals(parts.rows().length, 1);
});

onStorages("bury arms the alarm, which takes the tombstone away a minute after the deadline", async (storage) => {
  const parts = new LedgerParts({ storage });
  const due = parts.start + 30_000;
  bury(parts.context, due, "a");
  assertEquals(storage.armedAt(), due + 60_000);
  parts.alarms.registerKind(TOMBSTONE_KIND, TOMBSTONE);
  await parts.advance(89_999);
  assertEquals(parts.rows().length, 1);
  await parts.advance(1);
  assertEquals([parts.rows(), storage.armedAt(), parts.agent.log], [[], undefined, []]);
});

onStorages("bury writes a tombstone for a deadline at the end of all dates", (storage) => {
  const { context } = new LedgerParts({ storage });
  bury(context, MAX_DUE, "a");
  assertEquals([buriedState(storage, MAX_DUE, "a"), storage.first()?.due], [ENDED, MAX_DUE]);
});
