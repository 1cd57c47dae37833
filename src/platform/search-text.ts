/**
 * Text as the search index wants it, and people's words as queries on that index (SQLite's FTS5 with `unicode61`).
 *
 * FTS5's own tokenizers fail on Chinese: `unicode61` and `trigram` miss every word of two characters (部署, 主机). So a run
 * of Han characters is indexed as overlapping pairs plus its last character (云主机 → 云主 主机 机), and a query's run becomes
 * a phrase of pairs: exactly those texts that contain the run. The last character keeps two runs from seeming adjacent,
 * and lets a single character be found by prefix.
 */

/** What an FTS5 table over `indexed` text must be made with. */
export const TOKENIZE = 'unicode61 remove_diacritics 2';

/** More words than these in a query are ignored: people paste logs. */
const MOST_WORDS = 32;

/** A run of Han characters, or of anything else that `unicode61` would keep. */
const RUNS = /(?:(?=[\p{L}\p{N}])\p{Script=Han})+|(?:(?!\p{Script=Han})[\p{L}\p{N}\p{M}\p{Co}])+/gu;
const HAN = /^\p{Script=Han}/u;

/** The text to put in the index for this text. Never shown to anyone. */
export function indexed(text: string): string {
  return tokensOf(text).join(' ');
}

/**
 * The query that finds texts with all of these words: Han runs anywhere, other words from their beginning; parts joined by
 * punctuation (`4.0.1`, `ha-mn`) stay together. Undefined when the words hold nothing that could be searched.
 */
export function queryFor(words: string): string | undefined {
  const terms = fold(words).split(/\s+/u).flatMap(phrasesOf).slice(0, MOST_WORDS);
  return terms.length > 0 ? terms.join(' AND ') : undefined;
}

/** The pairs and words of a text that say something about it, as the index has them; single characters say too little. */
export function tellingTokens(text: string): string[] {
  return [...new Set(tokensOf(text))]
    .filter((token) => token.length > 1 && !STOP_WORDS.has(token))
    .slice(0, MOST_WORDS);
}

/** The query that finds texts with any of these tokens, to be ordered by `rank`. Give it at least one. */
export function queryForAny(tokens: readonly string[]): string {
  return tokens.map(quoted).join(' OR ');
}

/** How much of `text` is found in `other`, from 0 to 1, by pairs and words: what orders similar questions. */
export function likeness(text: string, other: string): number {
  const mine = tellingTokens(text);
  if (mine.length === 0) return 0;
  const theirs = new Set(tokensOf(other));
  return mine.filter((token) => theirs.has(token)).length / mine.length;
}

function tokensOf(text: string): string[] {
  return runsOf(fold(text)).flatMap((run) => (HAN.test(run) ? [...pairsOf(run), lastOf(run)] : [run]));
}

/** A term without spaces, as phrases: `云主机ip` is 云主机 anywhere and a word that begins with `ip`. */
function phrasesOf(term: string): string[] {
  const phrases: string[] = [];
  let latin: string[] = [];
  const endLatin = () => {
    if (latin.length > 0) phrases.push(`${quoted(latin.join(' '))}*`);
    latin = [];
  };
  for (const run of runsOf(term)) {
    if (!HAN.test(run)) {
      latin.push(run);
      continue;
    }
    endLatin();
    const pairs = pairsOf(run);
    phrases.push(pairs.length > 0 ? quoted(pairs.join(' ')) : `${quoted(run)}*`);
  }
  endLatin();
  return phrases;
}

function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}

function runsOf(folded: string): string[] {
  return folded.match(RUNS) ?? [];
}

function pairsOf(run: string): string[] {
  const characters = [...run];
  return characters.slice(1).map((character, index) => `${characters[index]}${character}`);
}

function lastOf(run: string): string {
  return [...run].at(-1) ?? '';
}

/** Runs hold letters and digits only, so quotes need no escaping; they keep AND, OR and NOT from being operators. */
function quoted(tokens: string): string {
  return `"${tokens}"`;
}

/** Words that almost every question has, and that make none alike. */
const STOP_WORDS = new Set(
  'an and are as at be but by can cannot do does for from has have how in is it my no not of on or the this to was what when where which why will with you 怎么 什么 如何 为什 么办 怎样 请问 可以 不能 无法 没有 一个 问题 时候'.split(
    ' ',
  ),
);
