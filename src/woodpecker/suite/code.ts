/**
 * Code that is written for one suite. What a suite says is fixed once it is read, and a walk looks at it a million times a second:
 * text that has the suite's own numbers in it, compiled as any other function, takes less than half the time of going through data.
 *
 * A suite is data, written by strangers, and must never become code. So whatever of it gets into such a text gets there by
 * `codeOf`, as a literal, or as a number that we counted ourselves; and this is the only place where text is compiled.
 */

import { lineageOf, originOf } from '../model/lineage.js';
import type { Frame, Resource } from '../model/resource.js';
import { NONE } from '../model/store.js';
import type { ResourceType } from './suite.js';

/** The text of an expression: of ours, with what the suite says in it as literals. */
export type Code = string;

/** A suite's text, number or truth as a literal. */
export function codeOf(value: string | number | boolean | undefined): Code {
  // A string in JSON is one in JavaScript: whatever stands in it, nothing of it is outside of its quotes.
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

/** What the resource of a role is called in code. */
export const roleCode = (role: number): Code => `r${role}`;

/** An object with these keys; one called `__proto__` is a key like any other. */
export function recordCode(entries: readonly (readonly [key: string, value: Code])[]): Code {
  const fields = entries.map(([key, value]) => `${key === '__proto__' ? '["__proto__"]' : codeOf(key)}: ${value}`);
  return `{ ${fields.join(', ')} }`;
}

/** What code may call: the rest it has to be given. */
const TOOLS = {
  NONE,
  lineageOf,
  originOf,
  stateName: (r: Resource | undefined): string | undefined => r?.type.states[r.state],
  countIn(list: readonly Resource[] | undefined, state: string): number {
    let n = 0;
    for (const r of list ?? NONE) if (r.type.states[r.state] === state) n++;
    return n;
  },
  /** What lies in a place that differs by type. */
  member: (r: Resource | undefined, of: 'attributes' | 'links' | 'pointing', places: readonly number[]): unknown =>
    r?.[of][places[r.type.index] ?? 0],
  stateCalled: (type: ResourceType, name: unknown): number => Math.max(0, type.states.indexOf(String(name))),
} as const;

/**
 * What the body of a function returns that sees the tools as `kit` and nothing else: the same for the same text. A suite is read
 * again and again, and its code need not get fast once more.
 */
export function compiled<T>(body: Code): T {
  let made = known.get(body);
  if (made === undefined) {
    made = new Function('kit', `"use strict"; ${body}`)(TOOLS) as unknown;
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(body, made);
  }
  return made as T;
}

const known = new Map<Code, unknown>();
const MOST_KNOWN = 2_000;

/** An expression as a function of what is bound. Compiled when it is first asked for: most are only parts of larger code. */
export function formula(code: Code, roles: ReadonlySet<number>): (frame: Frame) => unknown {
  let get: ((frame: Frame) => unknown) | undefined;
  return (frame) => {
    if (get === undefined) {
      const bound = [...roles].map((role) => `const ${roleCode(role)} = roles[${role}];`).join(' ');
      get = compiled<(frame: Frame) => unknown>(
        `return ({ roles, args, population }) => { ${bound} return ${code}; };`,
      );
    }
    return get(frame);
  };
}
