import { InteractionResponseType as Answering, MessageFlags, PermissionFlagsBits as P } from 'discord-api-types/v10';
import { describe, expect, it } from 'vitest';
import type { ModalFields } from '../../src/local-discord/actor.js';
import { answer } from '../../src/local-discord/interactions/answer.js';
import { edit, followUp, messageOf, remove } from '../../src/local-discord/interactions/follow-up.js';
import { fakeClock } from '../support/clock.js';
import { quietTown } from '../support/town.js';

const ephemeral = MessageFlags.Ephemeral;
const button = (custom_id: string, label: string, more: object = {}) => ({
  type: 1,
  components: [{ type: 2, style: 1, custom_id, label, ...more }],
});

function town(online = true) {
  const clock = fakeClock();
  const quiet = quietTown(clock, online);
  const { interactions, application, guild, told } = quiet;
  const register = (...commands: object[]) => interactions.commands.replace({ application }, commands);
  register({ name: 'ping', description: 'Ping' });
  const last = <D = Record<string, unknown>>() => told.at(-1)?.data as { id: string; token: string; data: D };
  const answerLast = (body: object) => {
    const { id, token } = last();
    answer(interactions.answering, interactions.live.toAnswer(id, token), body, []);
  };
  const webhook = () => interactions.live.answered(application.id, last().token);
  return {
    ...quiet,
    clock,
    guild,
    register,
    last,
    answerLast,
    webhook,
    ana: quiet.actor(quiet.ana.id),
    wei: quiet.actor(quiet.wei.id),
  };
}

describe('an interaction', () => {
  it('tells the application who, where, with which rights and in which language', () => {
    const { wei, general, guild, last, application } = town();
    wei.command(general.id, 'ping');
    expect(last()).toMatchObject({
      application_id: application.id,
      type: 2,
      version: 1,
      guild_id: guild.id,
      guild: { id: guild.id, locale: 'en-US' },
      channel_id: general.id,
      channel: { id: general.id, type: 0, name: 'general' },
      member: { user: { id: wei.id }, permissions: expect.stringMatching(/^\d+$/) },
      app_permissions: expect.stringMatching(/^\d+$/),
      locale: 'zh-CN',
      guild_locale: 'en-US',
      entitlements: [],
      authorizing_integration_owners: { '0': guild.id },
      context: 0,
      data: { name: 'ping', type: 1, options: [] },
    });
  });

  it('is answered once; a second answer is refused with 40060', async () => {
    const { ana, general, answerLast } = town();
    const action = ana.command(general.id, 'ping');
    answerLast({ type: Answering.ChannelMessageWithSource, data: { content: 'pong' } });
    expect(await action.outcome).toMatchObject({ kind: 'message', ephemeral: false, message: { content: 'pong' } });
    expect(() => answerLast({ type: Answering.ChannelMessageWithSource, data: { content: 'pong' } })).toThrow(
      expect.objectContaining({ code: 40060 }),
    );
  });

  it('fails after three seconds, and a late answer is refused with 10062', async () => {
    const { ana, general, answerLast, clock } = town();
    const action = ana.command(general.id, 'ping');
    clock.advance(2_999);
    clock.advance(1);
    expect(await action.outcome).toMatchObject({ kind: 'failed', reason: 'no-answer' });
    expect(() => answerLast({ type: Answering.ChannelMessageWithSource, data: { content: 'pong' } })).toThrow(
      expect.objectContaining({ code: 10062 }),
    );
  });

  it('is still answered in the last millisecond', async () => {
    const { ana, general, answerLast, clock } = town();
    const action = ana.command(general.id, 'ping');
    clock.advance(2_999);
    answerLast({ type: Answering.ChannelMessageWithSource, data: { content: 'pong' } });
    expect(await action.outcome).toMatchObject({ kind: 'message' });
  });

  it('stays open where the answer was malformed', async () => {
    const { ana, general, answerLast } = town();
    const action = ana.command(general.id, 'ping');
    for (const bad of [
      { type: Answering.ChannelMessageWithSource },
      { type: Answering.ChannelMessageWithSource, data: { content: 'x'.repeat(2001) } },
      { type: Answering.UpdateMessage, data: { content: 'x' } },
      { type: Answering.ApplicationCommandAutocompleteResult, data: { choices: [] } },
      { type: Answering.DeferredChannelMessageWithSource, data: { flags: MessageFlags.SuppressEmbeds } },
      { type: Answering.Pong },
      { type: 99 },
    ])
      expect(() => answerLast(bad)).toThrow(expect.objectContaining({ code: 50035 }));
    answerLast({ type: Answering.ChannelMessageWithSource, data: { content: 'pong' } });
    expect(await action.outcome).toMatchObject({ kind: 'message' });
  });

  it('fails at once where the application has no session', async () => {
    const { ana, general } = town(false);
    expect(await ana.command(general.id, 'ping').outcome).toMatchObject({ kind: 'failed', reason: 'offline' });
  });
});

