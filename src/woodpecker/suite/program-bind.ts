/** Code that finds resources for an action's roles: uniformly among those that fit, without trying what cannot. */
import { type Code, roleCode } from './code.js';
import type { Action, Take } from './suite.js';

/** Random tries before all that could be taken is gone through; most actions fit most of what is in the right state. */
const TRIES = 2;

type Taking = Pick<Action, 'takes' | 'makes' | 'when'>;

/** `bind(model, random)`; each role after the first has a function, which is given those before it, and goes on with those after it. */
export function bindCode(action: Taking): Code {
  const { takes, when } = action;
  const refusing = [...roomCode(action), ...when.map(({ code }) => `!(${code})`)];
  const further = takes
    .slice(1)
    .map((_, i) => `const role${i + 1} = (${parameters(i + 1)}) => { ${roleBody(takes, i + 1)} };`);
  return `${further.toReversed().join('\n')}
    const bind = (model, random) => {
      const { population, frame: { roles } } = model;
      ${refusing.length > 0 ? `if (${refusing.join(' || ')}) return false;` : ''}
      ${takes.length > 0 ? roleBody(takes, 0) : 'return true;'}
    };`;
}

/** What is true when there is no room for what the action makes. */
function roomCode({ makes }: Taking): Code[] {
  const limited = new Set(makes.map(({ type }) => type).filter(({ limit }) => limit !== Number.POSITIVE_INFINITY));
  return [...limited].map((type) => {
    const more = makes.filter((make) => make.type === type).length;
    return `model.counted[${type.index}] > ${type.limit - more}`;
  });
}

const rolesUpTo = (role: number): Code[] => Array.from({ length: role }, (_, i) => roleCode(i));
const parameters = (role: number): Code => ['roles', 'population', 'random', ...rolesUpTo(role)].join(', ');

/** Goes on with this role; behind the last, what was found is bound. */
function next(takes: readonly Take[], role: number): Code {
  if (role < takes.length) return `role${role}(${parameters(role)})`;
  return `(${[...rolesUpTo(role).map((r, i) => `roles[${i}] = ${r}`), 'true'].join(', ')})`;
}

/** Returns whether something was found for this role, and for those after it. */
function roleBody(takes: readonly Take[], role: number): Code {
  const take = takes[role] as Take;
  const r = roleCode(role);
  const { via } = take;
  const tests = testsOf(takes, role);
  const on = next(takes, role + 1);
  const all = [...tests, on].join(' && ');
  if (via && 'link' in via) {
    return `const ${r} = ${roleCode(via.role)}.links[${via.link}];
      return ${r} !== undefined && ${all};`;
  }
  const lists = via
    ? [`${roleCode(via.role)}.pointing[${via.inverse}]`]
    : take.states.map((state) => `population[${take.type.index}][${state}]`);
  // A role that fits nothing: the suite has a mistake, and is read to the end to tell it.
  if (lists.length === 0) return 'return false;';
  const names = lists.map((_, i) => `list${i}`);
  const drawn = drawnCode(names, r);
  // Where nothing depends on which one is taken, one is as good as another.
  const free = tests.length === 0 && takes.every((_, later) => later <= role || isIndependent(takes, later));
  const found = free
    ? `${drawn} return ${on};`
    : `for (let i = 0; i < ${TRIES}; i++) { ${drawn} if (${all}) return true; }
    ${remaining(names, r, tests, on)}`;
  return `${lists.map((list, i) => `const list${i} = ${list};`).join(' ')}
    const total = ${names.map((name) => `${name}.length`).join(' + ')};
    if (total === 0) return false;
    ${found}`;
}

/** Whether all of the type and states fit the role, whatever the other roles have. */
const isIndependent = (takes: readonly Take[], role: number): boolean =>
  takes[role]?.via === undefined && testsOf(takes, role).length === 0;

function drawnCode(lists: readonly Code[], r: Code): Code {
  if (lists.length === 1) return `const ${r} = ${lists[0]}[random.below(total)];`;
  const picked = lists.reduceRight(
    (otherwise, list) =>
      otherwise === '' ? `${list}[n]` : `n < ${list}.length ? ${list}[n] : (n -= ${list}.length, ${otherwise})`,
    '',
  );
  return `let n = random.below(total); const ${r} = ${picked};`;
}

/** After vain tries: all that fits by itself, in any order, until with one of them the roles after it are found too. */
function remaining(lists: readonly Code[], r: Code, tests: readonly Code[], on: Code): Code {
  const fits = tests.length > 0 ? `if (${tests.join(' && ')}) ` : '';
  return `const fitting = [];
    ${lists.map((list) => `for (const ${r} of ${list}) ${fits}fitting.push(${r});`).join('\n    ')}
    for (let left = fitting.length; left > 0; left--) {
      const n = random.below(left);
      const ${r} = fitting[n];
      fitting[n] = fitting[left - 1];
      if (${on}) return true;
    }
    return false;`;
}

/** What is true when a resource fits this role, given those before it. */
function testsOf(takes: readonly Take[], role: number): Code[] {
  const { type, via, states, when } = takes[role] as Take;
  const r = roleCode(role);
  const tests = takes.slice(0, role).flatMap((other, i) => (other.type === type ? [`${r} !== ${roleCode(i)}`] : []));
  // What comes by a link can be in any state, and of another type where the link allows several.
  if (via && 'link' in via) tests.unshift(`${r}.type.index === ${type.index}`);
  if (via && (states.length < type.gone || 'link' in via))
    tests.push(`(${states.map((state) => `${r}.state === ${state}`).join(' || ') || 'false'})`);
  return [...tests, ...when.map(({ code }) => `(${code})`)];
}
