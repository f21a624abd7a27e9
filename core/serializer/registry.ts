/**
 * The classes that a program has registered, by prototype for writing and by name for reading. Names in a text are
 * only ever looked up here.
 *
 * @module
 */
import { quote } from "../errors.ts";
import { isBuiltIn } from "./kinds.ts";
import { defineFields } from "./own_fields.ts";
import { SerializerError } from "./serializer_error.ts";

/**
 * How instances of one class become data and come back. Give the class alone when its own enumerable fields are
 * all there is; `encode` and `decode` when it must be constructed; `encode`, `create` and `restore` when it must be
 * constructed and may stand in a cycle.
 *
 * @typeParam T Instances of the class.
 * @typeParam D What stands for an instance in the text: anything that `stringify` carries.
 */
export interface TypeCodec<T extends object, D = unknown> {
  /** The class. Only its own instances match: a subclass is registered under a name of its own. */
  type: {
    /** What the instances inherit from. */
    readonly prototype: T;
  };
  /** What to write for an instance. Default: an object with its own enumerable properties. */
  encode?(value: T): D;
  /** Makes the instance from complete data. An instance that contains itself needs `create` and `restore`. */
  decode?(data: D): T;
  /** Makes an instance that `restore` will fill. Default: `Object.create(type.prototype)`, without a constructor. */
  create?(): T;
  /** Fills an instance; inside a cycle, parts of `data` may still be empty. Default: defines data's properties. */
  restore?(instance: T, data: D): void;
}

/** A registered class, made uniform: it has either `decode` or both of `create` and `restore`. */
export interface RegisteredType {
  name: string;
  encode(value: object): unknown;
  decode: ((data: unknown) => object) | undefined;
  create(): object;
  restore(instance: object, data: unknown): void;
}

const byPrototype = new Map<object, RegisteredType>();
const byName = new Map<string, RegisteredType & { prototype: object }>();

/**
 * Teaches {@linkcode stringify} and {@linkcode parse} a class, in this program; both sides of a wire register it.
 * Registering the same class under the same name again replaces its codec.
 *
 * @param name Stands for the class in the text: any string, the same on both sides, best with a prefix of your own.
 * @param codec The class, and how its instances become data.
 * @throws {SerializerError} `DUPLICATE_TYPE` when the name or the class is taken; `INVALID_CODEC` when the codec
 * has no class, or both `decode` and `restore`.
 *
 * @example A class of plain fields, in a cycle
 * ```ts
 * import { parse, registerType, stringify } from "@doze/fetch/serializer";
 * import { assertInstanceOf, assertStrictEquals } from "@std/assert";
 *
 * class Room {
 *   exits: Room[] = [];
 * }
 * registerType("example:room", { type: Room });
 *
 * const room = new Room();
 * room.exits.push(room);
 * const copy = parse(stringify(room)) as Room;
 * assertInstanceOf(copy, Room);
 * assertStrictEquals(copy.exits[0], copy);
 * ```
 *
 * @example A class that is constructed from its data
 * ```ts
 * import { parse, registerType, stringify } from "@doze/fetch/serializer";
 * import { assertEquals } from "@std/assert";
 *
 * class Money {
 *   readonly #cents: bigint;
 *   constructor(cents: bigint) {
 *     this.#cents = cents;
 *   }
 *   get cents(): bigint {
 *     return this.#cents;
 *   }
 * }
 * registerType("example:money", {
 *   type: Money,
 *   encode: (money) => money.cents,
 *   decode: (cents: bigint) => new Money(cents),
 * });
 *
 * assertEquals((parse(stringify([new Money(5n)])) as Money[])[0].cents, 5n);
 * ```
 */
export function registerType<T extends object, D = unknown>(name: string, codec: TypeCodec<T, D>): void {
  const prototype = codec.type?.prototype;
  if (!prototype || (codec.decode && (codec.create || codec.restore))) {
    const remedy = "give it a class as `type` and either `decode` or `create` and `restore`";
    throw new SerializerError("INVALID_CODEC", `Cannot register the type: ${remedy}, got ${quote(name)}`);
  }
  const holder = byName.get(name);
  const known = byPrototype.get(prototype);
  if (isBuiltIn(prototype) || (holder && holder.prototype !== prototype) || (known && known.name !== name)) {
    const remedy = known ? `the class is registered as ${quote(known.name)}` : "choose a name and a class of your own";
    throw new SerializerError("DUPLICATE_TYPE", `Cannot register the type twice: ${remedy}, got ${quote(name)}`);
  }
  const typed = codec as unknown as TypeCodec<object>;
  const type = {
    name,
    prototype,
    encode: typed.encode?.bind(typed) ?? ownFields,
    decode: typed.decode?.bind(typed),
    create: typed.create?.bind(typed) ?? (() => Object.create(prototype)),
    restore: typed.restore?.bind(typed) ??
      ((instance: object, data: unknown) => defineFields(instance, data as object)),
  };
  byPrototype.set(prototype, type);
  byName.set(name, type);
}

/** The type registered for exactly this prototype. */
export function typeOfPrototype(prototype: object): RegisteredType | undefined {
  return byPrototype.get(prototype);
}

/** The type registered under this name. */
export function typeOfName(name: string): RegisteredType | undefined {
  return byName.get(name);
}

function ownFields(value: object): unknown {
  return { ...value };
}
