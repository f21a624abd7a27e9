/**
 * What a simulated platform gives to an object, and what it asks of it.
 *
 * @module
 */
import type { Alarms } from "../../core/alarms.ts";
import type { IdSource } from "../../core/alarms/row_id.ts";
import type { Clock } from "../../core/clock.ts";
import type { Executor } from "../../core/executor.ts";
import type { LedgerEvent, Requests } from "../../core/requests.ts";
import type { CallStep } from "./plan.ts";
import type { ShakyStorage } from "./shaky_storage.ts";

/** What one instantiation of an object works with. */
export interface Habitat {
  /** The handle on the storage. */
  readonly storage: ShakyStorage;
  /** The origin's clock; its timers end with the object. */
  readonly clock: Clock;
  /** Performs jobs. */
  readonly executor: Executor;
  /** Makes ids, the same ones for the same seed. */
  readonly ids: IdSource;
  /** Whether a delivery is being taken in at this moment. */
  isDelivering(): boolean;
  /** Whether the clock has ever been set back. */
  isSetBack(): boolean;
  /** Whether the object has not been lost. */
  isAlive(): boolean;
  /** Whether an error says that the object is lost. */
  isPlatformFailure(error: unknown): boolean;
  /** Must hear of what happens to requests. */
  onEvent(event: Pick<LedgerEvent, "type" | "id" | "attempt">): void;
}

/** What lives in one instantiation. */
export interface Inhabitant {
  /** Its schedules. */
  readonly alarms: Alarms;
  /** Its requests. */
  readonly requests: Requests;
  /** Does what a step asks for. */
  call(step: CallStep): void;
  /** Whether a handler of it runs at this moment. */
  isBusy(): boolean;
  /** Asks its author whether what must be true is true; `ended`: whether this is the end. */
  inspect?(ended: boolean): void;
}

/** Makes what lives in an instantiation. */
export type Inhabit = (habitat: Habitat) => Inhabitant;
