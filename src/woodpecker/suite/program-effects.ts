/** Code that does to the model what an action does: all that its text says is worked out first, on what was before, and then done. */
import { type Code, codeOf, recordCode, roleCode } from './code.js';
import type { Action, Assignment, Cascade, ResourceType } from './suite.js';

type Effects = Pick<Action, 'name' | 'index' | 'takes' | 'makes' | 'leaves' | 'sets' | 'also'>;

/** `perform(model, args, numbers)`. */
export function performCode({ name, index, takes, makes, leaves, sets, also }: Effects): Code {
  const roles = [...takes, ...makes].map((_, role) => roleCode(role));
  const taken = takes.length;
  const assignments = [...makes.flatMap((make) => make.sets), ...sets];
  const made = makes.flatMap(({ type, state }, i) => {
    const r = roleCode(taken + i);
    return [
      `const ${r} = model.place(${placeCode(type)}, ${state}, numbers === undefined ? 0 : numbers[${i}]);`,
      `if (remembers) { ${r}.lineage = lineage + ${i} | 0; ${r}.origin = origin + ${i} | 0; }`,
      `roles[${taken + i}] = ${r};`,
    ];
  });
  const history = [
    'let lineage = 0, origin = 0;',
    `if (remembers) { lineage = kit.lineageOf(${index}, roles, ${taken}); origin = kit.originOf(${index}, roles, ${taken}); }`,
  ];
  return `const perform = (model, args, numbers) => {
    const { population, remembers, steps, frame: { roles }, suite: { types } } = model;
    ${takes.map((_, role) => `const ${roleCode(role)} = roles[${role}];`).join(' ')}
    ${leaves.map(({ state }, i) => `const state${i} = ${state};`).join(' ')}
    ${makes.length > 0 ? [...history, ...made].join('\n    ') : ''}
    ${assignments.map(({ value }, i) => `const value${i} = ${value};`).join(' ')}
    ${roles.map((r) => touchCode(r, index)).join(' ')}
    ${leaves.map(({ role }, i) => `model.setState(${roleCode(role)}, state${i});`).join(' ')}
    ${assignments.map((to, i) => assignCode(roleCode(to.role), to, `value${i}`)).join(' ')}
    ${also.map((rule, i) => `cascade${i}(${['model', 'args', fromCode(rule), ...roles, ...(rule.deep ? ['new Set()'] : [])].join(', ')});`).join(' ')}
    return ${stepCode(name, takes, makes)};
  };`;
}

function stepCode(name: string, takes: readonly Named[], makes: readonly Named[]): Code {
  const handles = (roles: readonly Named[], from: number): Code =>
    recordCode(roles.map(({ role }, i) => [role, `${roleCode(from + i)}.handle`]));
  return recordCode([
    ['action', codeOf(name)],
    ['takes', handles(takes, 0)],
    ['makes', handles(makes, takes.length)],
    ['args', 'args'],
  ]);
}

interface Named {
  readonly role: string;
}

/** A function for each cascade, which calls itself where the rule goes deep. */
export function cascadeCode(rule: Cascade, i: number, { index, takes, makes }: Effects): Code {
  const roles = [...takes, ...makes].map((_, role) => roleCode(role));
  const { type, where, leaves, sets, deep } = rule;
  const further = deep ? deeperCode(rule, [...takes, ...makes]) : undefined;
  return `const cascade${i} = (${['model', 'args', 'from', ...roles, 'done'].join(', ')}) => {
    const { population, remembers, steps, suite: { types } } = model;
    // The list is copied: what happens to its members may take them out of it.
    for (const it of from.slice()) {
      if (it.state === ${type.gone}) continue;
      ${deep ? 'if (done.has(it)) continue; done.add(it);' : ''}
      ${where.length > 0 ? `if (!(${where.join(' && ')})) continue;` : ''}
      if (it.touched !== steps) { ${touchCode('it', index)} }
      ${leaves === undefined ? '' : `const state = ${leaves};`}
      ${sets.map(({ value }, n) => `const value${n} = ${value};`).join(' ')}
      ${further === undefined ? '' : `const further = ${further};`}
      ${leaves === undefined ? '' : 'model.setState(it, state);'}
      ${sets.map((to, n) => assignCode('it', to, `value${n}`)).join(' ')}
      ${further === undefined ? '' : `cascade${i}(${['model', 'args', 'further', ...roles, 'done'].join(', ')});`}
    }
  };`;
}

/** What a resource of the type starts with: attributes, links, what links to it. */
function placeCode({ index, attributes, links, inverses }: ResourceType): Code {
  const list = (of: readonly Code[]): Code => (of.length === 0 ? 'kit.NONE' : `[${of.join(', ')}]`);
  return [
    `types[${index}]`,
    list(attributes.map(({ initial }) => codeOf(initial))),
    list(links.map(() => 'undefined')),
    list(inverses.map(() => 'kit.NONE')),
  ].join(', ');
}

function assignCode(r: Code, { attribute, link }: Assignment, value: Code): Code {
  if (attribute !== undefined && attribute >= 0) return `${r}.attributes[${attribute}] = ${value};`;
  return link === undefined ? '' : `model.setLink(${r}, ${link}, ${value});`;
}

/** Notes that this step used a resource, or changed it: once a step, as no two roles have the same one. */
const touchCode = (r: Code, action: number): Code =>
  `${r}.touched = steps; if (remembers) { ${r}.pastBefore = ${r}.past; ${r}.past = ${action + 1}; ${r}.uses++; }`;

/** Where a cascade begins: all that is live of a type, or what links to a role's resource. */
function fromCode({ from }: Cascade): Code {
  if ('role' in from) return `${roleCode(from.role)}.pointing[${from.inverse}]`;
  const { index, gone } = from.type;
  const lists = Array.from({ length: gone }, (_, state) => `...population[${index}][${state}]`);
  return `[${lists.join(', ')}]`;
}

/** From what a deep cascade came to, it goes on along the inverse of the same name. */
function deeperCode({ from, type }: Cascade, roles: readonly { readonly type: ResourceType }[]): Code | undefined {
  if (!('role' in from)) return undefined;
  const name = roles[from.role]?.type.inverses[from.inverse]?.name;
  const inverse = type.inverses.findIndex((i) => i.name === name);
  return inverse < 0 ? undefined : `it.pointing[${inverse}]`;
}
