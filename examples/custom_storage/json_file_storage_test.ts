import { testStorage } from "@doze/fetch/testing";
import { JsonFileStorage } from "./json_file_storage.ts";

const folder = Deno.makeTempDirSync();
globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
let files = 0;
let path = "";

testStorage(Deno.test, {
  supports: { persistence: true, largePayloads: true, manyRows: false },
  open: () => new JsonFileStorage(path = `${folder}/${++files}.json`),
  reopen: () => new JsonFileStorage(path),
});
