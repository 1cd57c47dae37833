import { describe, expect, it } from 'vitest';
import { DiscordError } from '../../src/local-discord/errors.js';
import { fakeClock } from '../support/clock.js';
import { quietTown } from '../support/town.js';

const DAY = 86_400_000;
const ask = { name: 'ask', description: 'Ask' };
const string = (name: string, more: object = {}) => ({ type: 3, name, description: 'x', ...more });
const many = <T>(count: number, one: (n: number) => T) => Array.from({ length: count }, (_, n) => one(n));

function registry() {
  const clock = fakeClock();
  const { interactions, application, guild } = quietTown(clock);
  return {
    clock,
    commands: interactions.commands,
    everywhere: { application },
    here: { application, guildId: guild.id },
  };
}

function refusal(run: () => unknown): DiscordError {
  try {
    run();
  } catch (error) {
    if (error instanceof DiscordError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('a command', () => {
  const inside: Record<string, object> = {
    'a name of 32 characters': { ...ask, name: 'a'.repeat(32) },
    'a Chinese name': { ...ask, name: '提问', name_localizations: { 'zh-CN': '提问' } },
    'a description of 100 characters': { ...ask, description: 'd'.repeat(100) },
    '25 options': { ...ask, options: many(25, (n) => string(`o${n}`)) },
    '25 choices': { ...ask, options: [string('o', { choices: many(25, (n) => ({ name: `c${n}`, value: `v${n}` })) })] },
    'a choice of 100 characters': {
      ...ask,
      options: [string('o', { choices: [{ name: 'n'.repeat(100), value: 'v'.repeat(100) }] })],
    },
    'a required option before an optional one': { ...ask, options: [string('a', { required: true }), string('b')] },
    'a subcommand in a group': {
      ...ask,
      options: [{ type: 2, name: 'g', description: 'x', options: [{ type: 1, name: 's', description: 'x' }] }],
    },
    'a menu with spaces and capitals': { type: 3, name: 'Accept answer' },
    '8,000 characters in all': { ...ask, description: 'd', options: sized(8000 - 4) },
  };
  it.each(Object.entries(inside))('may have %s', (_, body) => {
    const { commands, everywhere } = registry();
    expect(commands.create(everywhere, body).created).toBe(true);
  });

  const outside: Record<string, object> = {
    'a name of 33 characters': { ...ask, name: 'a'.repeat(33) },
    'no name': { description: 'x' },
    'capitals in its name': { ...ask, name: 'Ask' },
    'spaces in its name': { ...ask, name: 'ask me' },
    'a bad localised name': { ...ask, name_localizations: { 'zh-CN': 'Bad Name' } },
    'a language that Discord does not have': { ...ask, name_localizations: { 'zh-CH': 'x' } },
    'no description': { name: 'ask' },
    'a description of 101 characters': { ...ask, description: 'd'.repeat(101) },
    '26 options': { ...ask, options: many(26, (n) => string(`o${n}`)) },
    '26 choices': { ...ask, options: [string('o', { choices: many(26, (n) => ({ name: `c${n}`, value: `v${n}` })) })] },
    'two options of one name': { ...ask, options: [string('a'), string('a')] },
    'a required option after an optional one': { ...ask, options: [string('a'), string('b', { required: true })] },
    'choices and autocomplete': {
      ...ask,
      options: [string('a', { autocomplete: true, choices: [{ name: 'x', value: 'x' }] })],
    },
    'a text as the choice of a number': {
      ...ask,
      options: [{ type: 4, name: 'n', description: 'x', choices: [{ name: 'x', value: 'x' }] }],
    },
    'subcommands beside options': { ...ask, options: [{ type: 1, name: 's', description: 'x' }, string('a')] },
    'a group in a group': {
      ...ask,
      options: [
        {
          type: 2,
          name: 'g',
          description: 'x',
          options: [{ type: 2, name: 'h', description: 'x', options: [{ type: 1, name: 's', description: 'x' }] }],
        },
      ],
    },
    'a menu with a description': { type: 2, name: 'Praise', description: 'x' },
    '8,001 characters in all': { ...ask, description: 'd', options: sized(8001 - 4) },
  };
  it.each(Object.entries(outside))('may not have %s', (_, body) => {
    const { commands, everywhere } = registry();
    const error = refusal(() => commands.create(everywhere, body));
    expect(error.code).toBe(50035);
    expect(error.errors).toBeDefined();
  });
});

/** Options of so many characters in all. */
function sized(total: number): object[] {
  const options: object[] = [];
  let left = total;
  for (let n = 0; left > 0; n += 1) {
    const choices: object[] = [];
    const option = string(`o${n}`, { choices });
    left -= option.name.length + option.description.length;
    for (let c = 0; c < 25 && left > 0; c += 1) {
      const name = `${c}`.padEnd(Math.min(100, Math.max(left - 10, `${c}`.length)), 'n');
      const value = 'v'.repeat(Math.max(1, Math.min(100, left - name.length)));
      choices.push({ name, value });
      left -= name.length + value.length;
    }
    options.push(option);
  }
  return options;
}

describe('the commands of a scope', () => {
  it('are 100 chat commands at most, and 15 menus of a kind', () => {
    const { commands, everywhere } = registry();
    commands.replace(
      everywhere,
      many(100, (n) => ({ ...ask, name: `c${n}` })),
    );
    expect(refusal(() => commands.create(everywhere, { ...ask, name: 'one-more' })).code).toBe(30032);
    expect(commands.create(everywhere, { ...ask, name: 'c5', description: 'changed' }).created).toBe(false);
    const menus = many(15, (n) => ({ type: 2, name: `Menu ${n}` }));
    for (const menu of menus) commands.create(everywhere, menu);
    expect(refusal(() => commands.create(everywhere, { type: 2, name: 'Menu 16' })).code).toBe(30032);
    expect(commands.create(everywhere, { type: 3, name: 'Menu 16' }).created).toBe(true);
  });

  it('may be created 200 times a day in one guild, and again the next day', () => {
    const { clock, commands, here, everywhere } = registry();
    for (let n = 0; n < 200; n += 1) {
      const { command } = commands.create(here, { ...ask, name: `c${n}` });
      commands.remove(here, command.id);
    }
    expect(refusal(() => commands.create(here, ask))).toMatchObject({ code: 30034, retryAfter: DAY / 1000 });
    expect(commands.create(everywhere, ask).created).toBe(true);
    clock.advance(DAY + 1);
    expect(commands.create(here, ask).created).toBe(true);
  });

  it('keep their ids and versions where they are put again unchanged', () => {
    const { commands, everywhere } = registry();
    const before = commands.replace(everywhere, [ask, { ...ask, name: 'help' }]);
    const after = commands.replace(everywhere, [{ ...ask, name: 'help', description: 'Other' }, ask]);
    expect(after.map(({ id }) => id)).toEqual([before[1]?.id, before[0]?.id]);
    expect(after[1]).toEqual(before[0]);
    expect(after[0]?.version).not.toBe(before[1]?.version);
    expect(commands.replace(everywhere, [])).toEqual([]);
    expect(commands.list(everywhere)).toEqual([]);
  });

  it('are renamed by id without losing the name to another', () => {
    const { commands, everywhere } = registry();
    const [first] = commands.replace(everywhere, [ask]);
    const after = commands.replace(everywhere, [{ ...ask, id: first?.id, name: 'query' }, ask]);
    expect(after[0]?.id).toBe(first?.id);
    expect(after[1]?.id).not.toBe(first?.id);
  });

  it('have no two of one kind and name', () => {
    const { commands, everywhere } = registry();
    expect(refusal(() => commands.replace(everywhere, [ask, ask])).code).toBe(50035);
    commands.replace(everywhere, [ask, { ...ask, name: 'help' }]);
    const help = commands.list(everywhere)[1];
    expect(refusal(() => commands.change(everywhere, help?.id ?? '', { name: 'ask' })).code).toBe(50035);
  });

  it('change only where a change says so', () => {
    const { commands, everywhere } = registry();
    const { command } = commands.create(everywhere, {
      ...ask,
      options: [string('a')],
      default_member_permissions: '8',
    });
    const changed = commands.change(everywhere, command.id, { description: 'Other' });
    expect(changed).toMatchObject({
      id: command.id,
      name: 'ask',
      description: 'Other',
      default_member_permissions: '8',
    });
    expect(changed.options).toEqual(command.options);
    expect(refusal(() => commands.change(everywhere, '1', {})).code).toBe(10063);
  });
});