describe('a deferral', () => {
  it('shows a loading message that the edit fills', async () => {
    const { ana, general, answerLast, webhook, interactions } = town();
    const action = ana.command(general.id, 'ping');
    answerLast({ type: Answering.DeferredChannelMessageWithSource });
    expect(await action.outcome).toMatchObject({ kind: 'deferred', ephemeral: false });
    expect(ana.messages(general.id)).toMatchObject([{ flags: MessageFlags.Loading, content: '' }]);
    edit(interactions.answering, webhook(), '@original', { content: 'done' }, []);
    expect(await action.settled).toMatchObject({ kind: 'message', message: { content: 'done', flags: 0 } });
    expect(ana.messages(general.id)).toHaveLength(1);
  });

  it('is filled by the first follow-up, and keeps its privacy', async () => {
    const { ana, wei, general, answerLast, webhook, interactions } = town();
    const action = ana.command(general.id, 'ping');
    answerLast({ type: Answering.DeferredChannelMessageWithSource, data: { flags: ephemeral } });
    followUp(interactions.answering, webhook(), { content: 'done' }, []);
    expect(await action.settled).toMatchObject({ kind: 'message', ephemeral: true, message: { content: 'done' } });
    expect(ana.messages(general.id)).toHaveLength(1);
    expect(wei.messages(general.id)).toHaveLength(0);
    followUp(interactions.answering, webhook(), { content: 'more' }, []);
    expect(ana.messages(general.id).map(({ content }) => content)).toEqual(['done', 'more']);
  });

  it('that nothing follows has failed after fifteen minutes, and its token is refused', async () => {
    const { ana, general, answerLast, clock, last, interactions, application } = town();
    const action = ana.command(general.id, 'ping');
    answerLast({ type: Answering.DeferredChannelMessageWithSource });
    clock.advance(15 * 60_000 - 1);
    expect(interactions.live.answered(application.id, last().token)).toBeDefined();
    clock.advance(60_000);
    expect(await action.settled).toMatchObject({ kind: 'failed' });
    expect(() => interactions.live.answered(application.id, last().token)).toThrow(
      expect.objectContaining({ code: 50027 }),
    );
  });
});

describe('an ephemeral answer', () => {
  it('is seen by one person, cannot be fetched, and can be edited, deleted and dismissed', () => {
    const { ana, wei, general, answerLast, webhook, interactions, world } = town();
    const seen: string[] = [];
    ana.watch(({ t }) => seen.push(t));
    wei.watch(({ t }) => seen.push(`wei:${t}`));
    ana.command(general.id, 'ping');
    answerLast({ type: Answering.ChannelMessageWithSource, data: { content: 'psst', flags: ephemeral } });
    const [message] = ana.messages(general.id);
    expect(message).toMatchObject({ content: 'psst', flags: ephemeral });
    expect(wei.messages(general.id)).toEqual([]);
    expect(world.messages(general.id).size).toBe(0);
    edit(interactions.answering, webhook(), '@original', { content: 'hush' }, []);
    expect(ana.messages(general.id)).toMatchObject([{ content: 'hush' }]);
    ana.dismissMessage({ channel_id: general.id, id: message?.id ?? '' });
    expect(ana.messages(general.id)).toEqual([]);
    expect(() => messageOf(interactions.answering, webhook(), '@original')).toThrow(
      expect.objectContaining({ code: 10008 }),
    );
    expect(seen).toEqual(['MESSAGE_CREATE', 'MESSAGE_UPDATE', 'MESSAGE_DELETE']);
  });

  it('can be taken back by the application', () => {
    const { ana, general, answerLast, webhook, interactions } = town();
    ana.command(general.id, 'ping');
    answerLast({ type: Answering.ChannelMessageWithSource, data: { content: 'psst', flags: ephemeral } });
    remove(interactions.answering, webhook(), '@original');
    expect(ana.messages(general.id)).toEqual([]);
  });
});

