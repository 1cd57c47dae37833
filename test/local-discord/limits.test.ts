import { beforeAll, describe, expect, it } from 'vitest';
import { DiscordError, FormErrors, type NestedErrors } from '../../src/local-discord/errors.js';
import type { Guild, Id } from '../../src/local-discord/model.js';
import { createChannel, updateChannel } from '../../src/local-discord/operations/channels.js';
import { createEvent } from '../../src/local-discord/operations/events.js';
import { createGuild } from '../../src/local-discord/operations/guilds.js';
import { addMember } from '../../src/local-discord/operations/members.js';
import { createMessage, editMessage } from '../../src/local-discord/operations/messages.js';
import { updateOnboarding } from '../../src/local-discord/operations/onboarding.js';
import { addReaction } from '../../src/local-discord/operations/reactions.js';
import { createRole } from '../../src/local-discord/operations/roles.js';
import { joinThread, startThread, updateThread } from '../../src/local-discord/operations/threads.js';
import { createUser } from '../../src/local-discord/operations/users.js';
import { readModal } from '../../src/local-discord/validate/components.js';
import type { World } from '../../src/local-discord/world.js';
import { testWorld } from './rest-harness.js';

/** What Discord says, or nothing when it agrees: `50035 embeds.0.title BASE_TYPE_MAX_LENGTH`. */
function refusal(act: () => unknown): string | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (!(error instanceof DiscordError)) throw error;
    const [field] = error.errors ? leaves(error.errors, '') : [];
    return field ? `${error.code} ${field}` : String(error.code);
  }
}

function leaves(errors: NestedErrors, path: string): string[] {
  const own = (errors._errors ?? []).map(({ code }) => `${path} ${code}`.trim());
  const inner = Object.entries(errors).flatMap(([key, value]) =>
    key === '_errors' || value === undefined || Array.isArray(value)
      ? []
      : leaves(value, path ? `${path}.${key}` : key),
  );
  return [...own, ...inner];
}

const text = (length: number) => 'x'.repeat(length);
const many = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
const button = (more: object = {}) => ({ type: 2, style: 1, label: 'go', custom_id: 'go', ...more });
const row = (...components: object[]) => ({ type: 1, components });
const select = (more: object = {}) => ({ type: 3, custom_id: 's', options: [{ label: 'a', value: 'a' }], ...more });
const options = (count: number) => many(count, (n) => ({ label: `o${n}`, value: `v${n}` }));
const V2 = 1 << 15;
const texts = (count: number) => ({ flags: V2, components: many(count, () => ({ type: 10, content: 'x' })) });
const embed = (more: object) => ({ embeds: [{ title: 't', ...more }] });

let world: World;
let guild: Guild;
let channel: Id;
let forum: Id;
let tags: Id[];

beforeAll(() => {
  world = testWorld();
  const owner = createUser(world, { username: 'owner' });
  guild = createGuild(world, { name: 'g', ownerId: owner.id });
  channel = createChannel(world, owner.id, guild.id, { name: 'text' }).id;
  const made = createChannel(world, owner.id, guild.id, {
    name: 'forum',
    type: 15,
    available_tags: many(6, (n) => ({ name: `tag${n}` })),
  });
  forum = made.id;
  tags = (made.available_tags ?? []).map(({ id }) => id);
});

const send = (body: unknown) => refusal(() => createMessage(world, guild.owner_id, channel, body));
const post = (more: object) =>
  refusal(() => startThread(world, guild.owner_id, forum, { name: 'p', message: { content: 'm' }, ...more }));
const make = (more: object) => refusal(() => createChannel(world, guild.owner_id, guild.id, { name: 'c', ...more }));
const schedule = (more: object) =>
  refusal(() =>
    createEvent(world, guild.owner_id, guild.id, {
      name: 'e',
      privacy_level: 2,
      entity_type: 3,
      entity_metadata: { location: 'here' },
      scheduled_start_time: new Date(Date.now() + 60_000).toISOString(),
      scheduled_end_time: new Date(Date.now() + 120_000).toISOString(),
      ...more,
    }),
  );
const modal = (body: object) =>
  refusal(() => {
    const errors = new FormErrors();
    readModal({ title: 't', custom_id: 'm', components: [], ...body }, errors);
    errors.settle();
  });
const label = (more: object = {}, component: object = { type: 4, custom_id: 'i', style: 1 }) => ({
  type: 18,
  label: 'l',
  component,
  ...more,
});

