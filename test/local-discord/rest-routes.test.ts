import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openapi, type RestHarness, startRest } from './rest-harness.js';

if (!openapi) console.log('DISCORD_OPENAPI is not set: the REST replies are not held against Discord’s own file.');

describe('the REST API', () => {
  let discord: RestHarness;
  beforeAll(async () => {
    discord = await startRest({ judged: true });
  });
  afterAll(async () => {
    await discord.stop();
    expect(discord.contract?.violations ?? []).toEqual([]);
    if (discord.contract) expect(discord.contract.checked).toBeGreaterThan(80);
  });

  const call = async (method: string, path: string, body?: unknown, status = 200) => {
    const answer = await discord.call(method, path, body);
    expect(answer, `${method} ${path}`).toMatchObject({ status });
    return answer.body;
  };

  it('answers who the bot is, where it is, and what it may see', async () => {
    const { guild, application, places, member, owner } = discord;
    expect(await call('GET', '/users/@me')).toMatchObject({ id: application.bot_id, bot: true });
    expect(await call('GET', `/users/${member.id}`)).toMatchObject({ username: 'member' });
    expect(await call('GET', '/users/@me/guilds')).toMatchObject([{ id: guild.id, owner: false }]);
    expect(await call('GET', '/applications/@me')).toMatchObject({ id: application.id, bot: { bot: true } });
    expect(await call('GET', '/oauth2/applications/@me')).toMatchObject({ id: application.id });
    expect(await call('GET', `/guilds/${guild.id}?with_counts=true`)).toMatchObject({ approximate_member_count: 3 });
    expect(await call('GET', `/guilds/${guild.id}/channels`)).toHaveLength(3);
    expect(await call('GET', `/channels/${places.forum}`)).toMatchObject({ type: 15, available_tags: [] });
    expect(await call('GET', `/guilds/${guild.id}/members?limit=1000`)).toHaveLength(3);
    expect(await call('GET', `/guilds/${guild.id}/members/search?query=own&limit=5`)).toMatchObject([
      { user: { id: owner.id } },
    ]);
    expect(await call('GET', `/guilds/${guild.id}/members/${member.id}`)).toMatchObject({ user: { id: member.id } });
    expect(await call('GET', `/guilds/${guild.id}/emojis`)).toEqual([]);
    expect(await call('GET', '/voice/regions')).toHaveLength(1);
    await call('PATCH', '/users/@me', { username: 'Flock' });
    await call('PATCH', `/guilds/${guild.id}`, { description: 'A hundred birds' });
  });

  it('sends, edits, reads, pins, reacts to and deletes messages', async () => {
    const { places } = discord;
    const channel = `/channels/${places.text}`;
    const sent = await call('POST', `${channel}/messages`, {
      content: 'hello',
      embeds: [{ title: 'An embed', fields: [{ name: 'a', value: 'b' }], image: { url: 'https://example.org/a.png' } }],
      components: [
        { type: 1, components: [{ type: 2, style: 1, label: 'Press', custom_id: 'press' }] },
        { type: 1, components: [{ type: 3, custom_id: 'pick', options: [{ label: 'One', value: '1' }] }] },
      ],
    });
    expect(sent).toMatchObject({ content: 'hello', author: { bot: true }, components: [{ id: 1 }, { id: 3 }] });
    const message = `${channel}/messages/${sent.id}`;
    expect(await call('PATCH', message, { content: 'hello again' })).toMatchObject({
      content: 'hello again',
      embeds: [{ title: 'An embed' }],
      edited_timestamp: expect.any(String),
    });
    expect(await call('GET', message)).toMatchObject({ content: 'hello again' });
    expect(await call('GET', `${channel}/messages?limit=10`)).toHaveLength(1);
    await call('PUT', `${message}/reactions/${encodeURIComponent('👍')}/@me`, undefined, 204);
    expect(await call('GET', message)).toMatchObject({ reactions: [{ count: 1, me: true, emoji: { name: '👍' } }] });
    expect(await call('GET', `${message}/reactions/${encodeURIComponent('👍')}`)).toHaveLength(1);
    await call('DELETE', `${message}/reactions/${encodeURIComponent('👍')}/@me`, undefined, 204);
    await call('PUT', `${channel}/messages/pins/${sent.id}`, undefined, 204);
    expect(await call('GET', `${channel}/messages/pins`)).toMatchObject({ items: [{ message: { id: sent.id } }] });
    expect(await call('GET', `${channel}/pins`)).toHaveLength(1);
    const reply = await call('POST', `${channel}/messages`, {
      content: 'a reply',
      message_reference: { message_id: sent.id },
    });
    expect(reply).toMatchObject({ type: 19, referenced_message: { id: sent.id } });
    await call('DELETE', message, undefined, 204);
    await discord
      .call('GET', message)
      .then(({ body }) => expect(body).toEqual({ message: 'Unknown Message', code: 10008 }));
    await call('POST', `${channel}/typing`, undefined, 204);
  });

  it('keeps messages of components v2 with all their parts', async () => {
    const sent = await call('POST', `/channels/${discord.places.text}/messages`, {
      flags: 1 << 15,
      components: [
        {
          type: 17,
          accent_color: 0x336699,
          components: [
            { type: 10, content: '# A title' },
            { type: 14, divider: true, spacing: 2 },
            {
              type: 9,
              components: [{ type: 10, content: 'text' }],
              accessory: { type: 11, media: { url: 'https://example.org/thumb.png' } },
            },
            { type: 12, items: [{ media: { url: 'https://example.org/a.png' }, description: 'a' }] },
            { type: 1, components: [{ type: 2, style: 5, label: 'Open', url: 'https://example.org' }] },
          ],
        },
        { type: 1, components: [{ type: 5, custom_id: 'who' }] },
      ],
    });
    expect(sent).toMatchObject({
      flags: 1 << 15,
      content: '',
      components: [{ type: 17, spoiler: false }, { type: 1 }],
    });
    const edited = await call('PATCH', `/channels/${discord.places.text}/messages/${sent.id}`, {
      components: [{ type: 10, content: 'less' }],
    });
    expect(edited).toMatchObject({ flags: 1 << 15, components: [{ type: 10, content: 'less' }] });
  });

  it('opens, tags, archives and lists threads and forum posts', async () => {
    const { places, guild, member } = discord;
    await call('PATCH', `/channels/${places.forum}`, {
      available_tags: [{ name: 'open' }, { name: 'solved', emoji_name: '✅' }],
    });
    const { available_tags: tags } = await call('GET', `/channels/${places.forum}`);
    const post = await call(
      'POST',
      `/channels/${places.forum}/threads`,
      { name: 'How?', applied_tags: [tags[0].id], message: { content: 'Like so?' } },
      201,
    );
    expect(post).toMatchObject({ type: 11, message: { content: 'Like so?' }, applied_tags: [tags[0].id] });
    expect(post.message.id).toBe(post.id);
    await call('PUT', `/channels/${post.id}/thread-members/${member.id}`, undefined, 204);
    expect(await call('GET', `/channels/${post.id}/thread-members?with_member=true`)).toHaveLength(2);
    expect(await call('GET', `/guilds/${guild.id}/threads/active`)).toMatchObject({ threads: [{ id: post.id }] });
    await call('PATCH', `/channels/${post.id}`, { applied_tags: [tags[1].id], archived: true, locked: true });
    expect(await call('GET', `/channels/${places.forum}/threads/archived/public`)).toMatchObject({
      threads: [{ id: post.id, thread_metadata: { archived: true, locked: true } }],
      has_more: false,
    });
    const { id } = await call('POST', `/channels/${places.text}/messages`, { content: 'start' });
    const thread = await call('POST', `/channels/${places.text}/messages/${id}/threads`, { name: 'side' }, 201);
    expect(thread.id).toBe(id);
    expect(await call('GET', `/channels/${places.text}/messages/${id}`)).toMatchObject({ flags: 32, thread: { id } });
    await call('POST', `/channels/${places.text}/threads`, { name: 'private', type: 12 }, 201);
    await call('DELETE', `/channels/${thread.id}`);
  });

  it('makes roles and channels, moves them, and sets overwrites', async () => {
    const { guild, member, places } = discord;
    const role = await call('POST', `/guilds/${guild.id}/roles`, { name: 'Helper', color: 0x00ff00, permissions: '0' });
    expect(role).toMatchObject({ name: 'Helper', colors: { primary_color: 0x00ff00 } });
    await call('PATCH', `/guilds/${guild.id}/roles/${role.id}`, { mentionable: true });
    await call('PUT', `/guilds/${guild.id}/members/${member.id}/roles/${role.id}`, undefined, 204);
    expect(await call('PATCH', `/guilds/${guild.id}/members/${member.id}`, { nick: 'Mo' })).toMatchObject({
      nick: 'Mo',
      roles: [role.id],
    });
    expect(await call('GET', `/guilds/${guild.id}/roles`)).toHaveLength(3);
    const channel = await call(
      'POST',
      `/guilds/${guild.id}/channels`,
      { name: 'New Talk', type: 0, parent_id: places.category, topic: 'all of it' },
      201,
    );
    expect(channel).toMatchObject({ name: 'new-talk', parent_id: places.category });
    await call('PUT', `/channels/${channel.id}/permissions/${role.id}`, { type: 0, allow: '0', deny: '2048' }, 204);
    expect(await call('GET', `/channels/${channel.id}`)).toMatchObject({
      permission_overwrites: [{ id: role.id, type: 0, allow: '0', deny: '2048' }],
    });
    await call('DELETE', `/channels/${channel.id}/permissions/${role.id}`, undefined, 204);
    await call('PATCH', `/guilds/${guild.id}/channels`, [{ id: channel.id, position: 0 }], 204);
    await call('DELETE', `/channels/${channel.id}`);
    await call('DELETE', `/guilds/${guild.id}/members/${member.id}/roles/${role.id}`, undefined, 204);
    await call('DELETE', `/guilds/${guild.id}/roles/${role.id}`, undefined, 204);
  });

  it('keeps scheduled events, invites with roles, webhooks and onboarding', async () => {
    const { guild, places } = discord;
    const start = new Date(Date.now() + 3_600_000).toISOString();
    const end = new Date(Date.now() + 7_200_000).toISOString();
    const event = await call('POST', `/guilds/${guild.id}/scheduled-events`, {
      name: 'Meetup',
      privacy_level: 2,
      entity_type: 3,
      entity_metadata: { location: 'Shanghai' },
      scheduled_start_time: start,
      scheduled_end_time: end,
    });
    expect(event).toMatchObject({ status: 1, entity_metadata: { location: 'Shanghai' } });
    await call('PATCH', `/guilds/${guild.id}/scheduled-events/${event.id}`, { status: 2 });
    expect(await call('GET', `/guilds/${guild.id}/scheduled-events/${event.id}/users`)).toEqual([]);
    expect(await call('GET', `/guilds/${guild.id}/scheduled-events?with_user_count=true`)).toMatchObject([
      { user_count: 0 },
    ]);
    await call('DELETE', `/guilds/${guild.id}/scheduled-events/${event.id}`, undefined, 204);

    const role = await call('POST', `/guilds/${guild.id}/roles`, { name: 'Guest', permissions: '0' });
    const invite = await call('POST', `/channels/${places.text}/invites`, {
      max_uses: 1,
      max_age: 0,
      role_ids: [role.id],
    });
    expect(invite).toMatchObject({ max_uses: 1, uses: 0, roles: [{ id: role.id }] });
    expect(await call('GET', `/guilds/${guild.id}/invites`)).toHaveLength(1);
    expect(await call('GET', `/invites/${invite.code}`)).toMatchObject({ code: invite.code });
    await call('DELETE', `/invites/${invite.code}`);

    const webhook = await call('POST', `/channels/${places.text}/webhooks`, { name: 'Releases' });
    const posted = await call('POST', `/webhooks/${webhook.id}/${webhook.token}?wait=true`, { content: 'v1' });
    expect(posted).toMatchObject({ webhook_id: webhook.id, author: { username: 'Releases' } });
    await call('PATCH', `/webhooks/${webhook.id}/${webhook.token}/messages/${posted.id}`, { content: 'v2' });
    await call('DELETE', `/webhooks/${webhook.id}/${webhook.token}/messages/${posted.id}`, undefined, 204);
    await call('DELETE', `/webhooks/${webhook.id}`, undefined, 204);

    expect(await call('GET', `/guilds/${guild.id}/onboarding`)).toMatchObject({ enabled: false });
    await call('PUT', `/guilds/${guild.id}/onboarding`, {
      enabled: false,
      prompts: [
        {
          id: '1',
          type: 0,
          title: 'What brings you here?',
          options: [{ title: 'First VM', role_ids: [role.id], channel_ids: [places.text] }],
        },
      ],
      default_channel_ids: [places.text],
      mode: 0,
    });
  });

  it('lets announcements out to their followers and polls come to an end', async () => {
    const { guild, places } = discord;
    const news = await call('POST', `/guilds/${guild.id}/channels`, { name: 'news', type: 5 }, 201);
    await call('POST', `/channels/${news.id}/followers`, { webhook_channel_id: places.text });
    const { id } = await call('POST', `/channels/${news.id}/messages`, { content: 'released' });
    expect(await call('POST', `/channels/${news.id}/messages/${id}/crosspost`)).toMatchObject({ flags: 1 });
    const [copy] = await call('GET', `/channels/${places.text}/messages?limit=1`);
    expect(copy).toMatchObject({ content: 'released', flags: 2, message_reference: { message_id: id } });

    const poll = await call('POST', `/channels/${places.text}/messages`, {
      poll: {
        question: { text: 'Which?' },
        answers: [{ poll_media: { text: 'This' } }, { poll_media: { text: 'That', emoji: { name: '🐦' } } }],
        duration: 1,
      },
    });
    expect(poll.poll).toMatchObject({
      results: { is_finalized: false },
      answers: [{ answer_id: 1 }, { answer_id: 2 }],
    });
    expect(await call('GET', `/channels/${places.text}/polls/${poll.id}/answers/1`)).toEqual({ users: [] });
    const ended = await call('POST', `/channels/${places.text}/polls/${poll.id}/expire`);
    expect(ended.poll.results.is_finalized).toBe(true);
  });

  it('opens direct channels, kicks, bans and forgives', async () => {
    const { guild, member, owner } = discord;
    const direct = await call('POST', '/users/@me/channels', { recipient_id: owner.id });
    expect(direct).toMatchObject({ type: 1, recipients: [{ id: owner.id }] });
    await call('POST', `/channels/${direct.id}/messages`, { content: 'only for you' });
    await call('PUT', `/guilds/${guild.id}/bans/${member.id}`, {}, 204);
    expect(await call('GET', `/guilds/${guild.id}/bans`)).toHaveLength(1);
    await call('DELETE', `/guilds/${guild.id}/bans/${member.id}`, undefined, 204);
    expect(await call('GET', `/guilds/${guild.id}/bans`)).toEqual([]);
  });
});
