import { assertEquals } from "@std/assert";
import { Alarms } from "../../../core/alarms.ts";
import { encodePayload } from "../../../core/alarms/row_payload.ts";
import { continuation } from "../../../core/continuation.ts";
import { Requests } from "../../../core/requests.ts";
import { DEAD_DUE, PAUSED_DUE } from "../../../core/storage.ts";
import { Disk } from "../../../testing/simulation/disk.ts";
import { markerOf, readMarkers } from "../../../testing/simulation/markers.ts";

/** Methods of the same names as the witness's. */
class Origin {
  reply(_request: number, _text: string, _result: unknown): void {}
  async replyLater(_request: number, _text: string, _result: unknown): Promise<void> {}
  run(_key: string, _text: string): void {}
  async runLater(_key: string, _text: string): Promise<void> {}
  other(_key: string): void {}
}

function open() {
  const [storage, origin] = [new Disk(), new Origin()];
  const alarms = new Alarms({ storage, origin, retry: { attempts: 1 } });
  const executor = { maxTimeout: Infinity, dispatch() {} };
  const requests = new Requests({ storage, alarms, origin, executor });
  return { storage, alarms, requests, ctn: continuation<Origin>() };
}

Deno.test("readMarkers finds the rows of requests by number, with and without an outcome to come", () => {
  const { storage, requests, ctn } = open();
  const ids = [
    requests.proxyFetch("https://a.example/", ctn.reply(3, "text", ctn.$result)),
    requests.proxyFetch("https://a.example/", ctn.replyLater(3.001, "text", ctn.$result), { id: "named" }),
    requests.proxyFetch("https://a.example/", ctn.reply(1_000_000, "text", undefined)),
  ];
  const found = readMarkers(storage).requests;
  assertEquals([3, 3.001, 1_000_000].map((number) => found.get(number)?.id), ids);
  assertEquals(readMarkers(storage).schedules.size, 0);
});

Deno.test("readMarkers finds the rows of schedules by key, paused, recurring or dead, whatever the key holds", async () => {
  const { storage, alarms, ctn } = open();
  const key = '=a "quoted" \\ key\n';
  alarms.schedule(60, ctn.run("#3", "text"), { id: "paused" });
  alarms.pause("paused");
  alarms.schedule(60, ctn.runLater(key, "text"));
  alarms.schedule(0, ctn.run("#5", "text"), { id: "dead" });
  alarms.schedule(60, ctn.other("#6"));
  Origin.prototype.run = () => {
    throw new RangeError("no");
  };
  await alarms.triggerAlarms();
  Origin.prototype.run = () => {};
  const { schedules, requests } = readMarkers(storage);
  assertEquals([...schedules.keys()].toSorted(), ["#3", "#5", key].toSorted());
  assertEquals([schedules.get("#3")?.due, schedules.get("#5")?.due], [PAUSED_DUE, DEAD_DUE]);
  assertEquals(requests.size, 0);
});

Deno.test("markerOf passes over the log, and rows that it cannot read", () => {
  const row = { due: 5, id: "a", kind: "once", named: false };
  const body = '{"v":1,"ops":[["run",["#1","text"]]]}';
  assertEquals(markerOf({ ...row, payload: encodePayload(body) }), { schedule: "#1" });
  assertEquals(markerOf({ ...row, kind: "log", payload: encodePayload(body) }), undefined);
  for (const kind of ["request", "once", "mine"]) {
    for (const payload of ["", "2\nnewer", "1\nnonsense", "my own text"]) {
      assertEquals(markerOf({ ...row, kind, payload }), undefined);
    }
  }
});
