/**
 * A Durable Object namespace with its brand, over plain objects.
 *
 * @module
 */
import type { Acknowledgement, Message } from "../../../core/job.ts";

/** What a fake namespace knows and has seen. */
export interface FakeNamespace {
  /** Its brand, by which the platform's namespaces are told. */
  readonly [Symbol.toStringTag]: string;
  /** Accepts the ids that it was made with, as the platform's do. */
  idFromString(id: string): string;
  /** The name itself. */
  idFromName(name: string): string;
  /** A stub, whose deliveries go to `deliver`. */
  get(id: string): { dozeDeliver(message: Message): Promise<Acknowledgement> };
}

/** Makes a namespace of objects with the given ids. */
export function fakeNamespace(
  ids: readonly string[],
  deliver: (id: string, message: Message) => Acknowledgement,
): FakeNamespace {
  return {
    [Symbol.toStringTag]: "DurableObjectNamespace",
    idFromString(id) {
      if (!ids.includes(id)) throw new TypeError("Invalid Durable Object ID");
      return id;
    },
    idFromName: (name) => name,
    // As a call over RPC, it fails by rejecting.
    get: (id) => ({ dozeDeliver: (message) => Promise.resolve().then(() => deliver(id, message)) }),
  };
}
