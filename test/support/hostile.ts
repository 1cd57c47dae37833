/** Interactions and dispatches that nobody in their right mind would send, made from a seed. */
import { ComponentType, GatewayDispatchEvents, InteractionType } from 'discord-api-types/v10';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { Catalogue } from '../../src/discord/catalogue.js';

export interface Forged {
  readonly type: InteractionType;
  readonly data: unknown;
  readonly more: Record<string, unknown>;
}

export interface HostileDeps {
  readonly seed: number;
  readonly catalogue: Catalogue;
  /** Ids of things that are there: members, roles, channels, the guild. */
  readonly ids: readonly string[];
}

type Random = (least: number, most: number) => number;

/** Strings and other values that break what trusts its input. */
const WORDS: readonly string[] = [
  '',
  ' ',
  '0',
  '-1',
  'undefined',
  '__proto__',
  'constructor',
  'toString',
  '@everyone <@&1> <@1>',
  '\u0000\u0001\u001b[31m\r\n\u2028\u202e',
  '\ud800',
  '🐦'.repeat(200),
  'x'.repeat(5_000),
  'x'.repeat(20_000),
  '9'.repeat(40),
  '1000000000000000000',
  "'); DROP TABLE question; --",
  '../../etc/passwd',
  '{0, plural,',
  '%',
  ':::',
];
const POISON: readonly unknown[] = [
  ...WORDS,
  null,
  undefined,
  true,
  -1,
  0,
  1.5,
  2 ** 53,
  1e308,
  [],
  {},
  [null],
  [[[[[]]]]],
  { id: {} },
  { toString: 1, valueOf: null },
  { length: 1e9 },
];

