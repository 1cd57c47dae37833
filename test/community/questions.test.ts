import { beforeEach, describe, expect, it } from 'vitest';
import type { Question, Reply } from '../../src/community/question.js';
import type { Effect } from '../../src/platform/effects.js';
import { openGuild, person } from '../support/guild.js';
import '../support/to-refuse.js';

const HOUR = 3_600_000;
const FORUM = '500';
const asker = person('11');
const other = person('12');
const helper = person('13', { roles: ['31'] });
const moderator = person('14', { roles: ['32'] });

let home: ReturnType<typeof openGuild>;
let questions: typeof home.community.questions;

beforeEach(() => {
  home = openGuild();
  questions = home.community.questions;
  const { settings } = home.community;
  settings.setLanguages(['zh-CN']);
  settings.setPlace('channel.questions', FORUM);
  settings.setPlace('role.helper', '31');
  settings.setPlace('role.moderator', '32');
  settings.setPlace('tag.open', '41');
  settings.setPlace('tag.answered', '42');
  settings.setPlace('tag.closed', '43');
});

const written = { title: '云主机无法启动', body: '创建之后一直是 Unknown 状态' };
const reply = (id: string, author = helper.id): Reply => ({ id, author, bot: false, content: '重启 libvirtd 就好了' });
const kinds = (effects: readonly Effect[]) => effects.map(({ kind }) => kind);
const due = () => home.guild.schedule.due(10).map(({ kind }) => kind);

/** Asks, and lets Discord make the post as thread 700. */
function posted(thread = '700', title = written.title): Question {
  const asked = questions.ask(`draft-${thread}`, { ...written, title }, asker);
  const question = asked.kind === 'posted' ? asked.question : questions.postAnyway(`draft-${thread}`, asker);
  questions.posted(question.id, thread);
  home.take();
  return question;
}

