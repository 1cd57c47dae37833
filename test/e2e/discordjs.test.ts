import { once } from 'node:events';
import {
  type AutocompleteInteraction,
  ButtonStyle,
  type ChatInputCommandInteraction,
  type Client,
  ComponentType,
  DiscordAPIError,
  Events,
  GatewayIntentBits as Intent,
  type Interaction,
  Locale,
  MessageFlags,
  type ModalSubmitInteraction,
} from 'discord.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fakeClock } from '../support/clock.js';
import { login, startTown, type Town } from '../support/local-discord.js';

const ephemeral = MessageFlags.Ephemeral;

/** What the bot does with the next interaction. */
type Handler = (interaction: Interaction) => unknown;

let town: Town;
let client: Client<true>;
let handle: Handler = () => {};
const errors: unknown[] = [];

/** Answers the next interactions like this. */
function answering<I extends Interaction>(handler: (interaction: I) => unknown): void {
  handle = (interaction) => handler(interaction as I);
}

beforeAll(async () => {
  town = await startTown();
  client = await login({ apiUrl: town.local.apiUrl, token: town.application.token });
  client.on(Events.InteractionCreate, (interaction) => {
    Promise.resolve(handle(interaction)).catch((error) => errors.push(error));
  });
  await client.application.commands.set([
    {
      name: 'ask',
      nameLocalizations: { 'zh-CN': '提问' },
      description: 'Ask',
      options: [
        { type: 3, name: 'topic', description: 'Topic', required: true, autocomplete: true },
        { type: 6, name: 'who', description: 'Who' },
        { type: 11, name: 'log', description: 'Log' },
      ],
    },
    { name: 'ping', description: 'Ping' },
    { type: 2, name: 'Praise' },
    { type: 3, name: 'Accept answer' },
  ]);
});

afterAll(async () => {
  await client.destroy();
  await town.local.stop();
  expect(errors).toEqual([]);
  expect(town.local.violations).toEqual([]);
});

describe('the unchanged discord.js client', () => {
  it('knows its guild, and itself as the only member', () => {
    const guild = client.guilds.cache.get(town.guild.id);
    expect(guild?.memberCount).toBe(4);
    expect([...(guild?.members.cache.keys() ?? [])]).toEqual([client.user.id]);
    expect(guild?.channels.cache.map(({ name }) => name)).toContain('questions');
  });

  it('lists its commands in all languages', async () => {
    const commands = await client.application.commands.fetch({ withLocalizations: true });
    expect(commands.map(({ name }) => name).sort()).toEqual(['Accept answer', 'Praise', 'ask', 'ping']);
    expect(commands.find(({ name }) => name === 'ask')?.nameLocalizations).toEqual({ 'zh-CN': '提问' });
    const chinese = await client.application.commands.fetch({ locale: Locale.ChineseCN });
    expect(chinese.find(({ name }) => name === 'ask')?.nameLocalized).toBe('提问');
  });

  it('is refused with 50035 where a command breaks a rule', async () => {
    const wrong = client.application.commands.create({ name: 'Bad Name', description: 'x' });
    await expect(wrong).rejects.toMatchObject({ code: 50035, status: 400 });
  });

  it('registers, changes and removes commands of one guild', async () => {
    const { commands } = client.guilds.cache.get(town.guild.id) ?? {};
    const made = await commands?.create({ name: 'here', description: 'Here' });
    const changed = await commands?.edit(made?.id ?? '', { description: 'There' });
    expect(changed?.description).toBe('There');
    expect(
      town.local
        .actor(town.ana.id)
        .commands(town.general.id)
        .map(({ command }) => command.name),
    ).toContain('here');
    await commands?.delete(made?.id ?? '');
    expect((await commands?.fetch())?.size).toBe(0);
  });
});

