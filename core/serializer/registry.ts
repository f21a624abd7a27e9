/**
 * The classes that a program registers, by prototype for writing and by name for reading. Names in a text are
 * only ever looked up in the tables of `kind.ts`.
 *
 * @module
 */
import { quote } from "../errors.ts";
import { addKind, byPrototype, byTag } from "./kinds.ts";
import { defineFields, isRecord } from "./own_fields.ts";
import { fault } from "./serializer_error.ts";

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
  /**
   * What to write for an instance; a plain object where there is neither `decode` nor `restore`. Default: an object with
   * its own enumerable properties.
   */
  encode?(value: T): D;
  /**
   * Makes the instance from complete data. An instance that contains itself needs `create` and `restore`. Hostile texts
   * may give the same data, or data with the same parts, to many instances: what is copied here is copied for each.
   */
  decode?(data: D): T;
  /** Makes an instance that `restore` will fill. Default: `Object.create(type.prototype)`, without a constructor. */
  create?(): T;
  /** Fills an instance; inside a cycle, parts of `data` may still be empty. Default: defines data's properties. */
  restore?(instance: T, data: D): void;
}

/**
 * Teaches {@linkcode stringify} and {@linkcode parse} a class, in this program; both sides of a wire register it.
 * Registering the same class under the same name again replaces its codec.
 *
 * @param name Stands for the class in the text: any string, the same on both sides, best with a prefix of your own.
 * @param codec The class, and how its instances become data.
 * @throws {SerializerError} `DUPLICATE_TYPE` when the name or the class is taken; `INVALID_CODEC` when the codec
 * has no class, or both `decode` and `restore`, or the name is no string.
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
  const { prototype } = codec?.type ?? {};
  if (!prototype || typeof name !== "string" || (codec.decode && (codec.create || codec.restore))) {
    throw fault("INVALID_CODEC", "register the type", quote(name));
  }
  const taken = byPrototype.get(prototype) !== byTag.get(`~C${name}`);
  if (taken || prototype === Object.prototype || prototype === Array.prototype) {
    throw fault("DUPLICATE_TYPE", "register the type", quote(name));
  }
  // ["~C" + name, data]; with `decode`, the data has to be complete before there is an instance
  addKind<T, [tag: string, data: D]>(
    [codec.type],
    `~C${name}`,
    "*",
    (value, tag) => {
      const data = codec.encode ? codec.encode(value) : { ...value };
      if (codec.decode || codec.restore) return [tag, data];
      if (!isRecord(data)) throw fault("INVALID_CODEC", `write the data of ${quote(name)}`, quote(data));
      return [tag, { ...data }];
    },
    ([, data]) => {
      if (codec.decode) return codec.decode(data);
      // Fields that were given elsewhere would be copied for each instance.
      if (codec.restore || isRecord(data)) return codec.create ? codec.create() : Object.create(prototype);
    },
    codec.decode ? undefined : (value, [, data]) => {
      if (codec.restore) codec.restore(value, data);
      else defineFields(value, data as object, true);
      return value;
    },
  );
}
