/**
 * Where an origin can be found by somebody who holds no stub of it.
 *
 * @module
 */
import type { Acknowledgement, Message } from "../job.ts";

/** An origin's address, as it stands in a queue's message or in a row: plain data. */
export interface OriginAddress {
  /** The name under which the host knows the object's class, e.g. of an export or a binding. */
  readonly name: string;
  /** The object's id there. */
  readonly id: string;
}

/** Whether a value from a queue or a row is an address. */
export function isOriginAddress(value: unknown): value is OriginAddress {
  if (typeof value !== "object" || value === null) return false;
  return "name" in value && typeof value.name === "string" && "id" in value && typeof value.id === "string";
}

/**
 * Brings a message to the object at an address.
 *
 * @returns The origin's answer, once its transition is committed. When it throws or rejects, none came.
 */
export type DeliverTo = (address: OriginAddress, message: Message) => Acknowledgement | Promise<Acknowledgement>;
