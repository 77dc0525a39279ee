import { notServed, unreadable } from "./problems.ts";

/** What rows have to be. */
export type Condition =
  | ColumnCondition
  | { readonly kind: "and"; readonly of: readonly Condition[]; readonly negated: boolean }
  | { readonly kind: "or"; readonly of: readonly Condition[]; readonly negated: boolean };

export type ColumnCondition =
  & { readonly column: string; readonly negated: boolean }
  & (
    | { readonly kind: "compare"; readonly operator: Comparison; readonly value: string }
    | { readonly kind: "is"; readonly value: IsValue }
    | { readonly kind: "in"; readonly values: readonly string[] }
  );

const COMPARISONS = ["eq", "neq", "gt", "gte", "lt", "lte", "like", "ilike", "cs"] as const;
export type Comparison = typeof COMPARISONS[number];

const IS_VALUES = ["null", "not_null", "true", "false", "unknown"] as const;
export type IsValue = typeof IS_VALUES[number];

/** PostgREST's other operators. */
const NOT_SERVED = /^(?:match|imatch|isdistinct|fts|plfts|phfts|wfts|cd|ov|sl|sr|nxr|nxl|adj)$/;
const OPERATORS = "not or an operator (eq, gt, in, …)";

/**
 * A condition of the address: the parameter's name and its value, such as `status` and `not.in.(completed,cancelled)`, or
 * `or` and `(status.eq.pending,and(title.like.A*,url.is.null))`.
 *
 * @throws RestProblem where PostgREST could not read it either (400), or would and this gateway does not (501)
 */
export function parseCondition(name: string, value: string): Condition {
  const group = /^(not\.)?(and|or)$/.exec(name);
  if (group) {
    const reader = new Reader("logic tree", value);
    const of = reader.members();
    reader.end();
    return { kind: group[2] === "and" ? "and" : "or", of, negated: group[1] !== undefined };
  }
  const reader = new Reader("filter", value);
  return reader.test(plainColumn(name), () => reader.rest());
}

/** @throws RestProblem 501 for a path into JSON or a column of another table */
export function plainColumn(name: string): string {
  if (name.includes("->")) throw notServed("paths into JSON");
  if (name.includes(".")) throw notServed("filters on embedded tables");
  return name;
}

/** Reads from left to right; {@link https://docs.postgrest.org "Horizontal Filtering", "Reserved Characters"}. */
class Reader {
  #at = 0;
  constructor(readonly part: string, readonly text: string) {}

  /** `(…,…)` of a group. */
  members(): Condition[] {
    this.#expect("(");
    const members: Condition[] = [];
    do {
      this.#spaces();
      members.push(this.#member());
      this.#spaces();
    } while (this.#take(/,/y) !== null);
    this.#expect(")");
    return members;
  }

  end(): void {
    this.#spaces();
    if (this.#at < this.text.length) this.#fail("end of input");
  }

  rest(): string {
    const rest = this.text.slice(this.#at);
    this.#at = this.text.length;
    return rest;
  }

  /** What follows a column's name. */
  test(column: string, readValue: () => string): Condition {
    const negated = this.#take(/not\./y) !== null;
    const operator = this.#take(/[a-z]+/y) ?? this.#fail(OPERATORS);
    const modifier = this.#take(/\([^)]*\)/y);
    if (this.#take(/\./y) === null) this.#fail(OPERATORS);
    if (modifier !== null || NOT_SERVED.test(operator)) {
      throw notServed(`the operator ${operator}${modifier ?? ""}`);
    }
    if (operator === "in") return { kind: "in", column, values: this.#list(), negated };
    if (operator === "is") {
      const text = readValue().toLowerCase();
      const value = IS_VALUES.find((known) => known === text) ?? this.#fail(IS_VALUES.join(", "));
      return { kind: "is", column, value, negated };
    }
    const comparison = COMPARISONS.find((known) => known === operator) ?? this.#fail(OPERATORS);
    return { kind: "compare", column, operator: comparison, value: readValue(), negated };
  }

  #member(): Condition {
    const group = this.#take(/(?:not\.)?(?:and|or)(?=\()/y);
    if (group !== null) {
      return {
        kind: group.endsWith("and") ? "and" : "or",
        of: this.members(),
        negated: group.startsWith("not."),
      };
    }
    const column = this.#quotedText() ?? this.#take(/[^.,()"]+/y) ?? this.#fail("a column");
    if (this.#take(/\./y) === null) this.#fail(OPERATORS);
    return this.test(plainColumn(column), () => this.#value());
  }

  /** Within a group a value ends at a comma or a parenthesis that is not in quotes or braces. */
  #value(): string {
    return this.#quotedText() ?? this.#take(/\{[^{}]*\}/y) ?? this.#take(/[^,)]*/y) ?? "";
  }

  #list(): string[] {
    this.#expect("(");
    const values: string[] = [];
    do {
      this.#spaces();
      values.push(this.#quotedText() ?? this.#take(/[^,)]*/y) ?? "");
      this.#spaces();
    } while (this.#take(/,/y) !== null);
    this.#expect(")");
    if (this.part === "filter") this.end();
    return values.length === 1 && values[0] === "" ? [] : values;
  }

  #quotedText(): string | null {
    const text = this.#take(/"(?:[^"\\]|\\.)*"/ys);
    return text === null ? null : text.slice(1, -1).replaceAll(/\\(.)/gs, "$1");
  }

  #spaces(): void {
    this.#take(/\s+/y);
  }

  #expect(character: string): void {
    if (this.text[this.#at] !== character) this.#fail(`"${character}"`);
    this.#at++;
  }

  #take(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.text)?.[0];
    if (found === undefined || found === "") return found ?? null;
    this.#at += found.length;
    return found;
  }

  #fail(expected: string): never {
    throw unreadable(this.part, this.text, expected);
  }
}