/** [what, just inside, just outside, what Discord says]; each is a function, so that nothing happens before its turn. */
const table: readonly (readonly [string, () => string | undefined, () => string | undefined, string])[] = [
  [
    'content',
    () => send({ content: text(2000) }),
    () => send({ content: text(2001) }),
    '50035 content BASE_TYPE_MAX_LENGTH',
  ],
  [
    'content in characters, not units',
    () => send({ content: '🐦'.repeat(2000) }),
    () => send({ content: '🐦'.repeat(2001) }),
    '50035 content BASE_TYPE_MAX_LENGTH',
  ],
  ['an empty message', () => send({ content: '.' }), () => send({ content: '  ' }), '50006'],
  [
    'a nonce',
    () => send({ content: 'a', nonce: text(25) }),
    () => send({ content: 'a', nonce: text(26) }),
    '50035 nonce BASE_TYPE_MAX_LENGTH',
  ],
  [
    'ten embeds',
    () => send({ embeds: many(10, () => ({ title: 'a' })) }),
    () => send({ embeds: many(11, () => ({ title: 'a' })) }),
    '50035 embeds BASE_TYPE_MAX_LENGTH',
  ],
  [
    'an embed’s title',
    () => send(embed({ title: text(256) })),
    () => send(embed({ title: text(257) })),
    '50035 embeds.0.title BASE_TYPE_MAX_LENGTH',
  ],
  [
    'its description',
    () => send(embed({ description: text(4096) })),
    () => send(embed({ description: text(4097) })),
    '50035 embeds.0.description BASE_TYPE_MAX_LENGTH',
  ],
  [
    'its 25 fields',
    () => send(embed({ fields: many(25, () => ({ name: 'a', value: 'b' })) })),
    () => send(embed({ fields: many(26, () => ({ name: 'a', value: 'b' })) })),
    '50035 embeds.0.fields BASE_TYPE_MAX_LENGTH',
  ],
  [
    'a field’s name',
    () => send(embed({ fields: [{ name: text(256), value: 'b' }] })),
    () => send(embed({ fields: [{ name: text(257), value: 'b' }] })),
    '50035 embeds.0.fields.0.name BASE_TYPE_BAD_LENGTH',
  ],
  [
    'a field’s value',
    () => send(embed({ fields: [{ name: 'a', value: text(1024) }] })),
    () => send(embed({ fields: [{ name: 'a', value: text(1025) }] })),
    '50035 embeds.0.fields.0.value BASE_TYPE_BAD_LENGTH',
  ],
  [
    'an empty field value',
    () => send(embed({ fields: [{ name: 'a', value: '-' }] })),
    () => send(embed({ fields: [{ name: 'a', value: '' }] })),
    '50035 embeds.0.fields.0.value BASE_TYPE_REQUIRED',
  ],
  [
    'a footer',
    () => send(embed({ footer: { text: text(2048) } })),
    () => send(embed({ footer: { text: text(2049) } })),
    '50035 embeds.0.footer.text BASE_TYPE_MAX_LENGTH',
  ],
  [
    'an author',
    () => send(embed({ author: { name: text(256) } })),
    () => send(embed({ author: { name: text(257) } })),
    '50035 embeds.0.author.name BASE_TYPE_BAD_LENGTH',
  ],
  [
    '6000 over all embeds',
    () => send({ embeds: [{ description: text(4000) }, { description: text(2000) }] }),
    () => send({ embeds: [{ description: text(4000) }, { description: text(2001) }] }),
    '50035 embeds MAX_EMBED_SIZE_EXCEEDED',
  ],
  [
    'an embed’s colour',
    () => send(embed({ color: 0xffffff })),
    () => send(embed({ color: 0x1000000 })),
    '50035 embeds.0.color NUMBER_TYPE_MAX',
  ],
  [
    'five rows',
    () => send({ components: many(5, (n) => row(button({ custom_id: `b${n}` }))) }),
    () => send({ components: many(6, (n) => row(button({ custom_id: `b${n}` }))) }),
    '50035 components BASE_TYPE_MAX_LENGTH',
  ],
  [
    'five buttons in a row',
    () => send({ components: [row(...many(5, (n) => button({ custom_id: `b${n}` })))] }),
    () => send({ components: [row(...many(6, (n) => button({ custom_id: `b${n}` })))] }),
    '50035 components.0.components BASE_TYPE_BAD_LENGTH',
  ],
  [
    'one select in a row',
    () => send({ components: [row(select())] }),
    () => send({ components: [row(select(), button())] }),
    '50035 components.0.components.1 COMPONENT_LAYOUT_WIDTH_EXCEEDED',
  ],
  [
    'a custom_id',
    () => send({ components: [row(button({ custom_id: text(100) }))] }),
    () => send({ components: [row(button({ custom_id: text(101) }))] }),
    '50035 components.0.components.0.custom_id BASE_TYPE_BAD_LENGTH',
  ],
  [
    'a custom_id used once',
    () => send({ components: [row(button(), button({ custom_id: 'b' }))] }),
    () => send({ components: [row(button(), button())] }),
    '50035 components.0.components.1.custom_id COMPONENT_CUSTOM_ID_DUPLICATED',
  ],
  [
    'a button’s label',
    () => send({ components: [row(button({ label: text(80) }))] }),
    () => send({ components: [row(button({ label: text(81) }))] }),
    '50035 components.0.components.0.label BASE_TYPE_MAX_LENGTH',
  ],
  [
    'a link’s address',
    () => send({ components: [row({ type: 2, style: 5, label: 'l', url: 'https://a.b' })] }),
    () => send({ components: [row({ type: 2, style: 5, label: 'l' })] }),
    '50035 components.0.components.0.url BUTTON_COMPONENT_URL_REQUIRED',
  ],
  [
    'a button’s emoji',
    () => send({ components: [row(button({ emoji: { name: '👩‍🚀' } }))] }),
    () => send({ components: [row(button({ emoji: { name: 'ok' } }))] }),
    '50035 components.0.components.0.emoji.name COMPONENT_INVALID_EMOJI',
  ],
  [
    'a tag’s emoji',
    () => make({ type: 15, available_tags: [{ name: 'a', emoji_name: '✅' }] }),
    () => make({ type: 15, available_tags: [{ name: 'a', emoji_name: 'tick' }] }),
    '50035 available_tags.0.emoji_name EMOJI_INVALID',
  ],
  [
    '25 options',
    () => send({ components: [row(select({ options: options(25) }))] }),
    () => send({ components: [row(select({ options: options(26) }))] }),
    '50035 components.0.components.0.options BASE_TYPE_MAX_LENGTH',
  ],
  [
    'an option’s label',
    () => send({ components: [row(select({ options: [{ label: text(100), value: 'v' }] }))] }),
    () => send({ components: [row(select({ options: [{ label: text(101), value: 'v' }] }))] }),
    '50035 components.0.components.0.options.0.label BASE_TYPE_BAD_LENGTH',
  ],
  [
    'an option’s value used once',
    () => send({ components: [row(select({ options: options(2) }))] }),
    () => send({ components: [row(select({ options: [...options(1), ...options(1)] }))] }),
    '50035 components.0.components.0.options.1.value SELECT_COMPONENT_OPTION_VALUE_DUPLICATED',
  ],
  [
    '40 components of v2',
    () => send(texts(40)),
    () => send(texts(41)),
    '50035 components COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED',
  ],
  [
    'v2 without content',
    () => send(texts(1)),
    () => send({ ...texts(1), content: 'a' }),
    '50035 content MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2',
  ],
  [
    'v2 without embeds',
    () => send({ ...texts(1), embeds: [] }),
    () => send({ ...texts(1), embeds: [{ title: 'a' }] }),
    '50035 embeds MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2',
  ],
  [
    'v2 components with the flag alone',
    () => send(texts(1)),
    () => send({ components: [{ type: 10, content: 'x' }] }),
    '50035 components.0.type UNION_TYPE_CHOICES',
  ],
  [
    '4000 characters of v2 text',
    () => send({ flags: V2, components: [{ type: 10, content: text(4000) }] }),
    () =>
      send({
        flags: V2,
        components: [
          { type: 10, content: text(2000) },
          { type: 10, content: text(2001) },
        ],
      }),
    '50035 components COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED',
  ],
  [
    'a poll’s answers',
    () => send({ poll: { question: { text: 'q' }, answers: many(10, (n) => ({ poll_media: { text: `${n}` } })) } }),
    () => send({ poll: { question: { text: 'q' }, answers: many(11, (n) => ({ poll_media: { text: `${n}` } })) } }),
    '50035 poll.answers BASE_TYPE_MAX_LENGTH',
  ],
  [
    'a modal’s title',
    () => modal({ title: text(45), components: [label()] }),
    () => modal({ title: text(46), components: [label()] }),
    '50035 data.title BASE_TYPE_BAD_LENGTH',
  ],
  [
    'a modal’s five components',
    () => modal({ components: many(5, (n) => label({}, { type: 4, custom_id: `${n}`, style: 1 })) }),
    () => modal({ components: many(6, (n) => label({}, { type: 4, custom_id: `${n}`, style: 1 })) }),
    '50035 data.components BASE_TYPE_MAX_LENGTH',
  ],
  [
    'a label',
    () => modal({ components: [label({ label: text(45) })] }),
    () => modal({ components: [label({ label: text(46) })] }),
    '50035 data.components.0.label BASE_TYPE_BAD_LENGTH',
  ],
  [
    'its description',
    () => modal({ components: [label({ description: text(100) })] }),
    () => modal({ components: [label({ description: text(101) })] }),
    '50035 data.components.0.description BASE_TYPE_BAD_LENGTH',
  ],
  [
    'a text input',
    () => modal({ components: [label({}, { type: 4, custom_id: 'i', style: 1, value: text(4000) })] }),
    () => modal({ components: [label({}, { type: 4, custom_id: 'i', style: 1, value: text(4001) })] }),
    '50035 data.components.0.component.value BASE_TYPE_MAX_LENGTH',
  ],
  [
    'a channel’s name',
    () => make({ name: text(100) }),
    () => make({ name: text(101) }),
    '50035 name BASE_TYPE_BAD_LENGTH',
  ],
  ['a topic', () => make({ topic: text(1024) }), () => make({ topic: text(1025) }), '50035 topic BASE_TYPE_MAX_LENGTH'],
  [
    'a forum’s topic',
    () => make({ type: 15, topic: text(4096) }),
    () => make({ type: 15, topic: text(4097) }),
    '50035 topic BASE_TYPE_MAX_LENGTH',
  ],
  [
    'a forum’s tags',
    () => make({ type: 15, available_tags: many(20, (n) => ({ name: `t${n}` })) }),
    () => make({ type: 15, available_tags: many(21, (n) => ({ name: `t${n}` })) }),
    '50035 available_tags BASE_TYPE_MAX_LENGTH',
  ],
  [
    'a tag’s name used once',
    () => make({ type: 15, available_tags: [{ name: 'a' }, { name: 'b' }] }),
    () => make({ type: 15, available_tags: [{ name: 'a' }, { name: 'A' }] }),
    '40061',
  ],
  [
    'five tags on a post',
    () => post({ applied_tags: tags.slice(0, 5) }),
    () => post({ applied_tags: tags.slice(0, 6) }),
    '50035 applied_tags BASE_TYPE_MAX_LENGTH',
  ],
  ['a tag of this forum', () => post({ applied_tags: tags.slice(0, 1) }), () => post({ applied_tags: ['1'] }), '10087'],
  [
    'a post’s name',
    () => post({ name: text(100) }),
    () => post({ name: text(101) }),
    '50035 name BASE_TYPE_BAD_LENGTH',
  ],
  [
    'a post’s message',
    () => post({ message: { content: text(2000) } }),
    () => post({ message: { content: text(2001) } }),
    '50035 message.content BASE_TYPE_MAX_LENGTH',
  ],
  [
    'an event’s name',
    () => schedule({ name: text(100) }),
    () => schedule({ name: text(101) }),
    '50035 name BASE_TYPE_BAD_LENGTH',
  ],
  [
    'an event’s description',
    () => schedule({ description: text(1000) }),
    () => schedule({ description: text(1001) }),
    '50035 description BASE_TYPE_MAX_LENGTH',
  ],
  [
    'an event’s place',
    () => schedule({ entity_metadata: { location: text(100) } }),
    () => schedule({ entity_metadata: { location: text(101) } }),
    '50035 entity_metadata.location BASE_TYPE_BAD_LENGTH',
  ],
  [
    'an external event’s end',
    () => schedule({}),
    () => schedule({ scheduled_end_time: null }),
    '50035 scheduled_end_time BASE_TYPE_REQUIRED',
  ],
  [
    'an event’s start',
    () => schedule({}),
    () => schedule({ scheduled_start_time: new Date(Date.now() - 1000).toISOString() }),
    '50035 scheduled_start_time GUILD_SCHEDULED_EVENT_SCHEDULE_PAST',
  ],
];

