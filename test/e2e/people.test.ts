import { once } from 'node:events';
import { type Client, Events, GatewayIntentBits as Intent, PermissionFlagsBits as P, Partials } from 'discord.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEvent } from '../../src/local-discord/operations/events.js';
import { createInvite } from '../../src/local-discord/operations/invites.js';
import { createUser } from '../../src/local-discord/operations/users.js';
import { login, startTown, type Town } from '../support/local-discord.js';

const ALL = [
  Intent.Guilds,
  Intent.GuildMembers,
  Intent.GuildMessages,
  Intent.GuildMessageReactions,
  Intent.GuildMessagePolls,
  Intent.GuildMessageTyping,
  Intent.GuildScheduledEvents,
  Intent.DirectMessages,
  Intent.MessageContent,
];

let town: Town;
let client: Client<true>;

beforeAll(async () => {
  town = await startTown();
  client = await login({ apiUrl: town.local.apiUrl, token: town.application.token }, ALL, {
    partials: [Partials.Channel, Partials.Message, Partials.Reaction, Partials.GuildMember],
  });
});

afterAll(async () => {
  await client.destroy();
  await town.local.stop();
  expect(town.local.violations).toEqual([]);
});

/** The next event of this name, while `act` makes it happen. */
async function heard<T>(event: string, act: () => unknown): Promise<T> {
  const next = once(client, event);
  act();
  return (await next)[0] as T;
}

