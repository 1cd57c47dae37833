import { type APIMessage, ChannelType, InteractionType } from 'discord.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jobs } from '../../commands/index.js';
import { createSettings } from '../../src/community/settings.js';
import { type Access, DISCORD_PERMISSIONS } from '../../src/discord/access.js';
import { ephemeral } from '../../src/discord/answer.js';
import { createCatalogue, type Entry, entriesOf, type Job } from '../../src/discord/catalogue.js';
import { slashCommand } from '../../src/discord/command.js';
import { button } from '../../src/discord/component.js';
import type { Option } from '../../src/discord/options.js';
import { menuName } from '../../src/discord/texts.js';
import type { Action, TypedOptions } from '../../src/local-discord/actor.js';
import { joinGuild, setRole } from '../../src/local-discord/operations/members.js';
import { createRole, updateRole } from '../../src/local-discord/operations/roles.js';
import { createUser } from '../../src/local-discord/operations/users.js';
import { systemClock } from '../../src/platform/clock.js';
import { translator } from '../../src/platform/i18n.js';
import { openTown, type RunningBot } from '../support/bot.js';
import { read } from '../support/until.js';

type Who = 'member' | 'helper' | 'moderator' | 'owner';
type Permission = 'missing' | 'present';

/**
 * `yes`: offered, and done. `no`: offered, as Discord cannot ask for a role of ours, and refused. `hidden`: not even
 * offered, and refused if it came anyway. `ours`: not offered, but done if the server's staff offers it to this role.
 */
type Verdict = 'yes' | 'no' | 'hidden' | 'ours';

/** Who may use what is for whom, without and with the Discord permission that it asks for. */
const TABLE: Readonly<Record<Access, Readonly<Record<Who, Readonly<Record<Permission, Verdict>>>>>> = {
  everyone: {
    member: { missing: 'yes', present: 'yes' },
    helper: { missing: 'yes', present: 'yes' },
    moderator: { missing: 'yes', present: 'yes' },
    owner: { missing: 'yes', present: 'yes' },
  },
  helper: {
    member: { missing: 'no', present: 'no' },
    helper: { missing: 'yes', present: 'yes' },
    moderator: { missing: 'yes', present: 'yes' },
    owner: { missing: 'yes', present: 'yes' },
  },
  moderator: {
    member: { missing: 'hidden', present: 'yes' },
    helper: { missing: 'hidden', present: 'yes' },
    moderator: { missing: 'ours', present: 'yes' },
    owner: { missing: 'yes', present: 'yes' },
  },
  staff: {
    member: { missing: 'hidden', present: 'yes' },
    helper: { missing: 'hidden', present: 'yes' },
    moderator: { missing: 'hidden', present: 'yes' },
    owner: { missing: 'yes', present: 'yes' },
  },
};
const WHO = Object.keys(TABLE.everyone) as Who[];
const PERMISSIONS: readonly Permission[] = ['missing', 'present'];
const ACCESSES = Object.keys(TABLE) as Access[];

// One command and one button for each kind of access, under names that have texts.
const done = async (interaction: { reply(answer: object): Promise<unknown> }) =>
  void (await interaction.reply(ephemeral('done')));
const samples: readonly Job[] = [
  {
    name: 'start',
    parts: [
      slashCommand({ name: 'help', run: done }),
      slashCommand({ name: 'ask', access: 'helper', run: done }),
      slashCommand({ name: 'question', access: 'moderator', run: done }),
      slashCommand({ name: 'doctor', access: 'staff', run: done }),
      ...ACCESSES.map((access) => button({ name: `for.${access}`, access, run: done })),
    ],
  },
];

let town: Awaited<ReturnType<typeof openTown>>;
let bot: RunningBot;
let target: APIMessage;
/** Real time, which moves on between what one person does. */
let ahead = 0;
const clock = { ...systemClock, now: () => systemClock.now() + ahead };
let roles: { helper: string; moderator: string };

beforeAll(async () => {
  town = await openTown({ clock, rateLimits: 'off' });
  target = town.local.actor(town.ana.id).say(town.general.id, 'hello');
  const role = (name: string) =>
    createRole(town.local.world, town.owner.id, town.guild.id, { name, permissions: '0' }).id;
  roles = { helper: role('helpers'), moderator: role('moderators') };
});
afterAll(async () => {
  await town.close();
  expect(town.local.violations).toEqual([]);
});

async function startWith(given?: readonly Job[]): Promise<void> {
  await bot?.stop();
  bot = await town.startBot({ jobs: given });
  const settings = createSettings(bot.guilds.open(town.guild.id).db);
  settings.setPlace('role.helper', roles.helper);
  settings.setPlace('role.moderator', roles.moderator);
}

/** Somebody new of this standing, with or without the permissions that these ask of Discord. */
function someone(who: Who, permission: Permission, ...accesses: readonly Access[]) {
  const { world } = town.local;
  if (who === 'owner') return town.local.actor(town.owner.id);
  const { id } = createUser(world, { username: `${who}${world.users.size}` });
  joinGuild(world, id, town.guild.id);
  const give = (role: string) => setRole(world, town.owner.id, town.guild.id, id, role, true);
  if (who !== 'member') give(roles[who]);
  const bits = accesses.reduce((all, access) => all | (DISCORD_PERMISSIONS[access] ?? 0n), 0n);
  if (permission === 'present' && bits > 0n) {
    give(createRole(world, town.owner.id, town.guild.id, { name: 'powers', permissions: bits.toString() }).id);
  }
  return town.local.actor(id);
}
type Person = ReturnType<typeof someone>;

