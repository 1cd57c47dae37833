import { describe, expect, it } from 'vitest';
import { type Answer, BODY_LIMIT, type Question, TITLE_LIMIT } from '../../../src/community/question.js';
import type { QuestionCard } from '../../../src/community/question-effects.js';
import type { ListedQuestion } from '../../../src/community/question-search.js';
import type { Languages } from '../../../src/community/settings.js';
import { questionPosts } from '../../../src/discord/views/question-posts.js';
import * as views from '../../../src/discord/views/questions.js';
import { body, cut, plain } from '../../../src/discord/views/text.js';
import { textOf } from '../../../src/local-discord/validate/components.js';
import { readMessage } from '../../../src/local-discord/validate/message.js';
import { LOCALES, translator } from '../../../src/platform/i18n.js';

const SNOWFLAKE = '1234567890123456789';
const LANGUAGES: readonly Languages[] = [['zh-CN'], ['en-US'], ['zh-CN', 'en-US']];

function question(as: Partial<Question> = {}): Question {
  return {
    id: 12,
    thread: SNOWFLAKE,
    card: SNOWFLAKE,
    asker: SNOWFLAKE,
    title: '云主机无法启动',
    body: '一直是 Unknown',
    version: '4.0.1',
    language: 'zh-CN',
    tags: [],
    file: undefined,
    state: 'open',
    askedAt: Date.UTC(2026, 10, 23),
    ours: true,
    closed: undefined,
    ...as,
  };
}

const answer = (n: number): Answer => ({
  message: String(BigInt(SNOWFLAKE) + BigInt(n)),
  question: 12,
  author: SNOWFLAKE,
  accepted: true,
  standing: 'asker',
  decidedBy: SNOWFLAKE,
  decision: 1,
  note: undefined,
});

const card = (
  as: Partial<Question>,
  languages: Languages = ['zh-CN'],
  accepted: readonly Answer[] = [],
): QuestionCard => ({
  question: question(as),
  accepted,
  languages,
  guild: SNOWFLAKE,
});

const listed = (as: Partial<ListedQuestion> = {}): ListedQuestion => ({
  ...{ id: 12, thread: SNOWFLAKE, asker: SNOWFLAKE, title: '云主机无法启动', version: '4.0.1' },
  ...{ language: 'zh-CN', state: 'open', askedAt: 0, answers: 0 },
  ...as,
});

/** Reads a message as strictly as Discord: throws with every mistake. Gives what can be read in it. */
function shown(message: object): string {
  const { content, components } = readMessage(JSON.parse(JSON.stringify(message)), []);
  return `${content ?? ''}${textOf(components ?? [])}`;
}

const HOSTILE: readonly [string, string][] = [
  ['the longest text of two thousand Chinese characters and more', '云'.repeat(BODY_LIMIT)],
  ['nothing but emoji of many parts', '👩‍👩‍👧‍👦'.repeat(TITLE_LIMIT).slice(0, BODY_LIMIT)],
  ['nothing but marks that must be made plain', '*_~`|<>#[]()'.repeat(300).slice(0, BODY_LIMIT)],
  ['links that hide where they lead', '[a](http://x)'.repeat(300).slice(0, BODY_LIMIT)],
  ['a code block that never ends', '```\n日志'],
  ['nothing', ''],
];

