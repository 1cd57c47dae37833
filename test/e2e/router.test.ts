import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { refuse } from '../../src/community/refusal.js';
import { ephemeral } from '../../src/discord/answer.js';
import type { Job } from '../../src/discord/catalogue.js';
import { messageCommand, slashCommand, subcommand, userCommand } from '../../src/discord/command.js';
import { button, select } from '../../src/discord/component.js';
import { modal } from '../../src/discord/modal.js';
import { pressable, row } from '../../src/discord/views/layout.js';
import type { Action, Answer } from '../../src/local-discord/actor.js';
import { translator } from '../../src/platform/i18n.js';
import { openTown, type RunningBot } from '../support/bot.js';
import { gate } from '../support/gate.js';

const en = translator('en-US');
const zh = translator('zh-CN');

let slow = gate();
let held: string[] = [];

const counter = (version: number) =>
  button({
    name: 'counter',
    version,
    state: { count: 'int' },
    async run(interaction, { state }) {
      await interaction.update(counted(state.count + 1));
    },
  });
const counted = (count: number) => ({
  content: `counted ${count}`,
  components: [row(pressable(counter(1).id({ count }), 'count'))],
});
const silent = button({ name: 'silent', run: async () => {} });
const unhurried = button({
  name: 'unhurried',
  async run(interaction) {
    await slow.opened;
    await interaction.update({ content: 'updated at last', components: [] });
  },
});
const people = select({
  name: 'people',
  of: 'user',
  async run(interaction, { values }) {
    await interaction.reply(ephemeral(`picked ${values.length}`));
  },
});
const form = modal({
  name: 'ask',
  state: { of: 'text' },
  fields: {
    title: { type: 'line' },
    body: { type: 'paragraph', required: false },
    subject: { type: 'choice', required: false },
    file: { type: 'file', required: false },
  },
  async run(interaction, { state, fields }) {
    const { title, body, subject, file } = fields;
    await interaction.reply(
      ephemeral(JSON.stringify({ ...state, title, body, subject, file: file.map(({ name }) => name) })),
    );
  },
});

// The texts of a command are found by its name, so these borrow the names, and the options, of commands that ship.
const jobsWith = (version: number): Job[] => [
  {
    name: 'start',
    parts: [
      slashCommand({
        name: 'help',
        async run(interaction) {
          await interaction.reply({ ...counted(0), content: 'hello @everyone <@&1>' });
        },
      }),
      slashCommand({
        name: 'ask',
        async run(interaction, { t }) {
          const choices = { subject: [{ label: 'Network', value: 'network' }] };
          await interaction.showModal(form.open(t, { state: { of: 'a:b%' }, values: { title: 'Why?' }, choices }));
        },
      }),
      slashCommand({
        name: 'question',
        subcommands: {
          close: subcommand({
            options: { reason: { type: 'string', choices: ['solved', 'duplicate'] } },
            async run(interaction, { options }) {
              if (options.reason === undefined) refuse('too_fast', { seconds: 7 });
              await interaction.deferReply({ flags: 64 });
              throw new Error('too late to reply');
            },
          }),
          reopen: subcommand({
            async run() {
              throw new TypeError('the secret of the house');
            },
          }),
          list: subcommand({
            options: {
              words: {
                type: 'string',
                autocomplete: (typed) =>
                  Array.from({ length: 30 }, (_, i) => ({ name: typed + 'x'.repeat(120), value: i })),
              },
            },
            async run(interaction, { options }) {
              await interaction.reply(ephemeral(`words: ${options.words}`));
            },
          }),
        },
      }),
      slashCommand({
        name: 'doctor',
        async run(interaction) {
          held.push(interaction.user.username);
          await slow.opened;
          await interaction.reply('done at last');
        },
      }),
      slashCommand({ name: 'setup', run: async () => {} }),
      messageCommand({
        name: 'accept',
        async run(interaction) {
          await interaction.reply('accepted');
        },
      }),
      userCommand({
        name: 'accept',
        async run(interaction) {
          await interaction.reply({
            flags: 64,
            content: `about ${interaction.targetUser.username}`,
            components: [
              row(pressable(silent.id(), 'silent'), pressable(unhurried.id(), 'unhurried')),
              { type: 1, components: [{ type: 5, custom_id: people.id(), max_values: 2 }] },
            ],
          });
        },
      }),
      counter(version),
      silent,
      unhurried,
      people,
      form,
    ],
  },
];