describe('a typed command', () => {
  const full = {
    name: 'report',
    description: 'Report',
    options: [
      {
        type: 2,
        name: 'bug',
        name_localizations: { 'zh-CN': '缺陷' },
        description: 'x',
        options: [
          {
            type: 1,
            name: 'add',
            description: 'x',
            options: [
              {
                type: 3,
                name: 'title',
                name_localizations: { 'zh-CN': '标题' },
                description: 'x',
                required: true,
                min_length: 3,
                max_length: 10,
              },
              { type: 4, name: 'count', description: 'x', min_value: 1, max_value: 5 },
              {
                type: 3,
                name: 'part',
                description: 'x',
                choices: [{ name: 'Storage', name_localizations: { 'zh-CN': '存储' }, value: 'st' }],
              },
              { type: 6, name: 'who', description: 'x' },
              { type: 7, name: 'where', description: 'x', channel_types: [0] },
              { type: 8, name: 'role', description: 'x' },
              { type: 9, name: 'any', description: 'x' },
              { type: 10, name: 'share', description: 'x' },
              { type: 5, name: 'urgent', description: 'x' },
              { type: 11, name: 'log', description: 'x' },
              { type: 3, name: 'version', description: 'x', autocomplete: true },
            ],
          },
        ],
      },
    ],
  };

  it('resolves every type of option, named in any language', () => {
    const { ana, wei, general, guild, last, register, world } = town();
    register(full);
    ana.command(general.id, '/report 缺陷 add', {
      标题: 'disk lost',
      count: '3',
      part: '存储',
      who: '@小伟',
      where: '#general',
      role: '@everyone',
      any: wei.id,
      share: 0.5,
      urgent: true,
      log: { name: 'a log.txt', data: Buffer.from('hello'), contentType: 'text/plain' },
      version: '4.0',
    });
    const { data } = last<{
      options: [{ options: [{ options: { name: string; value: unknown }[] }] }];
      resolved: Record<string, Record<string, Record<string, unknown>>>;
    }>();
    const values = Object.fromEntries(data.options[0].options[0].options.map(({ name, value }) => [name, value]));
    const file = String(values.log);
    expect(values).toEqual({
      title: 'disk lost',
      count: 3,
      part: 'st',
      who: wei.id,
      where: general.id,
      role: guild.id,
      any: wei.id,
      share: 0.5,
      urgent: true,
      log: file,
      version: '4.0',
    });
    expect(data.resolved.users?.[wei.id]).toMatchObject({ global_name: '小伟' });
    expect(data.resolved.members?.[wei.id]).toMatchObject({ permissions: expect.any(String) });
    expect(data.resolved.members?.[wei.id]?.user).toBeUndefined();
    expect(data.resolved.channels?.[general.id]).toMatchObject({ name: 'general', permissions: expect.any(String) });
    expect(data.resolved.roles?.[guild.id]).toMatchObject({ name: '@everyone' });
    expect(data.resolved.attachments?.[file]).toMatchObject({
      filename: 'a_log.txt',
      size: 5,
      content_type: 'text/plain',
      url: expect.stringContaining(file),
    });
    expect(world.files.get(file)?.toString()).toBe('hello');
  });

  const refused: Record<string, object> = {
    'a required option left out': {},
    'an option that does not exist': { title: 'lost', nope: 1 },
    'a text too short': { title: 'no' },
    'a text too long': { title: 'n'.repeat(11) },
    'a number too large': { title: 'lost', count: 6 },
    'a number with a fraction': { title: 'lost', count: 1.5 },
    'words for a number': { title: 'lost', count: 'three' },
    'a choice that is none': { title: 'lost', part: 'Network' },
    nobody: { title: 'lost', who: 'nobody' },
    'a channel of another type': { title: 'lost', where: 'questions' },
    'a channel that they cannot see': { title: 'lost', where: 'hidden' },
    'text for a file': { title: 'lost', log: 'x' },
  };
  it.each(Object.entries(refused))('is not sent with %s', (_, options) => {
    const { ana, general, register, told } = town();
    register(full);
    expect(() => ana.command(general.id, 'report bug add', { ...options })).toThrow(
      expect.objectContaining({ code: 50035 }),
    );
    expect(told).toEqual([]);
  });

  it('is not found by a path that leads nowhere or stops short', () => {
    const { ana, general, register } = town();
    register(full);
    for (const path of ['report', 'report bug', 'report bug add more', 'nothing'])
      expect(() => ana.command(general.id, path, { title: 'lost' })).toThrow(expect.objectContaining({ code: 10063 }));
  });

  it('autocompletes the focused option, with what was filled in so far', async () => {
    const { ana, general, register, last, answerLast } = town();
    register(full);
    const action = ana.autocomplete(general.id, 'report bug add', 'version', { title: 'disk', version: '4.' });
    expect(last()).toMatchObject({
      type: 4,
      data: {
        options: [
          {
            options: [
              {
                options: [
                  { name: 'title', value: 'disk' },
                  { name: 'version', value: '4.', focused: true },
                ],
              },
            ],
          },
        ],
      },
    });
    expect(() => answerLast({ type: Answering.ChannelMessageWithSource, data: { content: 'x' } })).toThrow();
    const choice = (n: number) => ({ name: `${n}`, value: `${n}` });
    const choices = (count: number) => Array.from({ length: count }, (_, n) => choice(n));
    expect(() => answerLast({ type: 8, data: { choices: choices(26) } })).toThrow(
      expect.objectContaining({ code: 50035 }),
    );
    answerLast({ type: 8, data: { choices: choices(25) } });
    const outcome = await action.outcome;
    expect(outcome.kind === 'autocomplete' && outcome.choices).toHaveLength(25);
    expect(() => ana.autocomplete(general.id, 'report bug add', 'title', {})).toThrow(
      expect.objectContaining({ code: 50035 }),
    );
  });
});