describe('the card of a question', () => {
  it.each(HOSTILE)('fits Discord’s limits with %s', (_, text) => {
    for (const languages of LANGUAGES) {
      for (const state of ['open', 'answered', 'closed', 'gone'] as const) {
        const given = { body: text, title: text.slice(0, TITLE_LIMIT) || '？', version: text.slice(0, 40), state };
        shown(
          questionPosts.card(
            card(
              given,
              languages,
              Array.from({ length: 20 }, (_, n) => answer(n)),
            ),
          ),
        );
      }
    }
  });

  it('shows the whole of a long question in both languages, without answers as yet', () => {
    const text = '很'.repeat(BODY_LIMIT);
    expect(
      shown(questionPosts.card(card({ body: text, title: '长'.repeat(TITLE_LIMIT) }, ['zh-CN', 'en-US']))),
    ).toContain(text);
  });

  it('tells the asker of a post of ours, and nobody else', () => {
    expect(questionPosts.card(card({})).allowed_mentions).toEqual({ parse: [], users: [SNOWFLAKE] });
    expect(questionPosts.card(card({ ours: false })).allowed_mentions).toEqual({ parse: [], users: [] });
  });

  it('speaks the server’s languages, not the asker’s', () => {
    const english = shown(questionPosts.card(card({}, ['en-US'])));
    expect(english).toContain('Open');
    expect(english).not.toContain('待解答');
    const both = shown(questionPosts.card(card({}, ['zh-CN', 'en-US'])));
    expect(both).toContain('待解答 · Open');
  });

  it('links accepted answers, the first five of them', () => {
    const text = shown(questionPosts.card(card({ state: 'answered' }, ['en-US'], [1, 2, 3, 4, 5, 6, 7].map(answer))));
    expect(text.match(/https:\/\/discord\.com\/channels\//g)).toHaveLength(5);
    expect(text).toContain('and 2 more');
  });

  it('shows its log file', () => {
    const { components } = questionPosts.card(card({ file: 'zstack.log' }));
    expect(JSON.stringify(components)).toContain('attachment://zstack.log');
  });
});

describe('the name of a post', () => {
  it('is cut to a hundred between whole characters', () => {
    expect(questionPosts.name(question({ title: '短' }))).toBe('短');
    const name = questionPosts.name(question({ title: '👩‍👩‍👧‍👦'.repeat(18) }));
    expect(name).toBe(`${'👩‍👩‍👧‍👦'.repeat(9)}…`);
    expect(questionPosts.name(question({ title: '云'.repeat(101) }))).toHaveLength(100);
  });
});

describe('notes in a post', () => {
  it.each(LANGUAGES.map((languages) => ({ languages })))('fit Discord’s limits ($languages)', ({ languages }) => {
    const closed = { by: SNOWFLAKE, standing: 'asker', reason: 'other', note: '*'.repeat(300) } as const;
    const given = card({ closed, state: 'closed' }, languages);
    shown(questionPosts.accepted(given, answer(1)));
    shown(questionPosts.closed(given));
    shown(questionPosts.reopened(given, SNOWFLAKE));
    expect(shown(questionPosts.raised(given, SNOWFLAKE))).toContain(`<@&${SNOWFLAKE}>`);
    expect(shown(questionPosts.raised(given, undefined))).not.toContain('<@&');
  });
});

describe('answers that only one person sees', () => {
  const draft = { id: SNOWFLAKE, asker: SNOWFLAKE, title: '*'.repeat(TITLE_LIMIT), body: '' };

  it.each(LOCALES)('fit Discord’s limits (%s)', (locale) => {
    const t = translator(locale);
    const title = '[*'.repeat(TITLE_LIMIT / 2);
    const similar = Array.from({ length: 5 }, (_, id) => ({
      ...listed({ id, title, version: '`'.repeat(40) }),
      likeness: 1,
    }));
    shown(views.asked(t, SNOWFLAKE, SNOWFLAKE, { kind: 'similar', draft, similar }));
    shown(views.asked(t, SNOWFLAKE, undefined, { kind: 'posted', question: question({ title, thread: undefined }) }));
    const context = { name: `${'_'.repeat(60)}.exe`, limit: 10 };
    for (const reason of ['no_forum', 'title_empty', 'file_too_large', 'file_wrong_type'] as const) {
      shown(views.asked(t, SNOWFLAKE, SNOWFLAKE, { kind: 'problem', draft, problem: { reason, context } }));
    }
    const decided = { question: question(), answer: answer(1), changed: true };
    shown(views.accepted(t, decided));
    shown(views.undone(t, decided));
  });

  it.each(LOCALES)('page through a list of the longest lines, the emptiest and the last (%s)', (locale) => {
    const t = translator(locale);
    const items = Array.from({ length: 10 }, (_, id) =>
      listed({ id: 1_000_000 + id, title: '[_'.repeat(TITLE_LIMIT / 2), version: '*'.repeat(40) }),
    );
    const filter = {
      state: 'open',
      asker: SNOWFLAKE,
      language: 'zh-CN',
      version: '*'.repeat(16),
      words: '词'.repeat(32),
    } as const;
    shown(views.list(t, SNOWFLAKE, filter, { items, page: 998, pages: 1000, total: 10_000 }));
    shown(views.list(t, SNOWFLAKE, filter, { items, page: 0, pages: 2, total: 11 }));
    expect(shown(views.list(t, SNOWFLAKE, { state: 'open' }, { items: [], page: 0, pages: 1, total: 0 }))).toContain(
      t('question.list.empty', { state: 'open' }),
    );
  });

  it('say that nothing fits, not that all is answered, where a filter left nothing', () => {
    const t = translator('en-US');
    const none = { items: [], page: 0, pages: 1, total: 0 };
    const told = shown(views.list(t, SNOWFLAKE, { state: 'open', words: 'ceph' }, none));
    expect(told).toContain(t('question.list.none'));
    expect(told).not.toContain(t('question.list.empty', { state: 'open' }));
  });

  it('link titles that have brackets in them', () => {
    const page = { items: [listed({ title: '[error] disk[0' })], page: 0, pages: 1, total: 1 };
    expect(shown(views.list(translator('en-US'), SNOWFLAKE, { state: 'open' }, page))).toContain(
      `[［error］ disk［0](https://discord.com/channels/`,
    );
  });

  it('carry their filter in their buttons, whatever words people type', () => {
    expect(views.filterWords('🇨🇳'.repeat(40), 6)).toBe('🇨🇳');
    const words = views.filterWords(' a:b%c\n  很长的词'.repeat(9), views.LIST_WORDS_LIMIT);
    const filter = { state: 'closed', words } as const;
    const view = views.list(translator('zh-CN'), SNOWFLAKE, filter, {
      items: [listed()],
      page: 1,
      pages: 3,
      total: 21,
    });
    shown(view);
    expect(words).toBe('a b c 很长的词 a b c 很长的词 a b c 很长的词');
  });
});

describe('other people’s words', () => {
  it.each([
    ['@everyone', '@\u200beveryone'],
    ['<@123>', '\\<@\u200b123\\>'],
    ['**bold** [a](https://x)', '\\*\\*bold\\*\\* \\[a\\]\\(https:\u200b//x\\)'],
    ['# big\n> quote', '\\# big \\> quote'],
  ])('are made plain: %s', (written, told) => {
    expect(plain(written)).toBe(told);
  });

  it('keep their formatting in a body, but hide no links and call nobody', () => {
    expect(body('```\ncode\n``` **x** [here](http://evil) @everyone')).toBe(
      '```\ncode\n``` **x** [here]\\(http://evil) @\u200beveryone',
    );
  });

  it('are cut only where they are too long', () => {
    expect(cut('abc', 3)).toBe('abc');
    expect(cut('abcd', 3)).toBe('ab…');
    expect(cut('a🇨🇳🇨🇳', 6)).toBe('a🇨🇳…');
  });
});