describe('asking', () => {
  it('posts a question at once when nothing looks like it', () => {
    const asked = questions.ask('d1', { ...written, version: ' 4.0.1 ', subject: '51' }, asker);

    expect(asked).toMatchObject({
      kind: 'posted',
      question: { id: 1, version: '4.0.1', language: 'zh-CN', state: 'open' },
    });
    const [effect, ...more] = home.take();
    expect(more).toEqual([]);
    expect(effect).toMatchObject({ kind: 'forum.post', forum: FORUM, name: written.title, tags: ['41', '51'] });
  });

  it('shows similar earlier questions first, and posts nothing until told to', () => {
    posted('700', '云主机启动失败怎么办');
    const asked = questions.ask('d2', written, other);

    expect(asked).toMatchObject({ kind: 'similar', similar: [{ id: 1, thread: '700' }] });
    expect(home.take()).toEqual([]);
    expect(questions.postAnyway('d2', other)).toMatchObject({ id: 2, title: written.title });
    expect(kinds(home.take())).toEqual(['forum.post']);
  });

  it('posts once however often “post anyway” is pressed, and however often Discord tells of the same writing', () => {
    posted('700', '云主机启动失败怎么办');
    questions.ask('d2', written, other);
    const first = questions.postAnyway('d2', other);

    expect(questions.postAnyway('d2', other)).toEqual(first);
    expect(questions.ask('d2', written, other)).toEqual({ kind: 'posted', question: first });
    expect(kinds(home.take())).toEqual(['forum.post']);
  });

  it('gives a draft to nobody but its writer, and only for a day', () => {
    posted('700', '云主机启动失败怎么办');
    questions.ask('d2', written, other);

    expect(questions.draft('d2', other)).toMatchObject(written);
    expect(() => questions.draft('d2', asker)).toRefuse('draft_gone');
    expect(() => questions.postAnyway('d2', asker)).toRefuse('draft_gone');
    home.clock.advance(25 * HOUR);
    questions.ask('d3', { title: '完全不同的内容 nfs', body: '无' }, asker);
    expect(() => questions.draft('d2', other)).toRefuse('draft_gone');
  });

  it.each([
    ['a program', { name: '木马.exe', size: 10 }, 'file_wrong_type'],
    ['a file without an ending', { name: 'management-server', size: 10 }, 'file_wrong_type'],
    ['more than Discord takes', { name: 'all.log', size: 10 * 1024 * 1024 + 1 }, 'file_too_large'],
  ])('does not post %s, but keeps what was written', (_, file, reason) => {
    const asked = questions.ask('d1', { ...written, file: { ...file, url: 'http://x' } }, asker);

    expect(asked).toMatchObject({ kind: 'problem', problem: { reason, context: { name: file.name } }, draft: written });
    expect(home.take()).toEqual([]);
    questions.postAnyway('d1', asker);
    expect(home.take()[0]).not.toHaveProperty('files');
  });

  it('attaches a log of just the size that Discord takes, under a name that Discord keeps', () => {
    const file = { name: '管理节点 日志(1).LOG', size: 10 * 1024 * 1024, url: 'http://cdn/1' };
    questions.ask('d1', { ...written, file }, asker);

    expect(home.take()[0]).toMatchObject({ files: [{ name: '1.LOG', url: 'http://cdn/1' }] });
  });

  it('keeps the uploaded log when the text is edited', () => {
    posted('700', '云主机启动失败怎么办');
    questions.ask('d2', { ...written, file: { name: 'a.log', size: 1, url: 'http://cdn/1' } }, other);
    questions.ask('d2', { title: 'Ceph 存储池满了', body: 'x' }, other);

    expect(home.take()).toMatchObject([{ name: 'Ceph 存储池满了', files: [{ name: 'a.log' }] }]);
  });

  it('refuses a title of which nothing is left to read', () => {
    const asked = questions.ask('d1', { title: '\u200b \u202e\n', body: 'x' }, asker);

    expect(asked).toMatchObject({ kind: 'problem', problem: { reason: 'title_empty' } });
    expect(() => questions.postAnyway('d1', asker)).toRefuse('title_empty');
  });

  it('says that there is no forum, without losing what was written', () => {
    home.community.lost(FORUM);

    expect(() => questions.ready(() => [])).toRefuse('no_forum');
    expect(questions.ask('d1', written, asker)).toMatchObject({ kind: 'problem', problem: { reason: 'no_forum' } });
    expect(() => questions.postAnyway('d1', asker)).toRefuse('no_forum');
    home.community.settings.setPlace('channel.questions', '501');
    expect(questions.postAnyway('d1', asker)).toMatchObject({ title: written.title });
  });
});

describe('before anything is written', () => {
  it('says when the bot may not post in the forum', () => {
    expect(() => questions.ready(() => ['SendMessages'])).toRefuse('forum_forbidden');
    questions.ready((forum) => (forum === FORUM ? [] : ['ViewChannel']));
  });
});

