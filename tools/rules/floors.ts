/**
 * The floors of the house: a file imports only from floors below its own, and what is not on a floor does not ship.
 *
 * @module
 */
import { importsOf } from "../syntax.ts";
import { isSource, type TextFile } from "../tree.ts";

/** Units that stand side by side and do not import each other. */
export interface Floor {
  /** The floor's number in ARCHITECTURE.md, with a letter where a floor has steps. */
  readonly name: string;
  /** Files, or folders (ending in `/`) whose files may import each other. */
  readonly units: readonly string[];
}

/** The floors, lowest first. */
export const FLOORS: readonly Floor[] = [
  { name: "1a", units: ["core/errors.ts", "core/clock.ts", "core/storage.ts", "core/promise_like.ts"] },
  { name: "1b", units: ["core/option_checks.ts"] },
  {
    name: "2a",
    units: [
      "core/serializer/",
      "core/alarms/alarm_events.ts",
      "core/backoff.ts",
      "core/fetch/blocked_ports.ts",
      "core/fetch/content_coding.ts",
      "core/alarms/cron_engine.ts",
      "core/fetch/ip_address.ts",
      "core/requests/job_too_large.ts",
      "core/continuation/member_guard.ts",
      "core/fetch/redirects.ts",
      "core/fetch/retry_after.ts",
      "core/fetch/shared_timer.ts",
      "core/fetch/stop_signal.ts",
      "core/requests/route.ts",
      "core/alarms/row_id.ts",
      "core/alarms/row_kind.ts",
      "core/alarms/schedule_errors.ts",
      "core/forwarding_storage.ts",
      "core/sql_driver.ts",
    ],
  },
  {
    name: "2b",
    units: [
      "core/continuation/slots.ts",
      "core/commit.ts",
      "core/fetch/body_reader.ts",
      "core/fetch/fetch_budget.ts",
      "core/fetch/fetch_error.ts",
      "core/fetch/fetch_retry.ts",
      "core/fetch/host_kind.ts",
      "core/fetch/url_pattern.ts",
      "core/requests/request_token.ts",
      "core/alarms/wall_clock.ts",
      "core/alarms/row_payload.ts",
      "core/sql_schema.ts",
      "core/alarms/alarms_options.ts",
      "core/alarms/set_backs.ts",
    ],
  },
  {
    name: "2c",
    units: [
      "core/cron.ts",
      "core/policy.ts",
      "core/requests/request_event.ts",
      "core/alarms/row_table.ts",
      "core/sql_storage.ts",
    ],
  },
  { name: "2d", units: ["core/job.ts", "core/requests/request_row.ts"] },
  {
    name: "2e",
    units: [
      "core/requests/message.ts",
      "core/requests/request_memory.ts",
      "core/requests/request_options.ts",
      "core/requests/request_outcome.ts",
      "core/request_state.ts",
    ],
  },
  {
    name: "3a",
    units: [
      "core/continuation.ts",
      "core/fetch/exchange.ts",
      "core/requests/request_target.ts",
      "core/alarms/schedule.ts",
      "core/alarms/schedule_kinds.ts",
      "core/alarms/wake.ts",
    ],
  },
  {
    name: "3b",
    units: [
      "core/fetch/deliver.ts",
      "core/executor.ts",
      "core/requests/origin_address.ts",
      "core/fetch/encode_outcome.ts",
      "core/fetch/run_fetch.ts",
      "core/alarms/dead_letters.ts",
      "core/alarms/schedule_filter.ts",
      "core/alarms/schedule_plan.ts",
      "core/alarms/overdue.ts",
    ],
  },
  {
    name: "3c",
    units: [
      "core/fetch/company.ts",
      "core/alarms/settle.ts",
      "core/alarms/schedule_book.ts",
      "core/alarms/death_watch.ts",
    ],
  },
  { name: "3d", units: ["core/fetch/perform_job.ts", "core/alarms/row_runner.ts"] },
  { name: "3e", units: ["core/alarms/sweep.ts"] },
  { name: "4", units: ["core/alarms.ts"] },
  { name: "5a", units: ["core/requests/request_context.ts", "core/requests/tombstone.ts"] },
  { name: "5b", units: ["core/requests/request_runner.ts", "core/requests/request_view.ts"] },
  { name: "5c", units: ["core/requests/request_dispatch.ts", "core/requests/request_status.ts"] },
  { name: "5d", units: ["core/requests/request_calls.ts", "core/requests/request_liveness.ts"] },
  { name: "5e", units: ["core/requests/request_inbox.ts"] },
  { name: "5f", units: ["core/requests.ts"] },
  { name: "6a", units: ["core/strategies/cost_model.ts", "core/orchestrator/"] },
  {
    name: "6b",
    units: [
      "core/strategies/direct.ts",
      "core/strategies/orchestrated.ts",
      "core/strategies/pool.ts",
      "core/strategies/worker.ts",
      "core/strategies/queue.ts",
      "core/strategies/auto_history.ts",
    ],
  },
  { name: "6c", units: ["core/strategies/auto.ts", "core/strategies/queue_batch.ts"] },
  { name: "6d", units: ["core/origin.ts"] },
  { name: "7", units: ["mod.ts", "alarms.ts"] },
  {
    name: "8",
    units: ["adapters/memory.ts", "adapters/sqlite.ts", "adapters/local.ts", "adapters/cloudflare/", "testing/"],
  },
];