describe('who may use a command', () => {
  it('follows default_member_permissions, contexts and USE_APPLICATION_COMMANDS', () => {
    const { ana, general, register, actor, owner, guild, world } = town();
    register(
      { name: 'manage', description: 'x', default_member_permissions: P.ManageGuild.toString() },
      { name: 'admins', description: 'x', default_member_permissions: '0' },
      { name: 'direct', description: 'x', contexts: [1] },
      { name: 'anyone', description: 'x' },
    );
    expect(ana.commands(general.id).map(({ command }) => command.name)).toEqual(['anyone']);
    expect(
      actor(owner.id)
        .commands(general.id)
        .map(({ command }) => command.name),
    ).toEqual(['manage', 'admins', 'anyone']);
    expect(() => ana.command(general.id, 'manage')).toThrow(expect.objectContaining({ code: 50013 }));
    const everyone = world.guilds.get(guild.id)?.roles.get(guild.id);
    if (everyone) everyone.permissions = (BigInt(everyone.permissions) & ~P.UseApplicationCommands).toString();
    expect(ana.commands(general.id)).toEqual([]);
  });

  it('offers in a direct conversation what may be used there', () => {
    const { ana, register, application, last } = town();
    register({ name: 'direct', description: 'x', contexts: [1] }, { name: 'guild', description: 'x', contexts: [0] });
    const { id } = ana.direct(application.bot_id);
    expect(ana.commands(id).map(({ command }) => command.name)).toEqual(['direct']);
    ana.command(id, 'direct');
    expect(last()).toMatchObject({ context: 1, user: { id: ana.id }, channel: { type: 1 } });
    expect(last()).not.toHaveProperty('member');
  });
});