describe('accepting', () => {
  beforeEach(() => void posted());

  it('accepts several answers, tags the post and tells each author', () => {
    questions.accept('700', reply('901'), asker);
    const second = questions.accept('700', reply('902', other.id), asker);

    expect(second).toMatchObject({ changed: true, question: { state: 'answered' } });
    const effects = home.take();
    expect(effects.filter(({ kind }) => kind === 'thread.edit')).toEqual([
      { kind: 'thread.edit', thread: '700', tags: ['42'], archived: false },
    ]);
    expect(effects.filter(({ kind }) => kind === 'post')).toMatchObject([
      { message: { message_reference: { message_id: '901' }, allowed_mentions: { users: [helper.id] } } },
      { message: { message_reference: { message_id: '902' }, allowed_mentions: { users: [other.id] } } },
    ]);
  });

  it('changes nothing when the same answer is accepted twice, by the same person or by two at once', () => {
    questions.accept('700', reply('901'), asker);
    home.take();

    expect(questions.accept('700', reply('901'), asker).changed).toBe(false);
    expect(questions.accept('700', reply('901'), moderator).changed).toBe(false);
    expect(home.take()).toEqual([]);
  });

  it('lets the asker overrule a helper, but not the other way round', () => {
    questions.accept('700', reply('901', other.id), helper);
    questions.accept('700', reply('902', other.id), asker);

    expect(() => questions.accept('700', reply('903', other.id), helper)).toRefuse('overruled');
    expect(questions.undo('901', asker)).toMatchObject({ changed: true, question: { state: 'answered' } });
    expect(() => questions.accept('700', reply('901', other.id), helper)).toRefuse('overruled');
  });

  it('lets a moderator overrule the asker about one reply, and leaves the others to the asker', () => {
    questions.accept('700', reply('901'), asker);
    questions.undo('901', moderator);

    expect(() => questions.accept('700', reply('901'), asker)).toRefuse('overruled');
    expect(questions.accept('700', reply('902'), asker).changed).toBe(true);
    expect(questions.accept('700', reply('901'), moderator).changed).toBe(true);
    expect(() => questions.undo('901', asker)).toRefuse('overruled');
  });

  it('takes an acceptance back: the note goes, and the question is open again', () => {
    const { answer } = questions.accept('700', reply('901'), asker);
    questions.notePosted('901', answer.decision, 'n1');
    home.take();

    expect(questions.undo('901', asker).question.state).toBe('open');
    expect(home.take()).toEqual(
      expect.arrayContaining([
        { kind: 'delete', channel: '700', message: 'n1' },
        expect.objectContaining({ kind: 'thread.edit', tags: ['41'] }),
      ]),
    );
    expect(() => questions.undo('901', asker)).toRefuse('not_accepted');
  });

  it('deletes a note that Discord made only after the acceptance was taken back, even if it was given again', () => {
    const { answer } = questions.accept('700', reply('901'), asker);
    questions.undo('901', asker);
    const again = questions.accept('700', reply('901'), asker);
    home.take();

    questions.notePosted('901', answer.decision, 'n1');
    expect(home.take()).toEqual([{ kind: 'delete', channel: '700', message: 'n1' }]);
    questions.notePosted('901', again.answer.decision, 'n2');
    expect(home.take()).toEqual([]);
    questions.undo('901', asker);
    expect(home.take()).toContainEqual({ kind: 'delete', channel: '700', message: 'n2' });
  });

  it.each([
    ['in a thread that is no question', '999', reply('901'), asker, 'not_a_question'],
    ['of a bot', '700', { ...reply('901'), bot: true }, asker, 'not_a_reply'],
    ['that is the question itself', '700', reply('700', helper.id), asker, 'not_a_reply'],
    ['of one’s own', '700', reply('901', asker.id), asker, 'own_reply'],
    ['of one’s own, as a moderator', '700', reply('901', moderator.id), moderator, 'own_reply'],
    ['by a bystander', '700', reply('901'), other, 'not_yours'],
  ] as const)('refuses a reply %s', (_, thread, given, by, reason) => {
    expect(() => questions.accept(thread, given, by)).toRefuse(reason);
    expect(home.take()).toEqual([]);
  });

  it('goes on without the asker, who left', () => {
    expect(questions.accept('700', reply('901', other.id), helper).changed).toBe(true);
  });

  it('takes a person whom Discord lets moderate for a moderator', () => {
    const anyone = person('77', { moderates: true });
    expect(questions.accept('700', reply('901'), anyone).answer.standing).toBe('moderator');
  });
});