/** Which files may import a module from outside of this package; everyone else imports nothing foreign. */
export const FOREIGN: Readonly<Record<string, readonly string[]>> = {
  "croner": ["core/cron.ts"],
  "node:sqlite": ["adapters/sqlite.ts"],
  "cloudflare:workers": ["adapters/cloudflare/"],
};

/** What the rule checks against. */
export interface House {
  /** As {@linkcode FLOORS}. */
  readonly floors: readonly Floor[];
  /** As {@linkcode FOREIGN}. */
  readonly foreign: Readonly<Record<string, readonly string[]>>;
}

/** Every import that goes up, sideways or out, and every shipped file that stands on no floor. */
export function floorViolations(
  files: readonly TextFile[],
  house: House = { floors: FLOORS, foreign: FOREIGN },
): string[] {
  return files.filter((file) => isSource(file.path)).flatMap((file) => {
    const own = locate(file.path, house.floors);
    if (!own) return [`${file.path}: stands on no floor: add it to FLOORS in tools/rules/floors.ts`];
    return importsOf(file).flatMap(({ specifier, target, at }) => {
      if (target === undefined) return foreignViolation(file.path, specifier, at, house.foreign);
      const other = locate(target, house.floors);
      if (!other) return [`${at}: imports "${target}", which stands on no floor and does not ship`];
      if (other.unit === own.unit || other.height < own.height) return [];
      const direction = other.height === own.height ? "sideways" : "up";
      return [`${at}: imports ${direction}: ${own.unit} (floor ${own.name}) -> ${other.unit} (floor ${other.name})`];
    });
  });
}

function foreignViolation(path: string, specifier: string, at: string, foreign: House["foreign"]): string[] {
  const allowed = foreign[specifier] ?? [];
  if (allowed.some((unit) => holds(unit, path))) return [];
  return [`${at}: imports "${specifier}", allowed only in ${allowed.join(", ") || "no file that ships"}`];
}

function locate(path: string, floors: readonly Floor[]): { unit: string; name: string; height: number } | undefined {
  for (const [height, { name, units }] of floors.entries()) {
    const unit = units.find((candidate) => holds(candidate, path));
    if (unit !== undefined) return { unit, name, height };
  }
  return undefined;
}

function holds(unit: string, path: string): boolean {
  return unit.endsWith("/") ? path.startsWith(unit) : unit === path;
}

/** Units that no file stands for. */
export function emptyUnits(files: readonly TextFile[], floors: readonly Floor[] = FLOORS): string[] {
  return floors.flatMap(({ units }) => units).filter((unit) => !files.some(({ path }) => holds(unit, path)));
}
