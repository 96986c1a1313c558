import { decodeExact } from "./base64";
import { reject } from "./rejected";
import type { Bytes } from "./bytes";

/** JSON as it is parsed or made. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The one spelling of a value: RFC 8785, for integers from 0 to 2^53-1 and well-formed text. */
export function canonical(value: unknown): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") {
    return Number.isSafeInteger(value) && value >= 0 && !Object.is(value, -0) ? String(value) : reject("not-canonical");
  }
  if (typeof value === "string") {
    // In unicode mode only a surrogate without its partner matches.
    return /\p{Surrogate}/u.test(value) ? reject("not-canonical") : JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (!isObject(value)) return reject("not-canonical");
  const members = Object.keys(value)
    .sort()
    .map((name) => `${canonical(name)}:${canonical(value[name])}`);
  return `{${members.join(",")}}`;
}

/** Members of one object, taken out one by one; what is left at the end is refused. */
export class Members {
  readonly #left: Map<string, unknown>;

  private constructor(value: Record<string, unknown>) {
    this.#left = new Map(Object.entries(value));
  }

  static of(value: unknown): Members {
    return isObject(value) ? new Members(value) : reject("member");
  }

  /** Parses an object and compares it with its one spelling: that refuses doubled members too. */
  static parse(text: string, limit: number): Members {
    if (text.length > limit) return reject("too-large");
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      return reject("not-canonical");
    }
    return canonical(value) === text ? Members.of(value) : reject("not-canonical");
  }

  static parseBytes(bytes: Uint8Array, limit: number): Members {
    let text: string;
    try {
      text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      return reject("not-canonical");
    }
    return Members.parse(text, limit);
  }

  has(name: string): boolean {
    return this.#left.has(name);
  }

  value(name: string): unknown {
    if (!this.#left.has(name)) return reject("member");
    const value = this.#left.get(name);
    this.#left.delete(name);
    return value;
  }

  object(name: string): Members {
    return Members.of(this.value(name));
  }

  list(name: string): readonly unknown[] {
    const value: unknown = this.value(name);
    return Array.isArray(value) ? value : reject("member");
  }

  text(name: string): string {
    return asText(this.value(name));
  }

  /** The member, or null where it is JSON's null. */
  nullable(name: string, check: (text: string) => string): string | null {
    const value = this.value(name);
    return value === null ? null : check(asText(value));
  }

  /** The member, or undefined where there is none. */
  optional(name: string, check: (text: string) => string): string | undefined {
    return this.has(name) ? check(this.text(name)) : undefined;
  }

  bytes(name: string, length: number): Bytes {
    return decodeExact(this.text(name), length);
  }

  integer(name: string): number {
    const value = this.value(name);
    return typeof value === "number" ? value : reject("member");
  }

  oneOf<T extends string>(name: string, values: readonly T[]): T {
    const text = this.text(name);
    return values.find((value) => value === text) ?? reject("member");
  }

  version(): void {
    if (this.integer("v") !== 1) reject("member");
  }

  end(): void {
    if (this.#left.size > 0) reject("member");
  }
}

export function asText(value: unknown): string {
  return typeof value === "string" ? value : reject("member");
}
