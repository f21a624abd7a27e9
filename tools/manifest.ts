/**
 * What `deno.json` says of the package: its name, version and entry points. Every tool asks here, so that a new
 * entry is checked, documented and packed as soon as it is listed.
 *
 * @module
 */
import manifest from "../deno.json" with { type: "json" };

/** The package's name, e.g. `"@doze/fetch"`. */
export const PACKAGE: string = manifest.name;
/** The package's version. */
export const VERSION: string = manifest.version;

/** Entry points by the path that a user imports: `{ "@doze/fetch/memory": "adapters/memory.ts" }`. */
export function entryPoints(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(manifest.exports as Record<string, string>).map(([entry, file]) => [
      PACKAGE + entry.slice(1),
      file.replace("./", ""),
    ]),
  );
}

/** The files behind the entry points. */
export function entryFiles(): string[] {
  return Object.values(entryPoints());
}