export function createHostility({ seed, catalogue, ids }: HostileDeps) {
  const generator = xoroshiro128plus(seed);
  const between: Random = (least, most) => uniformInt(generator, least, most);
  const pick = <T>(from: readonly T[]): T => from[between(0, from.length - 1)] as T;
  /** Mostly of something that is there: what breaks at once hides what would break later. */
  const id = () => (between(1, 30) === 1 ? pick(WORDS) : pick(ids));
  const maybe = (part: number) => between(1, 100) <= part;

  function poison(value: unknown): unknown {
    if (!maybe(50)) return structuredClone(pick(POISON));
    return typeof value === 'string' ? value + pick(['\u0000', ':', 'x'.repeat(300), '\u202e']) : [value];
  }

  /** Replaces or removes something at some depth, in place. */
  function spoil(value: unknown): void {
    if (typeof value !== 'object' || value === null) return;
    const keys = Object.keys(value);
    if (keys.length === 0) return;
    const key = pick(keys);
    const inner: unknown = Reflect.get(value, key);
    if (typeof inner === 'object' && inner !== null && maybe(70)) spoil(inner);
    else if (maybe(30)) Reflect.deleteProperty(value, key);
    else Reflect.set(value, key, poison(inner));
  }

  const resolved = () => {
    const of = <T>(one: (id: string) => T, among = ids) =>
      Object.fromEntries(among.filter(() => maybe(70)).map((key) => [key, one(key)]));
    const users = of((key) => ({ id: key, username: 'x', discriminator: '0', avatar: null }));
    const member = { roles: [], permissions: '0', joined_at: '2026-11-23T12:00:00.000Z' };
    return {
      users,
      members: of(() => ({ ...member }), Object.keys(users)),
      channels: of((key) => ({ id: key, type: between(0, 16), name: 'x', permissions: '0' })),
      roles: of((key) => ({ id: key, name: 'x', permissions: '0', position: 1 })),
      attachments: of((key) => ({ id: key, filename: 'x', size: 1, url: 'http://127.0.0.1:1/x' })),
      messages: of(message),
    };
  };
  const message = (key: string = pick(ids)) => ({
    id: key,
    channel_id: pick(ids),
    author: { id: pick(ids), username: 'x', discriminator: '0', avatar: null, bot: maybe(50) },
    content: pick(WORDS),
    timestamp: '2026-11-23T12:00:00.000Z',
    edited_timestamp: null,
    attachments: [],
    embeds: [],
    mentions: [],
    mention_roles: [],
    components: [],
    pinned: false,
    tts: false,
    type: 0,
    flags: 0,
  });
  const options = () =>
    Array.from({ length: between(0, 3) }, () => ({
      name: pick(['reason', 'note', 'words', 'state', 'language', 'helper', 'page', 'mine', 'version', '__proto__']),
      type: between(1, 12),
      value: maybe(70) ? id() : pick(POISON),
      focused: maybe(30),
    }));
  const slash = () => {
    const command = pick([...catalogue.slash.values()]);
    const sub = pick([...Object.keys(command.subcommands ?? { none: 0 }), 'none']);
    return {
      id: id(),
      name: maybe(90) ? command.name : pick(['nothing', '__proto__', 'constructor']),
      type: 1,
      options: maybe(60) && command.subcommands ? [{ name: sub, type: 1, options: options() }] : options(),
      resolved: resolved(),
    };
  };
  const menu = (type: 2 | 3) => ({
    id: id(),
    name: maybe(90) ? pick([...catalogue.message.keys(), ...catalogue.user.keys()]) : 'Nothing',
    type,
    target_id: pick(ids),
    resolved: resolved(),
  });
  /** As ours are written, with state that may be anything. */
  const customId = (names: readonly string[]) =>
    [
      pick(names),
      pick(['1', '1', '1', '2', 'zz', '']),
      ...Array.from({ length: between(0, 6) }, () => pick(['1', '0', '', 'zzzzzzzzzzzz', 'open', '%3A', '%'])),
    ].join(':');
  const component = () => ({
    custom_id: maybe(90) ? customId([...catalogue.buttons.keys(), ...catalogue.selects.keys()]) : pick(POISON),
    component_type: pick([ComponentType.Button, ComponentType.Button, 3, 5, 6, 7, 8, 99]),
    values: [id()],
    resolved: resolved(),
  });
  const submission = () => ({
    custom_id: maybe(90) ? customId([...catalogue.modals.keys()]) : pick(POISON),
    components: ['title', 'body', 'version', 'subject', 'file'].map((name) => ({
      type: 18,
      id: 1,
      component: { type: pick([4, 3, 19]), id: 2, custom_id: name, value: id(), values: [id()] },
    })),
    resolved: resolved(),
  });

  return {
    /** An interaction; of these fields none is its id or its token, so that it can be answered. */
    interaction(): Forged {
      const [type, data] = pick<() => [InteractionType, object]>([
        () => [InteractionType.ApplicationCommand, slash()],
        () => [InteractionType.ApplicationCommand, menu(pick([2, 3]))],
        () => [InteractionType.ApplicationCommandAutocomplete, slash()],
        () => [InteractionType.MessageComponent, component()],
        () => [InteractionType.ModalSubmit, submission()],
      ])();
      const forged: Forged = { type, data, more: { message: message() } };
      const spoilt = { data: forged.data };
      for (let times = between(-2, 3); times > 0; times -= 1) spoil(spoilt);
      if (maybe(15)) {
        const field = pick([
          'type',
          'member',
          'user',
          'guild_id',
          'channel',
          'channel_id',
          'entitlements',
          'locale',
          'guild_locale',
          'app_permissions',
          'context',
          'message',
          'authorizing_integration_owners',
          'application_id',
          'version',
        ]);
        forged.more[field] = poison(forged.more[field]);
      }
      return { ...forged, data: spoilt.data };
    },

    /** A dispatch of any name. READY and RESUMED are the connection's own affair. */
    dispatch(): { t: string; d: object } {
      const names = Object.values(GatewayDispatchEvents).filter(
        (name) => !['READY', 'RESUMED', 'INTERACTION_CREATE'].includes(name),
      );
      const d = {
        id: id(),
        guild_id: pick(ids),
        channel_id: pick(ids),
        user_id: id(),
        user: { id: id(), username: 'x' },
        role: { id: id(), name: 'x', permissions: '0' },
        member: { user: { id: id() }, roles: [id()] },
        members: [{ id: id() }],
        threads: [{ id: id(), parent_id: id(), type: 11 }],
        channels: [{ id: id(), type: between(0, 20) }],
        available_tags: [{ id: id() }],
        name: pick(POISON),
        type: between(0, 30),
        content: pick(POISON),
        emoji: { id: id(), name: 'x' },
        ids: [id()],
      };
      for (let times = between(0, 4); times > 0; times -= 1) spoil(d);
      return {
        t: maybe(95) ? pick(names) : pick(WORDS).slice(0, 40),
        d: maybe(95) ? d : (pick(POISON) as object),
      };
    },
  };
}