describe('a command', () => {
  it('arrives with its options, and its answer reaches the person', async () => {
    answering<ChatInputCommandInteraction>(async (interaction) => {
      const who = interaction.options.getMember('who');
      const log = interaction.options.getAttachment('log');
      const text = await (await fetch(log?.url ?? '')).text();
      await interaction.reply(
        `${interaction.options.getString('topic')} ${who?.toString()} ${text} ${interaction.locale}`,
      );
    });
    const outcome = await town.local.actor(town.wei.id).command(town.general.id, '提问', {
      topic: 'network',
      who: 'ana',
      log: { name: 'a.log', data: Buffer.from('boom') },
    }).outcome;
    expect(outcome).toMatchObject({ kind: 'message', message: { content: `network <@${town.ana.id}> boom zh-CN` } });
  });

  it('can be deferred, edited, followed up and taken back', async () => {
    answering<ChatInputCommandInteraction>(async (interaction) => {
      await interaction.deferReply({ flags: ephemeral });
      await interaction.editReply({ content: 'done', files: [{ name: 'r.txt', attachment: Buffer.from('result') }] });
      const more = await interaction.followUp({ content: 'more', flags: ephemeral });
      await interaction.editReply({ message: more, content: 'more!' });
      const first = await interaction.fetchReply();
      expect(first.attachments.first()?.name).toBe('r.txt');
      await interaction.deleteReply(more);
    });
    const ana = town.local.actor(town.ana.id);
    const action = ana.command(town.general.id, 'ping');
    expect(await action.outcome).toMatchObject({ kind: 'deferred', ephemeral: true });
    expect(await action.settled).toMatchObject({ kind: 'message', ephemeral: true, message: { content: 'done' } });
    await expect.poll(() => ana.messages(town.general.id).filter(({ flags }) => flags === ephemeral)).toHaveLength(1);
  });

  it('answers with the message where the reply asks for it', async () => {
    let id = '';
    answering<ChatInputCommandInteraction>(async (interaction) => {
      const { resource } = await interaction.reply({ content: 'here', withResponse: true });
      id = resource?.message?.id ?? '';
    });
    const outcome = await town.local.actor(town.ana.id).command(town.general.id, 'ping').outcome;
    await expect.poll(() => id).toBe(outcome.kind === 'message' ? outcome.message.id : '?');
  });

  it('is told 40060 when it answers twice', async () => {
    let refused: unknown;
    answering<ChatInputCommandInteraction>(async (interaction) => {
      await interaction.reply('once');
      interaction.replied = false;
      refused = await interaction.reply('twice').catch((error: unknown) => error);
    });
    await town.local.actor(town.ana.id).command(town.general.id, 'ping').outcome;
    await expect.poll(() => refused).toBeInstanceOf(DiscordAPIError);
    expect(refused).toMatchObject({ code: 40060, status: 400 });
  });
});

describe('autocomplete', () => {
  it('offers what the bot offers for what was typed so far', async () => {
    answering<AutocompleteInteraction>((interaction) =>
      interaction.respond([{ name: `${interaction.options.getFocused()}!`, value: 'net' }]),
    );
    const outcome = await town.local.actor(town.ana.id).autocomplete(town.general.id, 'ask', 'topic', { topic: 'ne' })
      .outcome;
    expect(outcome).toMatchObject({ kind: 'autocomplete', choices: [{ name: 'ne!', value: 'net' }] });
  });
});

describe('menus on users and messages', () => {
  it('carry whom or what they were opened on', async () => {
    handle = (interaction) =>
      interaction.isUserContextMenuCommand()
        ? interaction.reply({ content: interaction.targetUser.username, flags: ephemeral })
        : interaction.isMessageContextMenuCommand() &&
          interaction.reply({ content: interaction.targetMessage.content, flags: ephemeral });
    const { local, ana, wei, general } = town;
    const message = local.actor(wei.id).say(general.id, 'reboot it');
    expect(await local.actor(ana.id).messageMenu(message, 'Accept answer').outcome).toMatchObject({
      kind: 'message',
      message: { content: 'reboot it' },
    });
    expect(await local.actor(ana.id).userMenu(general.id, 'Praise', wei.id).outcome).toMatchObject({
      message: { content: 'wei' },
    });
  });
});