describe('closing', () => {
  beforeEach(() => void posted());

  it('says why, then archives; and opens first when it is reopened', () => {
    questions.close('700', 'duplicate', '见 #3', helper);
    const closing = home.take();
    expect(kinds(closing)).toEqual(['edit', 'post', 'thread.edit']);
    expect(closing.at(-1)).toEqual({ kind: 'thread.edit', thread: '700', tags: ['43'], archived: true });

    questions.reopen('700', asker);
    const reopening = home.take();
    expect(kinds(reopening)).toEqual(['thread.edit', 'edit', 'post']);
    expect(reopening[0]).toEqual({ kind: 'thread.edit', thread: '700', tags: ['41'], archived: false });
  });

  it('comes back as answered when it had an accepted answer', () => {
    questions.accept('700', reply('901'), asker);
    questions.close('700', 'solved', undefined, asker);

    expect(() => questions.undo('901', asker)).toRefuse('question_closed');
    expect(questions.reopen('700', asker).state).toBe('answered');
  });

  it('leaves what a moderator closed to moderators', () => {
    questions.close('700', 'off_topic', undefined, moderator);

    expect(() => questions.accept('700', reply('901'), asker)).toRefuse('question_closed');
    expect(() => questions.reopen('700', asker)).toRefuse('overruled');
    expect(() => questions.close('700', 'solved', undefined, asker)).toRefuse('already_closed');
    expect(questions.reopen('700', moderator).state).toBe('open');
  });

  it('is not for bystanders, nor for what is not closed', () => {
    expect(() => questions.close('700', 'other', undefined, other)).toRefuse('not_yours');
    expect(() => questions.reopen('700', asker)).toRefuse('not_closed');
    expect(() => questions.close('1', 'other', undefined, moderator)).toRefuse('not_a_question');
  });
});

describe('a question that nobody answers', () => {
  const ring = () => {
    for (const timer of home.guild.schedule.due(10)) {
      home.guild.schedule.advance(timer);
      questions.raise(Number(timer.payload));
    }
  };

  it('is raised once, after a day, in its post and to helpers', () => {
    posted();
    home.clock.advance(24 * HOUR - 1);
    expect(due()).toEqual([]);
    home.clock.advance(1);
    ring();

    const [effect, ...more] = home.take();
    expect(more).toEqual([]);
    expect(effect).toMatchObject({ kind: 'post', channel: '700', message: { allowed_mentions: { roles: ['31'] } } });
    home.clock.advance(100 * HOUR);
    ring();
    questions.close('700', 'other', undefined, asker);
    questions.reopen('700', asker);
    home.take();
    home.clock.advance(100 * HOUR);
    ring();
    expect(home.take()).toEqual([]);
  });

  it('is not raised once it has an answer, and is watched again when that is taken back', () => {
    posted();
    questions.accept('700', reply('901'), asker);
    home.clock.advance(30 * HOUR);
    expect(due()).toEqual([]);

    questions.undo('901', asker);
    home.clock.advance(23 * HOUR);
    expect(due()).toEqual([]);
    home.clock.advance(HOUR);
    expect(due()).toEqual(['question.raise']);
  });

  it('is raised a day after its post is there, however long Discord was out of reach', () => {
    questions.ask('d1', written, asker);
    home.take();
    home.clock.advance(48 * HOUR);
    ring();
    expect(home.take()).toEqual([]);
    questions.posted(1, '700');
    home.clock.advance(24 * HOUR - 1);
    expect(due()).toEqual([]);
    home.clock.advance(1);
    ring();
    expect(kinds(home.take())).toEqual(['post']);
  });

  it('is not raised after its post was deleted', () => {
    posted();
    home.community.lost('700');
    home.clock.advance(48 * HOUR);

    expect(due()).toEqual([]);
    expect(() => questions.accept('700', reply('901'), asker)).toRefuse('not_a_question');
  });
});

