import type { Attachment, User } from 'discord.js';
import { expectTypeOf, it } from 'vitest';
import { slashCommand, subcommand } from '../../src/discord/command.js';
import { button, select } from '../../src/discord/component.js';
import { modal } from '../../src/discord/modal.js';

it('gives a command the option types that its declaration says', () => {
  slashCommand({
    name: 'find',
    options: {
      words: { type: 'string', required: true, autocomplete: (typed) => [{ name: typed, value: typed }] },
      in: { type: 'string', choices: ['questions', 'articles'] },
      most: { type: 'integer', choices: [5, 10], required: true },
      who: { type: 'user' },
    },
    async run(_, { options }) {
      expectTypeOf(options.words).toEqualTypeOf<string>();
      expectTypeOf(options.in).toEqualTypeOf<'questions' | 'articles' | undefined>();
      expectTypeOf(options.most).toEqualTypeOf<5 | 10>();
      expectTypeOf(options.who).toEqualTypeOf<User | undefined>();
      // @ts-expect-error: not declared
      options.where;
    },
  });
  slashCommand({
    name: 'question',
    subcommands: {
      close: subcommand({
        options: { reason: { type: 'string', choices: ['solved', 'duplicate'], required: true } },
        async run(_, { options }) {
          expectTypeOf(options.reason).toEqualTypeOf<'solved' | 'duplicate'>();
        },
      }),
    },
  });
});

it('gives a component the state that its declaration says', () => {
  const page = button({
    name: 'page',
    state: { at: 'int', of: 'id', mine: 'flag', order: ['old', 'new'] },
    async run(_, { state }) {
      expectTypeOf(state).toEqualTypeOf<{
        readonly at: number;
        readonly of: string;
        readonly mine: boolean;
        readonly order: 'old' | 'new';
      }>();
    },
  });
  expectTypeOf(page.id).parameter(0).toHaveProperty('order').toEqualTypeOf<'old' | 'new'>();
  const plain = select({
    name: 'plain',
    of: 'user',
    async run(_, { values }) {
      expectTypeOf(values).toEqualTypeOf<readonly string[]>();
    },
  });
  expectTypeOf(plain.id).parameters.toEqualTypeOf<[]>();
});

it('gives a modal the field types that its declaration says', () => {
  modal({
    name: 'ask',
    fields: {
      title: { type: 'line' },
      version: { type: 'line', required: false },
      area: { type: 'choice', choices: ['network', 'storage'] },
      log: { type: 'file', required: false },
    },
    async run(_, { fields }) {
      expectTypeOf(fields).toEqualTypeOf<{
        readonly title: string;
        readonly version: string | undefined;
        readonly area: 'network' | 'storage';
        readonly log: readonly Attachment[];
      }>();
    },
  });
});
