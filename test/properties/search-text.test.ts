import Database from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { indexed, queryFor, TOKENIZE } from '../../src/platform/search-text.js';

/** Few characters and words, so that random queries hit often, in wholes and in parts. */
const HAN = [...'云主机部署存储网络管理节点快照镜像物理升级𠀀'];
const WORDS = ['ip', 'ipv6', 'ceph', 'cephfs', 'ha', 'mn', 'vm', 'vmware', 'zstack', '404', '40', 'café'];
const BETWEEN = ['', ' ', '，', '。', '-', '/', '\n', '🐦'];

const piece = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.array(fc.constantFrom(...HAN), { minLength: 1, maxLength: 6 }).map((run) => run.join('')),
  },
  { weight: 2, arbitrary: fc.constantFrom(...WORDS) },
  { weight: 1, arbitrary: fc.constantFrom(...WORDS).map((word) => word.toUpperCase()) },
);
const document = fc
  .array(fc.tuple(piece, fc.constantFrom(...BETWEEN)), { minLength: 1, maxLength: 12 })
  .map((pieces) => pieces.flat().join(''));
const query = fc
  .array(
    fc.oneof(
      fc.array(fc.constantFrom(...HAN), { minLength: 1, maxLength: 3 }).map((run) => run.join('')),
      fc.constantFrom(...WORDS),
      fc.constantFrom(...WORDS).map((word) => word.slice(0, 2)),
      fc.tuple(fc.constantFrom(...HAN), fc.constantFrom(...WORDS)).map((pair) => pair.join('')),
    ),
    { minLength: 1, maxLength: 3 },
  )
  .map((terms) => terms.join(' '));

interface Read {
  readonly text: string;
  readonly words: readonly string[];
}

function read(document: string): Read {
  const text = document.normalize('NFKC').toLowerCase();
  return { text, words: text.split(/[^a-zé0-9]+/u) };
}

/** What is meant, written the slow way: each Han run of the query is a substring, each other word begins a word. */
function meaning(query: string): (document: Read) => boolean {
  const runs = query.match(/\p{Script=Han}+|[^\p{Script=Han} ]+/gu) ?? [];
  return ({ text, words }) =>
    runs.every((run) =>
      /\p{Script=Han}/u.test(run) ? text.includes(run) : words.some((word) => word.startsWith(run)),
    );
}

describe('search', () => {
  it('finds exactly what substring search finds, in 600 random queries over 3,000 documents', () => {
    const documents = fc.sample(document, { numRuns: 3_000, seed: 2015 });
    const db = new Database(':memory:');
    db.exec(`CREATE VIRTUAL TABLE search USING fts5(text, tokenize = "${TOKENIZE}")`);
    const insert = db.prepare('INSERT INTO search (rowid, text) VALUES (?, ?)');
    db.transaction(() => {
      for (const [id, text] of documents.entries()) insert.run(id, indexed(text));
    })();
    const search = db.prepare('SELECT rowid FROM search WHERE search MATCH ? ORDER BY rowid').pluck();

    const readDocuments = documents.map(read);
    let hits = 0;
    for (const words of fc.sample(query, { numRuns: 600, seed: 2020 })) {
      const wanted = meaning(words);
      const expected = readDocuments.flatMap((document, id) => (wanted(document) ? [id] : []));
      expect(search.all(queryFor(words)), words).toEqual(expected);
      hits += expected.length;
    }
    expect(hits).toBeGreaterThan(10_000);
    db.close();
  });
});