describe('components', () => {
  async function withComponents(components: object[]) {
    const place = town();
    const { ana, general, answerLast } = place;
    const action = ana.command(general.id, 'ping');
    answerLast({ type: Answering.ChannelMessageWithSource, data: { content: 'choose', components } });
    const outcome = await action.outcome;
    if (outcome.kind !== 'message') throw new Error(outcome.kind);
    return { ...place, at: outcome.message };
  }

  it('are pressed by custom_id or label, and update their message', async () => {
    const { ana, wei, at, last, answerLast } = await withComponents([button('a:1', 'Yes'), button('a:2', 'No')]);
    ana.press(at, 'No');
    expect(last()).toMatchObject({
      type: 3,
      data: { custom_id: 'a:2', component_type: 2 },
      message: { id: at.id, author: { bot: true } },
    });
    const action = wei.press(at, 'a:1');
    answerLast({ type: Answering.UpdateMessage, data: { content: 'chosen', components: [] } });
    expect(await action.outcome).toMatchObject({
      kind: 'update',
      message: { id: at.id, content: 'chosen', components: [] },
    });
  });

  it('that are disabled, unknown or links are not pressed', async () => {
    const { ana, at } = await withComponents([
      button('off', 'Off', { disabled: true }),
      { type: 1, components: [{ type: 2, style: 5, url: 'https://example.com', label: 'Link' }] },
    ]);
    for (const name of ['off', 'Link', 'nope'])
      expect(() => ana.press(at, name)).toThrow(expect.objectContaining({ code: 50035 }));
  });

  it('let people pick values of every kind, within their number', async () => {
    const select = (type: number, custom_id: string, more: object = {}) => ({
      type: 1,
      components: [{ type, custom_id, ...more }],
    });
    const options = ['a', 'b', 'c'].map((value) => ({ label: value.toUpperCase(), value }));
    const { ana, wei, at, last, guild, general } = await withComponents([
      select(3, 'text', { options, min_values: 1, max_values: 2 }),
      select(5, 'user'),
      select(6, 'role'),
      select(7, 'both', { max_values: 2 }),
      select(8, 'channel', { channel_types: [0] }),
    ]);
    ana.select(at, 'text', ['A', 'b']);
    expect(last().data).toMatchObject({ component_type: 3, values: ['a', 'b'] });
    ana.select(at, 'user', ['wei']);
    expect(last().data).toMatchObject({
      values: [wei.id],
      resolved: { users: { [wei.id]: {} }, members: { [wei.id]: {} } },
    });
    ana.select(at, 'role', ['@everyone']);
    expect(last().data).toMatchObject({ values: [guild.id], resolved: { roles: { [guild.id]: {} } } });
    ana.select(at, 'both', ['wei', '@everyone']);
    expect(last().data).toMatchObject({ values: [wei.id, guild.id] });
    ana.select(at, 'channel', ['general']);
    expect(last().data).toMatchObject({ values: [general.id], resolved: { channels: { [general.id]: {} } } });
    for (const [id, values] of [
      ['text', []],
      ['text', ['a', 'b', 'c']],
      ['text', ['x']],
      ['text', ['a', 'a']],
      ['channel', ['questions']],
      ['nope', ['a']],
    ] as const)
      expect(() => ana.select(at, id, values)).toThrow(expect.objectContaining({ code: 50035 }));
  });

  it('of an ephemeral message work for who sees it alone', async () => {
    const { ana, wei, general, answerLast, last } = town();
    const action = ana.command(general.id, 'ping');
    answerLast({
      type: Answering.ChannelMessageWithSource,
      data: { content: 'psst', flags: ephemeral, components: [button('go', 'Go')] },
    });
    const outcome = await action.outcome;
    if (outcome.kind !== 'message') throw new Error(outcome.kind);
    expect(() => wei.press(outcome.message, 'go')).toThrow(expect.objectContaining({ code: 10008 }));
    const pressed = ana.press(outcome.message, 'go');
    expect(last()).toMatchObject({ message: { flags: ephemeral } });
    answerLast({ type: Answering.UpdateMessage, data: { content: 'gone', components: [] } });
    expect(await pressed.outcome).toMatchObject({ kind: 'update' });
    expect(ana.messages(general.id)).toMatchObject([{ content: 'gone' }]);
  });
});