describe('what people do reaches a bot', () => {
  it('when they write, edit, reply, attach and delete', async () => {
    const { local, ana, wei, general } = town;
    const [anna, weiwei] = [local.actor(ana.id), local.actor(wei.id)];
    const first = await heard<{ id: string; content: string }>(Events.MessageCreate, () =>
      anna.say(general.id, 'hello'),
    );
    expect(first.content).toBe('hello');
    const at = { channel_id: general.id, id: first.id };
    const reply = await heard<{
      reference: { messageId: string };
      attachments: Map<string, { name: string; url: string }>;
    }>(Events.MessageCreate, () =>
      weiwei.say(general.id, {
        content: 'hi',
        replyTo: first.id,
        files: [{ name: 'a.txt', data: Buffer.from('text') }],
      }),
    );
    expect(reply.reference.messageId).toBe(first.id);
    const [file] = [...reply.attachments.values()];
    expect(await (await fetch(file?.url ?? '')).text()).toBe('text');
    const next = once(client, Events.MessageUpdate);
    anna.edit(at, 'hello!');
    expect((await next)[1]).toMatchObject({ content: 'hello!' });
    expect(() => weiwei.edit(at, 'mine')).toThrow(expect.objectContaining({ code: 50005 }));
    expect(() => weiwei.erase(at)).toThrow(expect.objectContaining({ code: 50013 }));
    expect(await heard(Events.MessageDelete, () => anna.erase(at))).toMatchObject({ id: first.id });
  });

  it('when they react, and take it back', async () => {
    const { local, ana, wei, general } = town;
    const message = local.actor(ana.id).say(general.id, 'good?');
    expect(await heard(Events.MessageReactionAdd, () => local.actor(wei.id).react(message, '👍'))).toMatchObject({
      emoji: { name: '👍' },
    });
    expect(local.actor(wei.id).message(message).reactions).toMatchObject([{ count: 1, me: true }]);
    expect(local.actor(ana.id).message(message).reactions).toMatchObject([{ count: 1, me: false }]);
    await heard(Events.MessageReactionRemove, () => local.actor(wei.id).unreact(message, '👍'));
  });

  it('when they vote', async () => {
    const { local, application, ana, general, guild } = town;
    const role = [...guild.roles.values()].find(({ bot_id }) => bot_id === application.bot_id);
    if (role) role.permissions = (BigInt(role.permissions) | P.SendPolls).toString();
    const channel = await client.channels.fetch(general.id);
    if (!channel?.isSendable()) throw new Error('cannot send');
    const poll = await channel.send({
      poll: {
        question: { text: 'Which?' },
        answers: [{ text: 'KVM' }, { text: 'Xen' }],
        duration: 1,
        allowMultiselect: false,
      },
    });
    const at = { channel_id: general.id, id: poll.id };
    await heard(Events.MessagePollVoteAdd, () => local.actor(ana.id).vote(at, [1]));
    expect(local.actor(ana.id).message(at).poll?.results?.answer_counts).toMatchObject([
      { id: 1, count: 1, me_voted: true },
      { id: 2, count: 0 },
    ]);
    await heard(Events.MessagePollVoteRemove, () => local.actor(ana.id).vote(at, []));
    expect(() => local.actor(ana.id).vote(at, [1, 2])).toThrow(expect.objectContaining({ code: 50035 }));
  });

  it('when they post in a forum', async () => {
    const { local, ana, questions } = town;
    const thread = await heard<{ name: string; appliedTags: string[] }>(Events.ThreadCreate, () =>
      local.actor(ana.id).post(questions.id, { title: 'No network', content: 'It is down', tags: ['network'] }),
    );
    expect(thread).toMatchObject({ name: 'No network', appliedTags: [questions.available_tags?.[0]?.id] });
    const [seen] = local.actor(ana.id).threads(questions.id);
    expect(seen?.name).toBe('No network');
    expect(
      local
        .actor(ana.id)
        .messages(seen?.id ?? '')
        .map(({ content }) => content),
    ).toEqual(['It is down']);
    expect(() => local.actor(ana.id).post(questions.id, { title: 'x', content: 'y', tags: ['nope'] })).toThrow(
      expect.objectContaining({ code: 10087 }),
    );
  });

  it('when they come with an invite, and leave', async () => {
    const { local, owner, guild, general } = town;
    const newcomer = createUser(local.world, { username: 'newcomer' });
    const invite = createInvite(local.world, owner.id, general.id, { max_uses: 1 });
    const member = await heard(Events.GuildMemberAdd, () => local.actor(newcomer.id).join(guild.id, invite.code));
    expect(member).toMatchObject({ id: newcomer.id });
    expect(local.actor(newcomer.id).guilds()).toHaveLength(1);
    await heard(Events.GuildMemberRemove, () => local.actor(newcomer.id).leave(guild.id));
    expect(local.actor(newcomer.id).guilds()).toEqual([]);
  });

  it('when they are interested in an event', async () => {
    const { local, owner, ana, guild } = town;
    const event = createEvent(local.world, owner.id, guild.id, {
      name: 'Meetup',
      privacy_level: 2,
      entity_type: 3,
      entity_metadata: { location: 'Shanghai' },
      scheduled_start_time: new Date(Date.now() + 3_600_000).toISOString(),
      scheduled_end_time: new Date(Date.now() + 7_200_000).toISOString(),
    });
    await heard(Events.GuildScheduledEventUserAdd, () => local.actor(ana.id).interest(guild.id, event.id));
    expect(local.actor(ana.id).interests(guild.id)).toEqual([event.id]);
    await heard(Events.GuildScheduledEventUserRemove, () => local.actor(ana.id).interest(guild.id, event.id, false));
  });

  it('when they write to it directly, and it can answer', async () => {
    const { local, ana, application } = town;
    const anna = local.actor(ana.id);
    const { id } = anna.direct(application.bot_id);
    const message = await heard<{ reply(text: string): Promise<unknown>; content: string }>(Events.MessageCreate, () =>
      anna.say(id, 'psst'),
    );
    expect(message.content).toBe('psst');
    await message.reply('yes?');
    expect(anna.messages(id).map(({ content }) => content)).toEqual(['psst', 'yes?']);
    expect(anna.directs().map((channel) => channel.id)).toEqual([id]);
    expect(() => local.actor(town.wei.id).messages(id)).toThrow(expect.objectContaining({ code: 50001 }));
  });

  it('when they type', async () => {
    const { local, ana, general } = town;
    expect(await heard(Events.TypingStart, () => local.actor(ana.id).typing(general.id))).toMatchObject({
      user: { id: ana.id },
    });
  });
});

describe('what a bot does reaches people', () => {
  it('who may see it, as it happens', async () => {
    const { local, ana, owner, hidden, general } = town;
    const seen = (id: string) => {
      const sights: string[] = [];
      local.actor(id).watch(({ t, d }) => t === 'MESSAGE_CREATE' && sights.push((d as { content: string }).content));
      return sights;
    };
    const [annas, owners] = [seen(ana.id), seen(owner.id)];
    local.actor(owner.id).say(hidden.id, 'secret');
    const channel = await client.channels.fetch(general.id);
    if (channel?.isSendable()) await channel.send('open');
    expect(annas).toEqual(['open']);
    expect(owners).toEqual(['secret', 'open']);
    expect(
      local
        .actor(ana.id)
        .channels(town.guild.id)
        .map(({ id }) => id),
    ).not.toContain(hidden.id);
    expect(() => local.actor(ana.id).messages(hidden.id)).toThrow(expect.objectContaining({ code: 50001 }));
  });

  it('in their own language, once they changed it', () => {
    const anna = town.local.actor(town.ana.id);
    expect(anna.locale).toBe('en-US');
    anna.speak('zh-CN' as typeof anna.locale);
    expect(town.local.actor(town.ana.id).locale).toBe('zh-CN');
  });
});
