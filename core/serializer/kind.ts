/**
 * What a built-in class tells the writer and the reader about itself.
 *
 * @module
 */
import type { SerializerErrorCode } from "./serializer_error.ts";

/** Position of an object in the graph that is being written. */
export interface Place {
  /** What stands for the object in the intermediate, once it exists. */
  out: unknown;
  /** The object that it was first found in. */
  readonly parent: Place | undefined;
  /** Key of `parent.out` at which it stands. */
  readonly key: string | number;
  /** Index in the root array: above zero when shared, zero when finished and not shared, -1 while being written. */
  id: number;
  /** What refers to it, once something did; made once, as much may refer to it. */
  ref: string;
}

/** What a kind may ask of the writer. */
export interface Writer {
  /** The cap, in UTF-16 code units. */
  readonly maxRegExpLength: number;
  /** Writes any value that stands at `place.out[key]`. */
  value(value: unknown, place: Place, key: string | number): unknown;
  /** Throws with the path of `place.out[key]`, or of `place`. */
  fail(code: SerializerErrorCode, what: string, place: Place, key?: string | number): never;
}

/** What a kind may ask of the reader. */
export interface Reader {
  /** The cap, in UTF-16 code units. */
  readonly maxRegExpLength: number;
  /** Reads the intermediate at `container[key]`. */
  read(container: unknown[], key: number): unknown;
  /** The base64 of an ArrayBuffer, given what follows its tag. */
  base64(data: unknown): string;
  /** Throws `MALFORMED`, or another code, with the path of the tag at hand. */
  fail(what: string, code?: SerializerErrorCode): never;
}

/** A class that is written as an array `[tag, …]`. */
export interface Kind<T extends object> {
  /** `~` and one capital letter. */
  readonly tag: string;
  /** Whether `write` needs but its first two arguments, as the class contains no values and has no cap. */
  readonly leaf?: true;
  /** Appends what follows the tag to `out`, which is already `place.out`. */
  write(value: T, out: unknown[], place: Place, writer: Writer): void;
  /** Makes the value; when there is `fill`, without any part that could contain it. */
  create(data: unknown[], reader: Reader): T;
  /** Adds the parts that could contain the value. */
  fill?(value: T, data: unknown[], reader: Reader): void;
}