describe('what Discord’s limits allow and refuse', () => {
  it.each(table)('%s', (_what, inside, outside, said) => {
    expect(inside()).toBeUndefined();
    expect(outside()).toBe(said);
  });

  it('keeps the flag of components v2 for ever', () => {
    const sent = createMessage(world, guild.owner_id, channel, texts(1));
    editMessage(world, guild.owner_id, channel, sent.id, { flags: 0 });
    expect(sent.flags & V2).toBe(V2);
    expect(refusal(() => editMessage(world, guild.owner_id, channel, sent.id, { content: 'a' }))).toBe(
      '50035 content MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2',
    );
  });

  it('takes files of 10 MiB, ten of them', () => {
    const file = (bytes: number) => ({ index: 0, filename: 'a.bin', contentType: 'a/b', bytes: Buffer.alloc(bytes) });
    const upload = (...files: ReturnType<typeof file>[]) =>
      refusal(() => createMessage(world, guild.owner_id, channel, {}, files));
    expect(upload(file(10 * 1024 * 1024))).toBeUndefined();
    expect(upload(file(10 * 1024 * 1024 + 1))).toBe('40005');
    expect(upload(...many(10, () => file(1)))).toBeUndefined();
    expect(upload(...many(11, () => file(1)))).toBe('30015');
  });

  it('takes 20 different reactions', () => {
    const { id } = createMessage(world, guild.owner_id, channel, { content: 'react' });
    const emoji = [...'😀😁😂😃😄😅😆😇😈😉😊😋😌😍😎😏😐😑😒😓😔'];
    const react = (one: string) => refusal(() => addReaction(world, guild.owner_id, channel, id, one));
    expect(emoji.slice(0, 20).map(react)).toEqual(many(20, () => undefined));
    expect(react(emoji[20] ?? '')).toBe('30010');
    expect(react('not an emoji')).toBe('10014');
  });

  it('takes 250 roles, 500 channels, 50 of them in a category, and 100 open events', () => {
    const { id: ownerId } = createUser(world, { username: 'big' });
    const big = createGuild(world, { name: 'big', ownerId });
    const role = () => refusal(() => createRole(world, ownerId, big.id, {}));
    for (let n = 0; n < 249; n += 1) expect(role()).toBeUndefined();
    expect(role()).toBe('30005');

    const category = createChannel(world, ownerId, big.id, { name: 'full', type: 4 });
    const inside = () => refusal(() => createChannel(world, ownerId, big.id, { name: 'c', parent_id: category.id }));
    for (let n = 0; n < 50; n += 1) expect(inside()).toBeUndefined();
    expect(inside()).toBe('50035 parent_id CHANNEL_PARENT_MAX_CHANNELS');
    const channels = () => refusal(() => createChannel(world, ownerId, big.id, { name: 'c' }));
    for (let n = big.channels.size; n < 500; n += 1) expect(channels()).toBeUndefined();
    expect(channels()).toBe('30013');

    const start = new Date(Date.now() + 60_000).toISOString();
    const end = new Date(Date.now() + 120_000).toISOString();
    const event = () =>
      refusal(() =>
        createEvent(world, ownerId, big.id, {
          name: 'e',
          privacy_level: 2,
          entity_type: 3,
          entity_metadata: { location: 'here' },
          scheduled_start_time: start,
          scheduled_end_time: end,
        }),
      );
    for (let n = 0; n < 100; n += 1) expect(event()).toBeUndefined();
    expect(event()).toBe('30038');
  });

  it('takes 1,000 members in a thread', () => {
    const { thread } = startThread(world, guild.owner_id, channel, { name: 'crowd', type: 11 });
    const join = () => {
      const { id } = createUser(world, { username: 'one' });
      addMember(world, guild, id);
      return refusal(() => joinThread(world, guild.owner_id, thread.id, id));
    };
    for (let n = 1; n < 1000; n += 1) expect(join()).toBeUndefined();
    expect(join()).toBe('30033');
  });

  it('changes an archived thread only by opening it', () => {
    const { thread } = startThread(world, guild.owner_id, forum, { name: 'old', message: { content: 'm' } });
    const change = (body: object) => refusal(() => updateThread(world, guild.owner_id, thread.id, body));
    expect(change({ archived: true })).toBeUndefined();
    expect(change({ name: 'new' })).toBe('50083');
    expect(refusal(() => editMessage(world, guild.owner_id, thread.id, thread.id, { content: 'n' }))).toBe('50083');
    expect(change({ archived: false, name: 'new' })).toBeUndefined();
  });

  it('enables onboarding with 7 default channels, 5 of them writable', () => {
    const { id: ownerId } = createUser(world, { username: 'host' });
    const town = createGuild(world, { name: 'town', ownerId });
    const ids = many(7, (n) => createChannel(world, ownerId, town.id, { name: `c${n}` }).id);
    const enable = (default_channel_ids: string[]) =>
      refusal(() => updateOnboarding(world, ownerId, town.id, { enabled: true, default_channel_ids }));
    expect(enable(ids.slice(0, 6))).toBe('350000');
    expect(enable(ids)).toBeUndefined();
    for (const id of ids.slice(0, 3))
      updateChannel(world, ownerId, id, { permission_overwrites: [{ id: town.id, type: 0, deny: '2048' }] });
    expect(enable(ids)).toBe('350000');
  });
});