/** Something that fits an option. */
function filling(option: Option): TypedOptions[string] {
  if ('choices' in option && option.choices?.[0] !== undefined) return option.choices[0];
  switch (option.type) {
    case 'string':
      return 'x'.padEnd(option.minLength ?? 1, 'x');
    case 'integer':
    case 'number':
      return option.min ?? 1;
    case 'boolean':
      return true;
    case 'user':
    case 'mentionable':
      return town.ana.id;
    case 'role':
      return town.botRole.id;
    case 'channel':
      return option.channelTypes?.includes(ChannelType.GuildForum) ? town.questions.id : town.general.id;
    case 'attachment':
      return { name: 'x.txt', data: new Uint8Array([120]) };
  }
}

/** Uses it as people do, with something in every option that must be there. */
function use(person: Person, { command, sub }: Entry): Action {
  // Nobody does so much at once; the bot would ask for patience.
  ahead += 60_000;
  if (command.kind === 'message') return person.messageMenu(target, menuName(command.name));
  if (command.kind === 'user') return person.userMenu(town.general.id, menuName(command.name), town.ana.id);
  const { options } = (sub !== undefined && command.subcommands?.[sub]) || command;
  const required = Object.entries(options).filter(([, option]) => option.required);
  const typed = Object.fromEntries(required.map(([name, option]) => [name, filling(option)]));
  return person.command(town.general.id, sub === undefined ? command.name : `${command.name} ${sub}`, typed);
}

/** The same, though Discord would not let it through. */
function force(person: Person, { command, sub }: Entry): Action {
  const { ana } = town;
  const user = { id: ana.id, username: 'ana', discriminator: '0', avatar: null };
  const data =
    command.kind === 'slash'
      ? {
          id: '1',
          name: command.name,
          type: 1,
          options: sub === undefined ? [] : [{ name: sub, type: 1, options: [] }],
        }
      : command.kind === 'user'
        ? { id: '1', name: menuName(command.name), type: 2, target_id: ana.id, resolved: { users: { [ana.id]: user } } }
        : {
            id: '1',
            name: menuName(command.name),
            type: 3,
            target_id: target.id,
            resolved: { messages: { [target.id]: target } },
          };
  return forge(person, InteractionType.ApplicationCommand, data);
}

function forge(person: Person, type: InteractionType, data: object, more: object = {}): Action {
  const applicationId = town.application.id;
  return town.local.forge({ userId: person.id, channelId: town.general.id, applicationId, type, data, more });
}

function isOffered(person: Person, { command }: Entry): boolean {
  const kind = command.kind === 'slash' ? 'chat' : command.kind;
  const name = command.kind === 'slash' ? command.name : menuName(command.name);
  return person.commands(town.general.id, kind).some((offer) => offer.command.name === name);
}

async function isRefused(action: Action, person: Person, access: Access): Promise<boolean> {
  const answer = await action.outcome;
  expect(answer.kind).not.toBe('failed');
  const no = translator(person.locale === 'zh-CN' ? 'zh-CN' : 'en-US')('refusal.not_allowed', { access });
  return 'message' in answer && read(answer.message).includes(no);
}

const isOfferedBy = (verdict: Verdict) => verdict === 'yes' || verdict === 'no';
const isRefusedBy = (verdict: Verdict) => verdict === 'no' || verdict === 'hidden';

async function check(entry: Entry, who: Who, permission: Permission): Promise<void> {
  const { access } = entry;
  const person = someone(who, permission, access, entry.command.access ?? 'everyone');
  // Discord offers a command as a whole; a subcommand for fewer people is refused by us.
  const offered = isOfferedBy(TABLE[entry.command.access ?? 'everyone'][who][permission]);
  expect(isOffered(person, entry)).toBe(offered);
  const action = offered ? use(person, entry) : force(person, entry);
  expect(await isRefused(action, person, access)).toBe(isRefusedBy(TABLE[access][who][permission]));
}

const named = (entries: readonly Entry[]) =>
  entries.flatMap((entry) =>
    WHO.flatMap((who) =>
      PERMISSIONS.map((permission) => {
        const name = entry.sub === undefined ? entry.command.name : `${entry.command.name} ${entry.sub}`;
        return [name, entry.access, who, permission, entry] as const;
      }),
    ),
  );

describe('everything that ships', () => {
  const entries = entriesOf(createCatalogue(jobs));
  beforeAll(() => startWith());

  it.each(named(entries))('%s (for %s) by a %s, permission %s', (_name, _access, who, permission, entry) =>
    check(entry, who, permission),
  );

  it('is answered although the bot lacks every permission', async () => {
    updateRole(town.local.world, town.owner.id, town.guild.id, town.botRole.id, { permissions: '0' });
    for (const entry of entries) {
      const answer = await use(someone('owner', 'present'), entry).outcome;
      expect(answer.kind).not.toBe('failed');
    }
    expect(await bot.count('flock_faults_total')).toBe(0);
  });
});

describe('commands and buttons for each standing', () => {
  beforeAll(() => startWith(samples));

  it.each(named(entriesOf(createCatalogue(samples))))(
    '/%s (for %s) by a %s, permission %s',
    (_n, _a, who, permission, entry) => check(entry, who, permission),
  );

  it.each(
    ACCESSES.flatMap((access) =>
      WHO.flatMap((who) => PERMISSIONS.map((permission) => [access, who, permission] as const)),
    ),
  )('a button for %s pressed by a %s, permission %s', async (access, who, permission) => {
    const person = someone(who, permission, access);
    const data = { custom_id: `for.${access}:1`, component_type: 2 };
    const message = {
      ...target,
      author: { id: town.application.id, username: 'x' },
      components: [],
      embeds: [],
      attachments: [],
    };
    const action = forge(person, InteractionType.MessageComponent, data, { message });
    expect(await isRefused(action, person, access)).toBe(isRefusedBy(TABLE[access][who][permission]));
  });
});
