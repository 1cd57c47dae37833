import { beforeEach, describe, expect, it } from 'vitest';
import { PLACES } from '../../src/community/settings.js';
import type { Found, FoundChannel, SetupChoices } from '../../src/community/setup-plan.js';
import type { Effect } from '../../src/platform/effects.js';
import { openGuild } from '../support/guild.js';
import '../support/to-refuse.js';

const both: SetupChoices = { languages: ['zh-CN', 'en-US'], adopt: {} };

let home: ReturnType<typeof openGuild>;
let server: ReturnType<typeof createServer>;

beforeEach(() => {
  home = openGuild();
  server = createServer();
});

/** What a server has, changed by the effects that it is given, as Discord would change. */
function createServer() {
  let next = 100;
  const id = () => String(next++);
  const roles: Found['roles'][number][] = [{ id: '1', name: '@everyone', usable: false }];
  const channels: FoundChannel[] = [];
  type Tags = readonly { id?: string; name: string; moderated?: boolean | null; emoji_name?: string | null }[];
  const tagsFrom = (tags: Tags) =>
    tags.map(
      (tag) =>
        ({ moderated: false, emoji_id: null, emoji_name: null, id: id(), ...tag }) as FoundChannel['tags'][number],
    );

  return {
    roles,
    channels,
    missing: [] as Found['missing'],
    addForum: (name: string, tags: Tags = [], missing: FoundChannel['missing'] = []) => {
      const forum: FoundChannel = { id: id(), name, type: 'forum', tags: tagsFrom(tags), missing };
      channels.push(forum);
      return forum;
    },
    addRole: (name: string) => {
      const role = { id: id(), name, usable: true };
      roles.push(role);
      return role;
    },
    remove(gone: string) {
      for (const list of [roles, channels]) {
        const index = list.findIndex((thing) => thing.id === gone);
        if (index >= 0) list.splice(index, 1);
      }
      home.community.lost(gone);
    },
    found(): Found {
      return { roles: [...roles], channels: [...channels], missing: this.missing };
    },
    /** Carries one effect out, with what the outbox would hand to the continuation. */
    carryOut(effect: Effect) {
      if (effect.kind === 'role.create') return { id: this.addRole(effect.body.name).id, answer: {} };
      if (effect.kind === 'channel.create') {
        const { name, type, available_tags: tags } = effect.body;
        const kind = type === 15 ? 'forum' : type === 0 ? 'text' : 'category';
        const channel: FoundChannel = { id: id(), name, type: kind, tags: tagsFrom(tags ?? []), missing: [] };
        channels.push(channel);
        return { id: channel.id, answer: { available_tags: channel.tags } };
      }
      if (effect.kind === 'channel.edit') {
        const index = channels.findIndex((channel) => channel.id === effect.channel);
        const channel = channels[index];
        if (!channel) throw new Error('unknown channel');
        const tags = tagsFrom(effect.body.available_tags ?? []);
        channels[index] = { ...channel, tags };
        return { id: channel.id, answer: { available_tags: tags } };
      }
      throw new Error(`not an effect of /setup: ${effect.kind}`);
    },
  };
}

const plan = (choices = both) => home.community.setup.plan(server.found(), choices);
const states = (choices = both) => Object.fromEntries(plan(choices).steps.map(({ place, state }) => [place, state]));

/** Delivers what waits, and what that leads to. Returns the kinds in order. */
function deliver(): string[] {
  const kinds: string[] = [];
  const { outbox } = home.guild;
  for (let [row] = outbox.due(1); row; [row] = outbox.due(1)) {
    outbox.done(row, undefined);
    home.community.setup.made(
      row.after?.arg as Parameters<typeof home.community.setup.made>[0],
      server.carryOut(row.effect),
    );
    kinds.push(row.effect.kind);
  }
  return kinds;
}

function setUp(choices = both): string[] {
  home.community.setup.apply(plan(choices).id, server.found());
  return deliver();
}