describe('a modal', () => {
  const label = (text: string, component: object) => ({ type: 18, label: text, component });
  const modal = {
    custom_id: 'ask:1',
    title: 'Ask',
    components: [
      label('Title', { type: 4, custom_id: 'title', style: 1, min_length: 3, max_length: 20 }),
      label('Details', { type: 4, custom_id: 'details', style: 2, required: false }),
      label('Topic', { type: 3, custom_id: 'topic', options: [{ label: 'Network', value: 'net' }] }),
      label('People', { type: 5, custom_id: 'people', required: false, max_values: 2 }),
      label('Log', { type: 19, custom_id: 'log', required: false, max_values: 2 }),
    ],
  };

  async function opened() {
    const place = town();
    const { ana, general, answerLast } = place;
    const action = ana.command(general.id, 'ping');
    answerLast({ type: Answering.Modal, data: modal });
    const outcome = await action.outcome;
    if (outcome.kind !== 'modal') throw new Error(outcome.kind);
    return { ...place, shown: outcome.modal };
  }

  it('is submitted with text, picks and files', async () => {
    const { ana, wei, shown, last, answerLast } = await opened();
    const action = ana.submit(shown, {
      title: 'No network',
      topic: ['Network'],
      people: ['wei'],
      log: [{ name: 'x.log', data: Buffer.from('boom') }],
    });
    const { data } = last<{
      custom_id: string;
      components: { component: Record<string, unknown> }[];
      resolved: Record<string, object>;
    }>();
    expect(data.custom_id).toBe('ask:1');
    expect(data.components.map(({ component }) => component.value ?? component.values)).toEqual([
      'No network',
      '',
      ['net'],
      [wei.id],
      [expect.any(String)],
    ]);
    expect(Object.keys(data.resolved).sort()).toEqual(['attachments', 'members', 'users']);
    expect(() => answerLast({ type: Answering.Modal, data: modal })).toThrow(expect.objectContaining({ code: 50035 }));
    answerLast({ type: Answering.ChannelMessageWithSource, data: { content: 'asked' } });
    expect(await action.outcome).toMatchObject({ kind: 'message' });
    expect(() => ana.submit(shown, { title: 'again' })).toThrow(expect.objectContaining({ code: 10062 }));
  });

  it('is not submitted incomplete, and stays open', async () => {
    const { ana, wei, shown } = await opened();
    const incomplete: ModalFields[] = [
      { topic: ['net'] },
      { title: 'No', topic: ['net'] },
      { title: 'x'.repeat(21), topic: ['net'] },
      { title: 'No network' },
      { title: 'No network', topic: ['storage'] },
      { title: 'No network', topic: ['net'], nope: 'x' },
    ];
    for (const fields of incomplete)
      expect(() => ana.submit(shown, fields)).toThrow(expect.objectContaining({ code: 50035 }));
    expect(() => wei.submit(shown, { title: 'No network', topic: ['net'] })).toThrow(
      expect.objectContaining({ code: 10062 }),
    );
    ana.submit(shown, { title: 'No network', topic: ['net'] });
  });

  it('is refused with a long title, six components, or after a deferral', () => {
    const { ana, general, answerLast } = town();
    ana.command(general.id, 'ping');
    for (const bad of [
      { ...modal, title: 't'.repeat(46) },
      {
        ...modal,
        components: Array.from({ length: 6 }, (_, n) => label('x', { type: 4, custom_id: `${n}`, style: 1 })),
      },
      { ...modal, components: [] },
    ])
      expect(() => answerLast({ type: Answering.Modal, data: bad })).toThrow(expect.objectContaining({ code: 50035 }));
    answerLast({ type: Answering.DeferredChannelMessageWithSource });
    expect(() => answerLast({ type: Answering.Modal, data: modal })).toThrow(expect.objectContaining({ code: 40060 }));
  });

  it('that a button opened may update the message of the button', async () => {
    const { ana, general, answerLast, last } = town();
    const first = ana.command(general.id, 'ping');
    answerLast({ type: Answering.ChannelMessageWithSource, data: { content: 'x', components: [button('go', 'Go')] } });
    const said = await first.outcome;
    if (said.kind !== 'message') throw new Error(said.kind);
    const pressed = ana.press(said.message, 'go');
    answerLast({ type: Answering.Modal, data: modal });
    const outcome = await pressed.outcome;
    if (outcome.kind !== 'modal') throw new Error(outcome.kind);
    const action = ana.submit(outcome.modal, { title: 'No network', topic: ['net'] });
    expect(last()).toMatchObject({ type: 5, message: { id: said.message.id } });
    answerLast({ type: Answering.UpdateMessage, data: { content: 'updated' } });
    expect(await action.outcome).toMatchObject({ kind: 'update', message: { id: said.message.id } });
  });
});

describe('menus', () => {
  it('carry their target', () => {
    const { ana, wei, general, register, last } = town();
    register({ type: 2, name: 'Praise' }, { type: 3, name: 'Accept answer', name_localizations: { 'zh-CN': '采纳' } });
    ana.userMenu(general.id, 'Praise', wei.id);
    expect(last().data).toMatchObject({
      type: 2,
      target_id: wei.id,
      resolved: { users: { [wei.id]: {} }, members: { [wei.id]: {} } },
    });
    const message = wei.say(general.id, 'try a reboot');
    ana.messageMenu(message, '采纳');
    expect(last().data).toMatchObject({
      type: 3,
      name: 'Accept answer',
      target_id: message.id,
      resolved: { messages: { [message.id]: { content: 'try a reboot' } } },
    });
  });
});