describe('components', () => {
  it('of every kind are sent, used and updated', async () => {
    answering<ChatInputCommandInteraction>((interaction) =>
      interaction.reply({
        components: [
          {
            type: ComponentType.ActionRow,
            components: [{ type: ComponentType.Button, style: ButtonStyle.Primary, label: 'Go', customId: 'go' }],
          },
          {
            type: ComponentType.ActionRow,
            components: [
              { type: ComponentType.StringSelect, customId: 'pick', options: [{ label: 'Network', value: 'net' }] },
            ],
          },
          { type: ComponentType.ActionRow, components: [{ type: ComponentType.UserSelect, customId: 'user' }] },
        ],
      }),
    );
    const ana = town.local.actor(town.ana.id);
    const said = await ana.command(town.general.id, 'ping').outcome;
    if (said.kind !== 'message') throw new Error(said.kind);

    handle = (interaction) => interaction.isButton() && interaction.update({ content: 'went', components: [] });
    expect(await ana.press(said.message, 'Go').outcome).toMatchObject({ kind: 'update', message: { content: 'went' } });
  });

  it('tell which values and people were picked', async () => {
    handle = (interaction) =>
      interaction.isChatInputCommand() &&
      interaction.reply({
        content: 'pick',
        components: [
          {
            type: ComponentType.ActionRow,
            components: [
              { type: ComponentType.StringSelect, customId: 'pick', options: [{ label: 'Network', value: 'net' }] },
            ],
          },
          { type: ComponentType.ActionRow, components: [{ type: ComponentType.UserSelect, customId: 'user' }] },
        ],
      });
    const ana = town.local.actor(town.ana.id);
    const said = await ana.command(town.general.id, 'ping').outcome;
    if (said.kind !== 'message') throw new Error(said.kind);
    handle = async (interaction) => {
      if (interaction.isStringSelectMenu())
        await interaction.reply({ content: interaction.values.join(), flags: ephemeral });
      if (interaction.isUserSelectMenu()) {
        await interaction.deferUpdate();
        await interaction.editReply({ content: interaction.members.map((member) => member.toString()).join() });
      }
    };
    expect(await ana.select(said.message, 'pick', ['Network']).outcome).toMatchObject({ message: { content: 'net' } });
    const picked = ana.select(said.message, 'user', ['wei']);
    expect(await picked.outcome).toMatchObject({ kind: 'deferred-update' });
    expect(await picked.settled).toMatchObject({ kind: 'update', message: { content: `<@${town.wei.id}>` } });
  });

  it('of the second version show containers and text', async () => {
    answering<ChatInputCommandInteraction>((interaction) =>
      interaction.reply({
        flags: MessageFlags.IsComponentsV2,
        components: [
          {
            type: ComponentType.Container,
            components: [
              { type: ComponentType.TextDisplay, content: '# Hello' },
              {
                type: ComponentType.Section,
                components: [{ type: ComponentType.TextDisplay, content: 'press' }],
                accessory: { type: ComponentType.Button, style: ButtonStyle.Primary, label: 'Deep', customId: 'deep' },
              },
            ],
          },
        ],
      }),
    );
    const ana = town.local.actor(town.ana.id);
    const said = await ana.command(town.general.id, 'ping').outcome;
    if (said.kind !== 'message') throw new Error(said.kind);
    handle = (interaction) =>
      interaction.isButton() && interaction.reply({ content: interaction.customId, flags: ephemeral });
    expect(await ana.press(said.message, 'deep').outcome).toMatchObject({ message: { content: 'deep' } });
  });
});

describe('a modal', () => {
  it('with labels, a select and a file upload is filled and submitted', async () => {
    answering<ChatInputCommandInteraction>((interaction) =>
      interaction.showModal({
        custom_id: 'report',
        title: 'Report',
        components: [
          {
            type: ComponentType.Label,
            label: 'Title',
            component: { type: ComponentType.TextInput, custom_id: 'title', style: 1 },
          },
          {
            type: ComponentType.Label,
            label: 'Part',
            component: {
              type: ComponentType.StringSelect,
              custom_id: 'part',
              options: [{ label: 'Storage', value: 'st' }],
            },
          },
          {
            type: ComponentType.Label,
            label: 'Log',
            component: { type: ComponentType.FileUpload, custom_id: 'log', required: false },
          },
        ],
      }),
    );
    const ana = town.local.actor(town.ana.id);
    const shown = await ana.command(town.general.id, 'ping').outcome;
    if (shown.kind !== 'modal') throw new Error(shown.kind);
    expect(shown.modal.data.title).toBe('Report');

    answering<ModalSubmitInteraction>(async (interaction) => {
      const file = interaction.fields.getUploadedFiles('log')?.first();
      const text = await (await fetch(file?.url ?? '')).text();
      const [part] = interaction.fields.getStringSelectValues('part');
      await interaction.reply(`${interaction.fields.getTextInputValue('title')} ${part} ${text}`);
    });
    const submitted = ana.submit(shown.modal, {
      title: 'Disk lost',
      part: ['Storage'],
      log: [{ name: 'x.log', data: Buffer.from('boom') }],
    });
    expect(await submitted.outcome).toMatchObject({ kind: 'message', message: { content: 'Disk lost st boom' } });
  });
});

