/**
 * Discord's markdown as a tree: blocks by lines, then spans within them. It never makes markup: the tree is drawn by
 * view.tsx as elements, so whatever anyone wrote stays text.
 */
import { emojiPattern } from './emoji.js';

export type Inline =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'emoji'; readonly text: string }
  | { readonly kind: 'custom-emoji'; readonly id: string; readonly name: string; readonly animated: boolean }
  | { readonly kind: 'bold' | 'italic' | 'underline' | 'strike' | 'spoiler'; readonly inside: readonly Inline[] }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'link'; readonly href: string; readonly inside: readonly Inline[] }
  | { readonly kind: 'user' | 'role' | 'channel'; readonly id: string }
  | { readonly kind: 'command'; readonly name: string }
  | { readonly kind: 'everyone'; readonly text: string }
  | { readonly kind: 'time'; readonly at: number; readonly style: string };

export interface Item {
  readonly inside: readonly Inline[];
  readonly list: List | undefined;
}

export interface List {
  readonly kind: 'list';
  readonly ordered: boolean;
  readonly start: number;
  readonly items: readonly Item[];
}

export type Block =
  | { readonly kind: 'lines'; readonly inside: readonly Inline[] }
  | { readonly kind: 'heading'; readonly level: 1 | 2 | 3; readonly inside: readonly Inline[] }
  | { readonly kind: 'small'; readonly inside: readonly Inline[] }
  | { readonly kind: 'quote'; readonly inside: readonly Block[] }
  | { readonly kind: 'fence'; readonly language: string; readonly text: string }
  | List;

/** Spans within spans deeper than this stay as they were written. */
const deepest = 8;

type Rule = (match: RegExpExecArray, depth: number) => Inline | undefined;

const wrap =
  (kind: 'bold' | 'italic' | 'underline' | 'strike' | 'spoiler'): Rule =>
  ([, inside = ''], depth) => ({ kind, inside: spans(inside, depth + 1) });

/** A link is http or https, or it is not a link. */
export function safeLink(href: string): string | undefined {
  const url = URL.canParse(href) ? new URL(href) : undefined;
  return url?.protocol === 'http:' || url?.protocol === 'https:' ? url.href : undefined;
}

const linked = (href: string, inside: readonly Inline[]): Inline | undefined => {
  const safe = safeLink(href);
  return safe === undefined ? undefined : { kind: 'link', href: safe, inside };
};