let town: Awaited<ReturnType<typeof openTown>>;
let bot: RunningBot;
const ana = () => town.local.actor(town.ana.id);
const wei = () => town.local.actor(town.wei.id);
const use = (path: string, who = ana()) => who.command(town.general.id, path);

beforeAll(async () => {
  town = await openTown({ rateLimits: 'off' });
  bot = await town.startBot({ jobs: jobsWith(1) });
});
afterAll(async () => {
  await town.close();
  expect(town.local.violations).toEqual([]);
});
beforeEach(() => {
  slow = gate();
  held = [];
});

async function message(action: Action | Promise<Answer>) {
  const answer = 'outcome' in action ? await action.outcome : await action;
  if (answer.kind !== 'message' && answer.kind !== 'update') throw new Error(`answered with ${JSON.stringify(answer)}`);
  return { ...answer, content: answer.message.content, ephemeral: answer.kind === 'message' && answer.ephemeral };
}

describe('an answer', () => {
  it('mentions nobody, whatever its text says', async () => {
    const { message: said } = await message(use('help'));
    expect(said.content).toContain('@everyone');
    expect(said).toMatchObject({ mention_everyone: false, mentions: [], mention_roles: [] });
  });

  it("says no in the reader's language, to the reader alone", async () => {
    expect(await message(use('question close', wei()))).toMatchObject({
      content: zh('refusal.too_fast', { seconds: 7 }),
      ephemeral: true,
    });
  });

  it('shows a code instead of a fault, which the log has in full with the interaction', async () => {
    const action = use('question reopen');
    const { content, ephemeral: alone } = await message(action);
    const code = /`([0-9A-Z]{6})`/.exec(content)?.[1] ?? expect.unreachable();
    expect(content).toBe(en('answer.fault', { code }));
    expect(alone).toBe(true);
    const line = () => town.logged.find((entry) => entry.includes(code)) ?? '';
    await expect.poll(line).toContain(action.interactionId);
    expect(line()).toContain('the secret of the house');
    await expect.poll(() => bot.count('flock_answers_total', { command: 'question reopen', outcome: 'fault' })).toBe(1);
    await expect.poll(() => bot.count('flock_faults_total', { where: 'question reopen' })).toBe(1);
  });

  it('is given even when Discord refuses what the handler said, without claiming that nothing was changed', async () => {
    const trouble = { kind: 'status', status: 400, body: { code: 50035, message: 'Invalid Form Body' } } as const;
    town.local.faults.add({ on: 'POST /interactions/:id/:token/callback', trouble });
    const { content } = await message(ana().messageMenu(ana().say(town.general.id, 'hello'), 'Accept answer'));
    const code = /`([0-9A-Z]{6})`/.exec(content)?.[1] ?? expect.unreachable();
    expect(content).toBe(en('answer.fault_answering', { code }));
  });

  it('is no fault when it arrived and only the receipt was lost', async () => {
    town.local.faults.add({ on: 'POST /interactions/:id/:token/callback', trouble: { kind: 'lose-response' } });
    const before = await bot.count('flock_answers_total', { command: 'question list', outcome: 'ok' });
    expect((await message(use('question list'))).content).toBe('words: undefined');
    await expect
      .poll(() => bot.count('flock_answers_total', { command: 'question list', outcome: 'ok' }))
      .toBe(before + 1);
  });

  it('is given when a handler defers by itself and then fails', async () => {
    expect(
      (await message(ana().command(town.general.id, 'question close', { reason: 'solved' }).settled)).content,
    ).toMatch(/went wrong/);
  });

  it('is given for a command whose handler forgot it', async () => {
    expect((await message(use('setup'))).content).toMatch(/went wrong/);
  });

  it('is given twice for two clicks at once', async () => {
    const { message: shown } = await message(use('help'));
    const clicks = [ana().press(shown, 'count'), wei().press(shown, 'count'), ana().press(shown, 'count')];
    for (const click of clicks) expect((await message(click)).content).toBe('counted 1');
  });
});