describe('/setup', () => {
  it('changes nothing until its plan is applied', () => {
    expect(states()).toEqual(Object.fromEntries(PLACES.map((place) => [place, 'make'])));
    expect(home.take()).toEqual([]);
    expect(home.community.settings.places()).toEqual([]);
  });

  it('makes everything, in both languages, and has nothing left to do', () => {
    expect(setUp()).toEqual(['role.create', 'role.create', ...Array(5).fill('channel.create')]);
    expect(server.roles.map(({ name }) => name)).toEqual(['@everyone', '答疑者 Helper', '版主 Moderator']);
    const forum = server.channels.find(({ name }) => name === '问题-questions');
    expect(forum?.tags.slice(0, 3)).toMatchObject([
      { name: '待解答 Open', moderated: true },
      { name: '已解答 Answered', moderated: true },
      { name: '已关闭 Closed', moderated: true },
    ]);
    expect(plan()).toMatchObject({ done: true, underWay: false, blocked: [] });
    expect(home.community.settings.place('tag.open')?.id).toBe(forum?.tags[0]?.id);
  });

  it('makes a place for hunts: a channel, and a forum whose tags say how a finding stands', () => {
    setUp();
    const forum = server.channels.find(({ name }) => name === '缺陷-findings');
    expect(forum?.tags.map(({ name }) => name)).toEqual([
      '疑似 Suspected',
      '已复现 Reproduced',
      '已确认 Confirmed',
      '早已存在 Pre-existing',
      '已修复 Fixed',
      '重复 Duplicate',
      '不是缺陷 Not a bug',
    ]);
    expect(home.community.settings.place('channel.findings')?.id).toBe(forum?.id);
    expect(home.community.settings.place('tag.confirmed')?.id).toBe(forum?.tags[2]?.id);
    expect(server.channels.find(({ type }) => type === 'text')?.name).toBe('捉虫-hunts');
  });

  it('makes nothing twice', () => {
    setUp();
    expect(setUp()).toEqual([]);
    expect(server.channels).toHaveLength(5);
    expect(server.roles).toHaveLength(3);
  });

  it('adopts what is called as we would call it, whatever the language, and adds only the tags that lack', () => {
    const helper = server.addRole('答疑者');
    const forum = server.addForum('questions', [{ name: 'bug' }, { name: 'Answered' }]);

    expect(states()).toMatchObject({
      'role.helper': 'adopt',
      'role.moderator': 'make',
      'channel.questions': 'adopt',
      'tag.open': 'make',
      'tag.answered': 'adopt',
      'tag.closed': 'make',
    });
    expect(setUp()).toEqual(['role.create', 'channel.create', 'channel.edit', 'channel.create', 'channel.create']);
    expect(home.community.settings.roles().helper).toBe(helper.id);
    const names = server.channels.find(({ id }) => id === forum.id)?.tags.map(({ name }) => name);
    expect(names).toEqual(['bug', 'Answered', '待解答 Open', '已关闭 Closed']);
    expect(plan().done).toBe(true);
  });

  it('adopts what staff chose, by any name', () => {
    const forum = server.addForum('求助');
    const role = server.addRole('Wizards');
    setUp({ ...both, adopt: { 'channel.questions': forum.id, 'role.moderator': role.id } });

    expect(home.community.settings.place('channel.questions')?.id).toBe(forum.id);
    expect(home.community.settings.roles().moderator).toBe(role.id);
    expect(server.channels.some(({ name }) => name === '问题-questions')).toBe(false);
  });

  it('refuses a role that nobody can be given', () => {
    expect(() => plan({ ...both, adopt: { 'role.helper': '1' } })).toRefuse('role_unusable');
  });

  it('keeps what people renamed, and repairs what they deleted', () => {
    setUp();
    const forum = home.community.settings.place('channel.questions')?.id ?? '';
    const helper = home.community.settings.roles().helper ?? '';
    const index = server.channels.findIndex(({ id }) => id === forum);
    server.channels[index] = { ...server.channels[index], name: 'ask-here' } as FoundChannel;
    server.roles.splice(
      server.roles.findIndex(({ id }) => id === helper),
      1,
    );

    expect(states()).toMatchObject({ 'channel.questions': 'there', 'role.helper': 'repair' });
    expect(setUp()).toEqual(['role.create']);
    expect(plan().done).toBe(true);
    server.remove(forum);
    expect(states()).toMatchObject({
      'channel.questions': 'make',
      'category.questions': 'there',
      'tag.open': 'repair',
    });
    expect(setUp()).toEqual(['channel.create']);
    expect(plan().done).toBe(true);
  });

  it('says which permissions are missing, and does nothing without them', () => {
    server.missing = ['ManageRoles', 'ManageChannels'];
    const shown = plan();

    expect(shown.blocked).toEqual([{ reason: 'permissions', permissions: ['ManageRoles', 'ManageChannels'] }]);
    expect(home.community.setup.apply(shown.id, server.found()).blocked).toHaveLength(1);
    expect(home.take()).toEqual([]);
    expect(home.community.settings.places()).toEqual([]);
  });

  it('says what is missing in the forum alone', () => {
    const forum = server.addForum('questions', [], ['SendMessages', 'ManageRoles']);

    expect(plan().blocked).toEqual([
      { reason: 'channel_permissions', channel: forum.id, permissions: ['SendMessages'] },
    ]);
  });

  it('says when a forum has no room for its tags, or the server none for more roles and channels', () => {
    const tags = Array.from({ length: 18 }, (_, n) => ({ name: `t${n}` }));
    const forum = server.addForum('questions', tags);
    expect(plan().blocked).toEqual([{ reason: 'tags_full', channel: forum.id, count: 3 }]);

    for (let n = server.roles.length; n < 249; n += 1) server.addRole(`r${n}`);
    server.remove(forum.id);
    for (let n = 0; n < 499; n += 1) server.addForum(`f${n}`);
    expect(plan().blocked.map(({ reason }) => reason)).toEqual(['roles_full', 'channels_full']);
  });

  it('applies a plan once, and one plan at a time', () => {
    const first = plan();
    const second = plan();
    home.community.setup.apply(first.id, server.found());

    expect(() => home.community.setup.apply(second.id, server.found())).toRefuse('setup_under_way');
    expect(plan().underWay).toBe(true);
    deliver();
    expect(() => home.community.setup.apply(first.id, server.found())).toRefuse('plan_gone');
    expect(plan().underWay).toBe(false);
  });

  it('may be applied again when an earlier attempt got stuck', () => {
    home.community.setup.apply(plan().id, server.found());
    home.take();
    home.clock.advance(61_000);

    expect(setUp()).toHaveLength(7);
    expect(plan().done).toBe(true);
  });

  it('forgets plans after a day', () => {
    const old = plan();
    home.clock.advance(25 * 3_600_000);
    plan();
    expect(() => home.community.setup.apply(old.id, server.found())).toRefuse('plan_gone');
  });

  it('changes the language of public posts only when its plan is applied', () => {
    setUp();
    const english: SetupChoices = { languages: ['en-US'], adopt: {} };
    expect(plan(english).done).toBe(false);
    expect(home.community.settings.languages()).toEqual(['zh-CN', 'en-US']);
    expect(setUp(english)).toEqual([]);
    expect(home.community.settings.languages()).toEqual(['en-US']);
  });
});

describe('after an absence', () => {
  it('knows what was deleted meanwhile, and takes new posts of its forum under its wing', () => {
    setUp();
    const { settings, questions, reconcile } = home.community;
    const forum = settings.place('channel.questions')?.id ?? '';
    const things = () =>
      new Set(
        [...server.roles, ...server.channels, ...server.channels.flatMap(({ tags }) => tags)].map(({ id }) => id),
      );
    const post = { channel: forum, thread: '800', asker: '12', title: '新问题', tags: [], createdAt: home.clock.now() };

    reconcile({ things: things(), posts: [post] });
    reconcile({ things: things(), posts: [post] });
    expect(questions.list({ state: 'open' }, 0).total).toBe(1);
    server.channels.splice(0);
    reconcile({ things: things(), posts: [] });
    expect(settings.place('channel.questions')).toBeUndefined();
    expect(questions.list({ state: 'open' }, 0).total).toBe(0);
    expect(home.guild.schedule.nextDue()).toBeUndefined();
  });
});