/** Tried in order where a span could begin; each is anchored at its place (flag y). */
const rules: readonly (readonly [RegExp, Rule])[] = [
  [/\\([^\p{L}\p{N}\s])/uy, ([, text = '']) => ({ kind: 'text', text })],
  [
    /(`+)([^`](?:[\s\S]*?[^`])?)\1(?!`)/y,
    ([, , text = '']) => ({ kind: 'code', text: text.replace(/^ (.*) $/s, '$1') }),
  ],
  [
    /\*\*\*(\S(?:[\s\S]*?\S)?)\*\*\*(?!\*)/y,
    (match, depth) => ({ kind: 'bold', inside: [wrapped('italic', match, depth)] }),
  ],
  [/\*\*(?=\S)([\s\S]+?)\*\*(?!\*)/y, wrap('bold')],
  [/\*(?=[^\s*])([\s\S]*?[^\s*])\*(?!\*)/y, wrap('italic')],
  [/__([\s\S]+?)__(?!_)/y, wrap('underline')],
  [/_(?=[^\s_])([\s\S]*?[^\s_])_(?![\p{L}\p{N}_])/uy, wrap('italic')],
  [/~~([\s\S]+?)~~/y, wrap('strike')],
  [/\|\|([\s\S]+?)\|\|/y, wrap('spoiler')],
  [/<@!?(\d{1,20})>/y, ([, id = '']) => ({ kind: 'user', id })],
  [/<@&(\d{1,20})>/y, ([, id = '']) => ({ kind: 'role', id })],
  [/<#(\d{1,20})>/y, ([, id = '']) => ({ kind: 'channel', id })],
  [/<\/([^:>\n]{1,100}):\d{1,20}>/y, ([, name = '']) => ({ kind: 'command', name })],
  [
    /<(a?):(\w{1,32}):(\d{1,20})>/y,
    ([, animated, name = '', id = '']) => ({ kind: 'custom-emoji', id, name, animated: animated === 'a' }),
  ],
  [
    /<t:(-?\d{1,13})(?::([tTdDfFR]))?>/y,
    ([, seconds, style = 'f']) => ({ kind: 'time', at: Number(seconds) * 1000, style }),
  ],
  [/<(https?:\/\/[^\s>]+)>/y, ([, href = '']) => linked(href, [{ kind: 'text', text: href }])],
  [
    // Brackets may stand in the words, in pairs.
    /\[((?:\[[^[\]]*\]|[^[\]]){1,1000})\]\(<?(https?:\/\/[^\s()<>]+(?:\([^\s()<>]*\)[^\s()<>]*)*)>?(?: "[^"]*")?\)/y,
    ([, label = '', href = ''], depth) => linked(href, spans(label, depth + 1)),
  ],
  [
    /https?:\/\/[^\s<>|，。；：！？、（）【】「」《》]*[^\s<>|.,:;"'!?)\]}，。；：！？、（）【】「」《》]/y,
    ([href]) => linked(href, [{ kind: 'text', text: href }]),
  ],
  [/@(?:everyone|here)\b/y, ([text]) => ({ kind: 'everyone', text })],
  [emojiPattern, ([text]) => ({ kind: 'emoji', text })],
];

function wrapped(kind: 'italic', match: RegExpExecArray, depth: number): Inline {
  return { kind, inside: spans(match[1] ?? '', depth + 2) };
}

/** Characters at which no rule can begin are taken in one go. */
const plain = /[^\\`*_~|<[h@\p{Extended_Pictographic}\p{Regional_Indicator}#\d]+/uy;

/** Spans of a text without line structure. */
export function spans(text: string, depth = 0): Inline[] {
  if (depth > deepest) return [{ kind: 'text', text }];
  const found: Inline[] = [];
  let written = '';
  const flush = () => {
    if (written) found.push({ kind: 'text', text: written });
    written = '';
  };
  for (let at = 0; at < text.length; ) {
    plain.lastIndex = at;
    const run = plain.exec(text)?.[0];
    if (run) {
      written += run;
      at += run.length;
      continue;
    }
    const [inline, length] = spanAt(text, at, depth);
    if (inline?.kind === 'text') written += inline.text;
    else if (inline) {
      flush();
      found.push(inline);
    } else written += text.slice(at, at + length);
    at += length;
  }
  flush();
  return found;
}

function spanAt(text: string, at: number, depth: number): [Inline | undefined, number] {
  // `snake_case_names` are not italic: a lone underscore opens only after something that is no letter.
  const inWord = text[at] === '_' && text[at + 1] !== '_' && at > 0 && /[\p{L}\p{N}_]/u.test(text.charAt(at - 1));
  if (!inWord) {
    for (const [pattern, rule] of rules) {
      pattern.lastIndex = at;
      const match = pattern.exec(text);
      const inline = match?.[0] ? rule(match, depth) : undefined;
      if (match && inline) return [inline, match[0].length];
    }
  }
  return [undefined, String.fromCodePoint(text.codePointAt(at) ?? 0).length];
}

const fence = /```(?:([\w+#.-]{1,32})\n)?\n?([\s\S]*?)\n?```/g;

/** A whole message: code fences first, since nothing inside them is markdown. */
export function parse(text: string, quoted = false): Block[] {
  const blocks: Block[] = [];
  let from = 0;
  for (const match of text.matchAll(fence)) {
    const [whole, language = '', code = ''] = match;
    if (!code) continue;
    blocks.push(...linesToBlocks(text.slice(from, match.index).replace(/\n$/, ''), quoted));
    blocks.push({ kind: 'fence', language, text: code });
    from = match.index + whole.length;
    if (text[from] === '\n') from++;
  }
  return [...blocks, ...linesToBlocks(text.slice(from), quoted)];
}

function linesToBlocks(text: string, quoted: boolean): Block[] {
  if (!text) return [];
  const lines = text.split('\n');
  const blocks: Block[] = [];
  let plainLines: string[] = [];
  const flush = () => {
    if (plainLines.length) blocks.push({ kind: 'lines', inside: spans(plainLines.join('\n')) });
    plainLines = [];
  };
  for (let at = 0; at < lines.length; ) {
    const [block, used] = blockAt(lines, at, quoted);
    if (block) {
      flush();
      blocks.push(block);
    } else plainLines.push(lines[at] ?? '');
    at += used;
  }
  flush();
  return blocks;
}

function blockAt(lines: readonly string[], at: number, quoted: boolean): [Block | undefined, number] {
  const line = lines[at] ?? '';
  const heading = /^(#{1,3}) +(.+)$/.exec(line);
  if (heading) {
    const level = heading[1]?.length === 1 ? 1 : heading[1]?.length === 2 ? 2 : 3;
    return [{ kind: 'heading', level, inside: spans(heading[2] ?? '') }, 1];
  }
  const small = /^-# +(.+)$/.exec(line);
  if (small) return [{ kind: 'small', inside: spans(small[1] ?? '') }, 1];
  if (!quoted && line.startsWith('>>> ')) {
    const rest = [line.slice(4), ...lines.slice(at + 1)].join('\n');
    return [{ kind: 'quote', inside: parse(rest, true) }, lines.length - at];
  }
  if (!quoted && isQuote(line)) {
    const until = lines.findIndex((other, index) => index > at && !isQuote(other));
    const quote = lines.slice(at, until < 0 ? lines.length : until);
    return [{ kind: 'quote', inside: parse(quote.map((one) => one.slice(2)).join('\n'), true) }, quote.length];
  }
  if (bullet.test(line)) {
    const until = lines.findIndex((other, index) => index > at && (!bullet.test(other) || endsList(line, other)));
    const items = lines.slice(at, until < 0 ? lines.length : until);
    return [list(items), items.length];
  }
  return [undefined, 1];
}

const isQuote = (line: string) => line.startsWith('> ') || line === '>';
const bullet = /^( *)(?:([-*])|(\d{1,9})\.) +(\S.*)$/;
const indentOf = (line: string) => bullet.exec(line)?.[1]?.length ?? 0;

/** Numbers after bullets, or the other way round, are a list of their own. */
const endsList = (first: string, other: string) =>
  indentOf(other) <= indentOf(first) && isNumbered(other) !== isNumbered(first);
const isNumbered = (line: string) => bullet.exec(line)?.[3] !== undefined;

/** Lines that are all bullets; those indented deeper than the first belong under the one before them. */
function list(lines: readonly string[]): List {
  const [first = ''] = lines;
  const indent = indentOf(first);
  const items: Item[] = [];
  for (let at = 0; at < lines.length; ) {
    const line = lines[at] ?? '';
    const next = lines.findIndex((other, index) => index > at && indentOf(other) <= indent);
    const end = next < 0 ? lines.length : next;
    const deeper = lines.slice(at + 1, end);
    items.push({ inside: spans(bullet.exec(line)?.[4] ?? ''), list: deeper.length ? list(deeper) : undefined });
    at = end;
  }
  const number = bullet.exec(first)?.[3];
  return { kind: 'list', ordered: number !== undefined, start: Number(number ?? 1), items };
}

/** A message of nothing but a few emoji is shown large. */
export function isJumbo(blocks: readonly Block[]): boolean {
  const [only, ...more] = blocks;
  if (only?.kind !== 'lines' || more.length > 0 || only.inside.length > 54) return false;
  return only.inside.every(
    (span) => span.kind === 'emoji' || span.kind === 'custom-emoji' || (span.kind === 'text' && !span.text.trim()),
  );
}