describe('a dropped connection', () => {
  it('is resumed, and nothing is missed', async () => {
    const { local, ana, general, application } = town;
    const seen: string[] = [];
    handle = async (interaction) => {
      if (!interaction.isChatInputCommand()) return;
      seen.push(interaction.id);
      await interaction.reply('pong');
    };
    const resumed = once(client, Events.ShardResume);
    local.dropGateway('cut', application.id);
    const actions = Array.from({ length: 20 }, () => local.actor(ana.id).command(general.id, 'ping'));
    const outcomes = await Promise.all(actions.map(({ outcome }) => outcome));
    await resumed;
    expect(outcomes.map(({ kind }) => kind)).toEqual(outcomes.map(() => 'message'));
    expect(seen).toEqual(actions.map(({ interactionId }) => interactionId));
  });

  it('is opened again when the gateway asks for it', async () => {
    const resumed = once(client, Events.ShardResume);
    town.local.dropGateway('reconnect', town.application.id);
    await resumed;
    expect(await town.local.actor(town.ana.id).command(town.general.id, 'ping').outcome).toMatchObject({
      kind: 'message',
    });
  });
});

describe('what is withheld', () => {
  it('is message content without the intent, but not the target of a message menu', async () => {
    const { local, application, ana, wei, general } = town;
    const reader = await login({ apiUrl: local.apiUrl, token: application.token }, [
      Intent.Guilds,
      Intent.GuildMessages,
    ]);
    const heard: string[] = [];
    reader.on(Events.MessageCreate, ({ content, author }) => void (author.bot || heard.push(content)));
    handle = (interaction) =>
      interaction.isMessageContextMenuCommand() &&
      interaction.reply({ content: interaction.targetMessage.content, flags: ephemeral });
    const message = local.actor(wei.id).say(general.id, 'secret words');
    const outcome = await local.actor(ana.id).messageMenu(message, 'Accept answer').outcome;
    expect(outcome).toMatchObject({ message: { content: 'secret words' } });
    await expect.poll(() => heard).toEqual(['']);
    await reader.destroy();
  });
});

describe('a bot that was not granted message content', () => {
  it('reads none of it over REST either, except where it is mentioned', async () => {
    const { local, application, ana, general } = await startTown({ privileged: { messageContent: false } });
    const reader = await login({ apiUrl: local.apiUrl, token: application.token });
    local.actor(ana.id).say(general.id, 'secret words');
    local.actor(ana.id).say(general.id, `hello <@${application.bot_id}>`);
    const channel = await reader.channels.fetch(general.id);
    const messages = channel?.isTextBased() ? [...(await channel.messages.fetch()).values()] : [];
    expect(messages.map(({ content }) => content)).toEqual([`hello <@${application.bot_id}>`, '']);
    await reader.destroy();
    await local.stop();
  });
});

describe('logging in', () => {
  it('fails with a bad token', async () => {
    await expect(login({ apiUrl: town.local.apiUrl, token: 'not.a.token' })).rejects.toMatchObject({
      code: 'TokenInvalid',
    });
  });

  it('fails with intents that were not granted', async () => {
    const other = await startTown({ privileged: { messageContent: false, members: false, presences: false } });
    const attempt = login({ apiUrl: other.local.apiUrl, token: other.application.token }, [Intent.MessageContent]);
    await expect(attempt).rejects.toThrow(/disallowed intents/i);
    await other.local.stop();
  });
});

describe('a late answer', () => {
  it('is refused with 10062, and the person was told before', async () => {
    const clock = fakeClock();
    const slow = await startTown({ clock });
    const bot = await login({ apiUrl: slow.local.apiUrl, token: slow.application.token });
    await bot.application.commands.set([{ name: 'ping', description: 'Ping' }]);
    const arrived = once(bot, Events.InteractionCreate);
    const action = slow.local.actor(slow.ana.id).command(slow.general.id, 'ping');
    const [interaction] = (await arrived) as [ChatInputCommandInteraction];
    clock.advance(3_000);
    expect(await action.outcome).toMatchObject({ kind: 'failed', reason: 'no-answer' });
    await expect(interaction.reply('late')).rejects.toMatchObject({ code: 10062, status: 404 });
    await bot.destroy();
    await slow.local.stop();
  });
});