describe('a slow handler', () => {
  it('is deferred for, and its answer shown to the person alone', async () => {
    const action = use('doctor');
    expect(await action.outcome).toMatchObject({ kind: 'deferred', ephemeral: true });
    slow.open();
    expect((await message(action.settled)).content).toBe('done at last');
    await expect.poll(() => bot.count('flock_answers_total', { command: 'doctor', outcome: 'ok' })).toBe(1);
  });

  it('of a button keeps the message as it is until then', async () => {
    const { message: shown } = await message(ana().userMenu(town.general.id, 'Accept answer', town.wei.id));
    const action = ana().press(shown, 'unhurried');
    expect(await action.outcome).toMatchObject({ kind: 'deferred-update' });
    slow.open();
    expect((await message(action.settled)).content).toBe('updated at last');
  });

  it('keeps nobody else waiting', async () => {
    const action = use('doctor');
    expect((await message(use('question list', wei()))).content).toBe('words: undefined');
    slow.open();
    expect((await message(action.outcome)).content).toBe('done at last');
  });

  it('is finished before the bot stops', async () => {
    const action = use('doctor');
    await expect.poll(() => held).toEqual(['ana']);
    const stopped = bot.stop();
    slow.open();
    expect((await message(action.outcome)).content).toBe('done at last');
    await stopped;
    bot = await town.startBot({ jobs: jobsWith(1) });
  });
});

describe('a button', () => {
  it('works after a restart, and is out of date after its declaration changed', async () => {
    const { message: shown } = await message(use('help'));
    await bot.stop();
    bot = await town.startBot({ jobs: jobsWith(1) });
    expect((await message(ana().press(shown, 'count'))).content).toBe('counted 1');

    await bot.stop();
    bot = await town.startBot({ jobs: jobsWith(2) });
    expect(await message(wei().press(shown, 'count'))).toMatchObject({
      content: zh('answer.out_of_date'),
      ephemeral: true,
    });

    await bot.stop();
    bot = await town.startBot({ jobs: jobsWith(1) });
  });

  it('whose handler says nothing leaves the message alone', async () => {
    const { message: shown } = await message(ana().userMenu(town.general.id, 'Accept answer', town.wei.id));
    expect(shown.content).toBe('about wei');
    expect((await ana().press(shown, 'silent').outcome).kind).toBe('deferred-update');
  });
});

it('hands a select what was picked', async () => {
  const { message: shown } = await message(ana().userMenu(town.general.id, 'Accept answer', town.wei.id));
  const picked = await message(ana().select(shown, people.id(), [town.ana.id, town.wei.id]));
  expect(picked.content).toBe('picked 2');
});

it('hands a modal its state and what was filled in, and shows what was filled in before', async () => {
  const opened = await use('ask').outcome;
  if (opened.kind !== 'modal') return expect.unreachable();
  expect(JSON.stringify(opened.modal.data)).toContain('"value":"Why?"');
  const log = { name: 'agent.log', data: new TextEncoder().encode('boom') };
  const { content } = await message(
    ana().submit(opened.modal, { title: 'Why not?', subject: ['network'], file: [log] }),
  );
  expect(JSON.parse(content)).toEqual({ of: 'a:b%', title: 'Why not?', subject: 'network', file: ['agent.log'] });
});

it('suggests at most 25 choices, cut to what Discord takes', async () => {
  const action = ana().autocomplete(town.general.id, 'question list', 'words', { words: 'why' });
  const answer = await action.outcome;
  if (answer.kind !== 'autocomplete') return expect.unreachable();
  expect(answer.choices).toHaveLength(25);
  expect(answer.choices[0]?.name).toMatch(/^whyx+…$/);
  expect(answer.choices[0]?.name).toHaveLength(100);
});

it('asks one person to slow down, and nobody else', async () => {
  const many = await Promise.all(Array.from({ length: 30 }, () => message(use('question list', ana()))));
  const refused = many.filter(({ content }) => content.startsWith('That was a lot at once'));
  expect(refused.length).toBeGreaterThan(0);
  expect(refused.every((answer) => answer.ephemeral)).toBe(true);
  expect((await message(use('question list', wei()))).content).toBe('words: undefined');
});