describe('a post that a person makes in the forum by hand', () => {
  const post = { thread: '800', asker: other.id, title: 'How do I grow a volume?', tags: ['51', '42'], createdAt: 5 };

  it('becomes a question, with a tag and a card, once', () => {
    questions.adopt(FORUM, post);
    questions.adopt(FORUM, post);

    const effects = home.take();
    expect(kinds(effects)).toEqual(['thread.edit', 'post']);
    expect(effects[0]).toMatchObject({ tags: ['41', '51'] });
    expect(questions.list({ state: 'open' }, 0).items).toMatchObject([{ thread: '800', language: 'en-US' }]);
  });

  it('does not when it lies elsewhere, or is older than our care for the forum', () => {
    questions.adopt('999', post);
    home.community.settings.setPlace('channel.questions', '501', 6);
    questions.adopt('501', post);

    expect(home.take()).toEqual([]);
  });

  it('keeps at most the five tags that Discord allows, ours first', () => {
    questions.adopt(FORUM, { ...post, tags: ['51', '52', '53', '54', '55'] });

    expect(home.take()[0]).toMatchObject({ tags: ['41', '51', '52', '53', '54'] });
  });

  it('forgets tags that staff deleted, which Discord would refuse', () => {
    questions.adopt(FORUM, { ...post, tags: ['51', '52'] });
    home.take();
    home.community.reconcile({ things: new Set([FORUM, '31', '32', '41', '42', '52']), posts: [] });
    questions.close('800', 'other', undefined, other);

    expect(home.take().at(-1)).toMatchObject({ kind: 'thread.edit', tags: ['52'], archived: true });
  });

  it('follows its renaming, and keeps the long title of a post of ours', () => {
    const long = `${'很长的标题'.repeat(30)}`;
    posted('700', long);
    questions.adopt(FORUM, post);
    questions.edited('800', 'Growing a volume', ['52']);
    questions.edited('700', `${long.slice(0, 99)}…`, ['41', '53']);

    expect(questions.list({ state: 'open' }, 0).items.map(({ title }) => title)).toEqual(['Growing a volume', long]);
    questions.accept('700', reply('901'), asker);
    expect(home.take().find(({ kind }) => kind === 'thread.edit')).toBeDefined();
  });
});

describe('the list', () => {
  it('gives pages of ten, oldest first, and the last page for one past the end', () => {
    for (let n = 0; n < 23; n += 1) {
      posted(String(700 + n), `问题${'甲乙丙丁戊己庚辛壬癸'[n % 10]}${n}`);
      home.clock.advance(1000);
    }
    const first = questions.list({ state: 'open' }, 0);
    expect(first).toMatchObject({ page: 0, pages: 3, total: 23 });
    expect(first.items.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(questions.list({ state: 'open' }, 99)).toMatchObject({
      page: 2,
      items: [{ id: 21 }, { id: 22 }, { id: 23 }],
    });
    expect(questions.list({ state: 'open' }, -1).page).toBe(0);
  });

  it('filters by state, person, language, version and words, and finds words of accepted answers', () => {
    questions.ask('d1', { ...written, version: 'v4.0.1' }, asker);
    questions.ask('d2', { title: 'Ceph pool is full', body: 'ENOSPC', version: '3.9' }, other);
    questions.posted(1, '701');
    questions.posted(2, '702');
    questions.accept('701', reply('901'), asker);
    const ids = (filter: Parameters<typeof questions.list>[0]) => questions.list(filter, 0).items.map(({ id }) => id);

    expect(ids({ state: 'open' })).toEqual([2]);
    expect(ids({ state: 'answered' })).toEqual([1]);
    expect(ids({ state: 'answered', asker: other.id })).toEqual([]);
    expect(ids({ state: 'open', language: 'en-US' })).toEqual([2]);
    expect(ids({ state: 'answered', version: '4.0' })).toEqual([1]);
    expect(ids({ state: 'open', words: 'ceph enos' })).toEqual([2]);
    expect(ids({ state: 'answered', words: '重启 libvirt' })).toEqual([1]);
    expect(ids({ state: 'open', words: '"*(' })).toEqual([]);
  });
});
