import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Block, type Inline, isJumbo, parse, safeLink } from '../../src/local-discord/page/markdown/parse.js';

/** A compact way to read a tree: kinds with what is in them. */
const show = (blocks: readonly Block[]): string => blocks.map(showBlock).join('|');

function showBlock(block: Block): string {
  switch (block.kind) {
    case 'lines':
      return showAll(block.inside);
    case 'heading':
      return `h${block.level}(${showAll(block.inside)})`;
    case 'small':
      return `small(${showAll(block.inside)})`;
    case 'quote':
      return `quote(${show(block.inside)})`;
    case 'fence':
      return `fence:${block.language}(${block.text})`;
    case 'list': {
      const items = block.items.map(({ inside, list }) => showAll(inside) + (list ? showBlock(list) : ''));
      return `${block.ordered ? `ol${block.start}` : 'ul'}(${items.join(';')})`;
    }
  }
}

const showAll = (inside: readonly Inline[]): string => inside.map(showInline).join('');

function showInline(span: Inline): string {
  if ('inside' in span) return `${span.kind}${span.kind === 'link' ? `:${span.href}` : ''}(${showAll(span.inside)})`;
  if (span.kind === 'text') return span.text;
  if ('text' in span) return `${span.kind}(${span.text})`;
  if (span.kind === 'time') return `time(${span.at},${span.style})`;
  if (span.kind === 'command') return `command(${span.name})`;
  return `${span.kind}(${span.id})`;
}

describe("Discord's markdown", () => {
  it.each([
    [
      '**bold** *it* __under__ ~~gone~~ ||hidden||',
      'bold(bold) italic(it) underline(under) strike(gone) spoiler(hidden)',
    ],
    ['***both***', 'bold(italic(both))'],
    ['**a *b* c**', 'bold(a italic(b) c)'],
    ['snake_case_name and _really_', 'snake_case_name and italic(really)'],
    ['2 * 3 * 4', '2 * 3 * 4'],
    ['`a **b**` ``c ` d``', 'code(a **b**) code(c ` d)'],
    ['\\*not\\*', '*not*'],
    ['# One\n## Two\n### Three\n#not', 'h1(One)|h2(Two)|h3(Three)|#not'],
    ['-# small print', 'small(small print)'],
    ['> a\n> b\nc', 'quote(a\nb)|c'],
    ['>>> a\nb', 'quote(a\nb)'],
    ['- a\n  - b\n- c', 'ul(aul(b);c)'],
    ['3. a\n4. b', 'ol3(a;b)'],
    ['- a\n  - b\n1. one\n2. two\n- c', 'ul(aul(b))|ol1(one;two)|ul(c)'],
    ['```js\nlet a = "**b**";\n```after', 'fence:js(let a = "**b**";)|after'],
    ['```one line```', 'fence:(one line)'],
    [
      '<@1> <@!2> <@&3> <#4> </ask me:5> @everyone',
      'user(1) user(2) role(3) channel(4) command(ask me) everyone(@everyone)',
    ],
    ['<:bird:12> <a:fly:13>', 'custom-emoji(12) custom-emoji(13)'],
    ['<t:0:R> <t:60>', 'time(0,R) time(60000,f)'],
    ['see https://example.org/a_b_c.', 'see link:https://example.org/a_b_c(https://example.org/a_b_c).'],
    ['看https://example.org/文档。好', '看link:https://example.org/%E6%96%87%E6%A1%A3(https://example.org/文档)。好'],
    ['[docs](https://example.org)', 'link:https://example.org/(docs)'],
    ['[[error] VM \\[1\\]](https://example.org)', 'link:https://example.org/([error] VM [1])'],
    ['[x](javascript:alert(1))', '[x](javascript:alert(1))'],
    ['<img src=x onerror=alert(1)>', '<img src=x onerror=alert(1)>'],
    ['云主机🐣启动', '云主机emoji(🐣)启动'],
    ['1️⃣ 👨‍👩‍👧', 'emoji(1️⃣) emoji(👨‍👩‍👧)'],
    ['**open', '**open'],
    ['', ''],
  ])('reads %j', (text, tree) => {
    expect(show(parse(text))).toBe(tree);
  });

  it('links to http and https and nothing else', () => {
    expect(safeLink('https://a.b/')).toBe('https://a.b/');
    for (const bad of ['javascript:alert(1)', 'data:text/html,x', ' javascript:x', 'file:///etc/passwd', 'x']) {
      expect(safeLink(bad)).toBeUndefined();
    }
  });

  it('shows a message of emoji alone large', () => {
    expect(isJumbo(parse('🐣 🐥'))).toBe(true);
    expect(isJumbo(parse('🐣 hi'))).toBe(false);
    expect(isJumbo(parse('1'))).toBe(false);
  });

  it('loses no word, whatever marks stand around it', () => {
    const part = fc.constantFrom(
      '**',
      '*',
      '_',
      '__',
      '||',
      '~~',
      '```',
      '`',
      '> ',
      '- ',
      '# ',
      '\n',
      ' ',
      '云',
      '主机',
    );
    const letters = (text: string) => text.replace(/[^\p{Script=Han}]/gu, '');
    fc.assert(
      fc.property(fc.array(part, { maxLength: 40 }), (parts) => {
        const text = parts.join('');
        expect(letters(show(parse(text)))).toBe(letters(text));
      }),
    );
  });

  it.each(['*', '**', '_', '`', '|', '[', '> ', '- ', '<', '```\n', '(https://', '~~a', '||a'])(
    'is done with 4,000 characters of %j that never close',
    (part) => {
      expect(parse(part.repeat(Math.ceil(4000 / part.length)).slice(0, 4000)).length).toBeGreaterThan(0);
    },
    2_000,
  );
});
