import {
  ActionRowBuilder,
  AttachmentBuilder,
  ButtonBuilder,
  ButtonStyle,
  ChannelType,
  Client,
  ContainerBuilder,
  EmbedBuilder,
  type ForumChannel,
  GatewayIntentBits as G,
  type Guild,
  type GuildMember,
  GuildScheduledEventEntityType,
  GuildScheduledEventPrivacyLevel,
  MessageFlags,
  PermissionFlagsBits as P,
  type TextChannel,
  TextDisplayBuilder,
} from 'discord.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalDiscord, startLocalDiscord } from '../../src/local-discord/index.js';
import { seedCommunity } from '../../src/local-discord/seed.js';
import { openapi } from './rest-harness.js';

const INTENTS = [G.Guilds, G.GuildMembers, G.GuildMessages, G.MessageContent, G.GuildScheduledEvents];

/** Everything that a bot of ours may want of the unchanged client, each call answered and understood. */
describe('discord.js 14 with the local Discord', () => {
  let local: LocalDiscord;
  let client: Client;
  let guild: Guild;
  let text: TextChannel;
  let forum: ForumChannel;
  let jonas: GuildMember;

  beforeAll(async () => {
    local = await startLocalDiscord({
      openapi,
      rateLimits: 'off',
      seed: (world) => void seedCommunity(world, { botPermissions: P.Administrator }),
    });
    client = new Client({ intents: INTENTS, rest: { api: local.apiUrl } });
    const ready = new Promise((resolve) => client.once('clientReady', resolve));
    await client.login(local.token);
    await ready;
    const first = client.guilds.cache.first();
    if (!first) throw new Error('no guild');
    guild = first;
    const members = await guild.members.fetch();
    expect(members.size).toBe(8);
    const found = members.find(({ user }) => user.username === 'jonas');
    if (!found) throw new Error('no Jonas');
    jonas = found;
    text = await guild.channels.create({ name: 'cards', type: ChannelType.GuildText });
    forum = await guild.channels.create({
      name: 'questions',
      type: ChannelType.GuildForum,
      availableTags: [
        { name: 'open', emoji: { id: null, name: '❓' } },
        { name: 'solved', moderated: true },
      ],
      defaultReactionEmoji: { id: null, name: '👍' },
      permissionOverwrites: [{ id: guild.id, deny: [P.SendMessages] }],
    });
  });
  afterAll(async () => {
    await client.destroy();
    await local.stop();
    expect(local.violations).toEqual([]);
  });

  const tagIds = () => forum.availableTags.map(({ id }) => id);

  it('opens a forum post with a file, tags it, locks it, archives it and opens it again', async () => {
    await forum.setAvailableTags([...forum.availableTags, { name: 'network' }]);
    expect(forum.availableTags.map(({ name }) => name)).toEqual(['open', 'solved', 'network']);
    const post = await forum.threads.create({
      name: 'How?',
      message: { content: 'it fails', files: [new AttachmentBuilder(Buffer.from('log'), { name: 'a.log' })] },
      appliedTags: tagIds().slice(0, 1),
    });
    const starter = await post.fetchStarterMessage();
    expect([starter?.content, starter?.attachments.size]).toEqual(['it fails', 1]);
    await post.setAppliedTags(tagIds().slice(1, 2));
    await post.pin();
    await post.edit({ archived: true, locked: true });
    expect((await forum.threads.fetchArchived()).threads.has(post.id)).toBe(true);
    await post.edit({ archived: false, locked: false, name: 'How so?' });
    expect([post.name, post.appliedTags]).toEqual(['How so?', tagIds().slice(1, 2)]);
    await post.members.add(jonas.id);
    expect((await post.members.fetch()).size).toBe(2);
    await post.members.remove(jonas.id);
    expect((await guild.channels.fetchActiveThreads()).threads.has(post.id)).toBe(true);
  });

  it('sends cards of both kinds, changes them, and cleans up', async () => {
    const button = new ButtonBuilder().setCustomId('a').setLabel('A').setStyle(ButtonStyle.Primary);
    const card = await text.send({
      content: 'hi',
      embeds: [new EmbedBuilder().setTitle('t').setTimestamp().addFields({ name: 'a', value: 'b', inline: true })],
      components: [new ActionRowBuilder<ButtonBuilder>().addComponents(button)],
      nonce: 'abc',
      enforceNonce: true,
      allowedMentions: { parse: [] },
    });
    await card.edit({ content: 'hey', components: [] });
    await card.react('👍');
    await card.pin();
    expect((await text.messages.fetchPins()).items).toHaveLength(1);
    await card.unpin();
    const answer = await card.reply('re');
    expect((await answer.fetchReference()).content).toBe('hey');
    const side = await card.startThread({ name: 'side' });
    await side.send('in');
    await side.delete();
    await card.reactions.removeAll();
    const layout = await text.send({
      flags: MessageFlags.IsComponentsV2,
      components: [new ContainerBuilder().addTextDisplayComponents(new TextDisplayBuilder().setContent('# hi'))],
    });
    await layout.edit({ components: [new TextDisplayBuilder().setContent('less')] });
    expect((await text.messages.fetch(layout.id)).components).toMatchObject([{ content: 'less' }]);
    expect((await text.bulkDelete([card, answer])).size).toBe(2);
  });

  it('asks a poll and ends it', async () => {
    const asked = await text.send({
      poll: {
        question: { text: 'q' },
        answers: [{ text: 'a', emoji: '🐦' }, { text: 'b' }],
        duration: 2,
        allowMultiselect: false,
      },
    });
    local.actor(jonas.id).vote({ channel_id: text.id, id: asked.id }, [2]);
    const voters = await asked.poll?.answers.get(2)?.voters.fetch();
    expect([...(voters?.keys() ?? [])]).toEqual([jonas.id]);
    await asked.poll?.end();
    expect((await text.messages.fetch(asked.id)).poll?.resultsFinalized).toBe(true);
  });

  it('makes, gives, takes, moves and deletes roles', async () => {
    const role = await guild.roles.create({ name: 'Group 1', colors: { primaryColor: 0xff }, permissions: [] });
    await jonas.roles.add(role);
    expect(jonas.roles.cache.has(role.id)).toBe(true);
    await jonas.roles.remove(role);
    await role.edit({ name: 'Group one', mentionable: true });
    await role.delete();
    await jonas.setNickname('J').catch(({ code }) => expect(code).toBe(50013));
  });

  it('sets topics, parents and overwrites of channels', async () => {
    const category = await guild.channels.create({ name: 'Help', type: ChannelType.GuildCategory });
    await text.permissionOverwrites.edit(guild.id, { SendMessages: false });
    expect(text.permissionsFor(jonas).has(P.SendMessages)).toBe(false);
    await text.permissionOverwrites.delete(guild.id);
    await text.edit({ topic: 'x', parent: category.id, lockPermissions: true });
    expect(text.parentId).toBe(category.id);
    await text.sendTyping();
  });

  it('plans an event, sees who is interested, starts it and takes it back', async () => {
    const event = await guild.scheduledEvents.create({
      name: 'Meetup',
      scheduledStartTime: Date.now() + 1e6,
      scheduledEndTime: Date.now() + 2e6,
      privacyLevel: GuildScheduledEventPrivacyLevel.GuildOnly,
      entityType: GuildScheduledEventEntityType.External,
      entityMetadata: { location: 'Shanghai' },
    });
    local.actor(jonas.id).interest(guild.id, event.id);
    const subscribers = await event.fetchSubscribers({ withMember: true });
    expect([...subscribers.keys()]).toEqual([jonas.id]);
    await event.edit({ name: 'Meetup 2' });
    expect((await event.setStatus(2)).isActive()).toBe(true);
    await event.delete();
  });

  it('keeps invites, webhooks, onboarding and announcements', async () => {
    const invite = await text.createInvite({ maxUses: 2, maxAge: 0, unique: true });
    expect((await guild.invites.fetch()).has(invite.code)).toBe(true);
    expect((await client.fetchInvite(invite.code)).guild?.id).toBe(guild.id);
    await invite.delete();
    const hook = await text.createWebhook({ name: 'releases' });
    const said = await hook.send('v1');
    await hook.editMessage(said, 'v2');
    await hook.deleteMessage(said);
    await hook.delete();
    const prompts = [{ title: 'Why?', options: [{ title: 'A first VM', channels: [text.id] }] }];
    expect((await guild.editOnboarding({ enabled: false, prompts })).prompts.size).toBe(1);
    const news = await guild.channels.create({ name: 'news', type: ChannelType.GuildAnnouncement });
    await news.addFollower(text.id);
    const release = await news.send('3.9');
    await release.crosspost();
    expect((await text.messages.fetch({ limit: 1 })).first()?.content).toBe('3.9');
    await news.delete();
  });

  it('knows itself, its guild and its people', async () => {
    await client.application?.fetch();
    await client.application?.edit({ description: 'A hundred birds' });
    expect((await guild.fetch()).approximateMemberCount).toBe(8);
    expect((await guild.members.search({ query: 'an' })).size).toBe(1);
    expect((await guild.members.fetchMe()).id).toBe(client.user?.id);
    await Promise.all([guild.channels.fetch(), guild.roles.fetch(), guild.emojis.fetch(), guild.bans.fetch()]);
    const owner = await client.users.fetch(guild.ownerId);
    const direct = await owner.send('psst');
    expect(direct.channel.isDMBased()).toBe(true);
  });
});
