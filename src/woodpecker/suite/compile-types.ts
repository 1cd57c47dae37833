import { didYouMean } from './hints.js';
import { many, type Report } from './report.js';
import type { SuiteSource } from './schema.js';
import type { Attribute, Inverse, Link, ResourceType } from './suite.js';

type Draft = { -readonly [K in keyof ResourceType]: ResourceType[K] } & { links: Link[]; inverses: Inverse[] };

/** Resource types with their links resolved in both directions. */
export function compileTypes(source: SuiteSource, report: Report): ResourceType[] {
  const names = Object.keys(source.resources);
  if (names.length === 0) report(['resources'], 'a suite needs a resource');
  const types = names.map((name, index): Draft => {
    const own = source.resources[name] ?? { states: [] };
    const path = ['resources', name];
    if (RESERVED.has(name)) report(path, `"${name}" has a meaning of its own in expressions`, { key: true });
    own.states.forEach((state, i) => {
      if (state === 'gone') report([...path, 'states', i], '"gone" is always there');
      if (state === 'any') report([...path, 'states', i], '"any" means every state');
      if (own.states.indexOf(state) < i) report([...path, 'states', i], `"${state}" stands here twice`);
    });
    for (const [i, state] of (own.final ?? []).entries()) {
      if (!own.states.includes(state)) {
        report([...path, 'final', i], `a ${name} has no state "${state}"`, { hint: didYouMean(state, own.states) });
      }
    }
    const states = [...own.states, 'gone'];
    return {
      name,
      index,
      states,
      gone: states.length - 1,
      final: states.map((s) => s === 'gone' || (own.final ?? []).includes(s)),
      limit: own.limit ?? Number.POSITIVE_INFINITY,
      attributes: Object.entries(own.attributes ?? {}).map(([n, value]) => attributeOf(n, value)),
      links: [],
      inverses: [],
      unnamed: [],
      ...(own.observe === undefined ? {} : { observe: own.observe }),
      ...(own.list === undefined ? {} : { list: own.list }),
    };
  });
  for (const type of types) link(type, types, source, report);
  for (const type of types) unambiguous(type, report);
  return types;
}

const RESERVED: ReadonlySet<string> = new Set([
  'it',
  'args',
  'count',
  'min',
  'max',
  'if',
  'and',
  'or',
  'not',
  'true',
  'false',
  'none',
  'any',
  'gone',
  'state',
]);

function attributeOf(name: string, value: number | boolean | string | string[]): Attribute {
  return Array.isArray(value) ? { name, initial: value[0] ?? '', choices: value } : { name, initial: value };
}

function link(type: Draft, types: readonly Draft[], source: SuiteSource, report: Report): void {
  for (const [name, written] of Object.entries(source.resources[type.name]?.links ?? {})) {
    const long = typeof written === 'object' && !Array.isArray(written) ? written : { to: written };
    const as = long.as ?? `${type.name}s`;
    const to: Draft[] = [];
    const inverse: number[] = [];
    for (const target of many(long.to)) {
      const found = types.find((t) => t.name === target);
      if (!found) {
        const hint = didYouMean(
          target,
          types.map((t) => t.name),
        );
        report(['resources', type.name, 'links', name], `there is no resource "${target}"`, { hint });
        continue;
      }
      to.push(found);
      inverse[found.index] = found.inverses.length;
      found.inverses.push({ name: as, from: type, link: type.links.length });
    }
    type.links.push({ name, to, inverse });
  }
}

/** Attributes, links and what the others call it are one name space: `vm.volumes` must mean one thing. */
function unambiguous(type: Draft, report: Report): void {
  const seen = new Map<string, string>([['state', 'its state']]);
  const claim = (name: string, what: string, path: (string | number)[], hint?: string): void => {
    const other = seen.get(name);
    if (other) report(path, `"${type.name}.${name}" would be ${what} and ${other}`, { ...(hint ? { hint } : {}) });
    seen.set(name, what);
  };
  for (const a of type.attributes) claim(a.name, 'an attribute', ['resources', type.name, 'attributes', a.name]);
  for (const l of type.links) claim(l.name, 'a link', ['resources', type.name, 'links', l.name]);
  for (const i of type.inverses) {
    const name = i.from.links[i.link]?.name ?? '';
    claim(
      i.name,
      `what links to it by ${i.from.name}.${name}`,
      ['resources', i.from.name, 'links', name],
      'name it: { to: …, as: … }',
    );
  }
}
