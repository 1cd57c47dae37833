import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import hunt from '../../src/cli/hunt.js';
import type { CliCommand } from '../../src/cli/index.js';
import replay from '../../src/cli/replay.js';
import suite from '../../src/cli/suite.js';
import { packageRoot } from '../../src/platform/paths.js';
import { suiteJsonSchema } from '../../src/woodpecker/suite/schema.js';
import { STRATEGIES } from '../../src/woodpecker/types.js';
import { ran } from '../woodpecker/cli/terminal.js';

const read = (name: string): string => readFileSync(join(packageRoot, 'docs', name), 'utf8');
const english = read('suites.md');
const chinese = read('suites.zh-CN.md');

const folder = mkdtempSync(join(tmpdir(), 'flock-docs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Block {
  /** What the comment above it says: `file: PATH`, `add: PATH`, `run: EXIT CODE`, `shows`. */
  readonly what: string;
  readonly argument: string;
  readonly text: string;
}

/** The blocks of code that a document marks as its example. */
function blocksOf(markdown: string): Block[] {
  const marked = /<!-- (file|add|run|shows)(?:: (.+?))? -->\n```\w*\n([\s\S]*?)```/g;
  return [...markdown.matchAll(marked)].map(([, what = '', argument = '', text = '']) => ({ what, argument, text }));
}

const COMMANDS: Readonly<Record<string, CliCommand>> = { suite, hunt, replay };

/** How many steps a walk took until it failed is nobody's business. */
const withoutNumbers = (text: string): string =>
  text.replace(/#\d+ is/g, '#N is').replace(/after \d+ steps/g, 'after N steps');

describe('the example of docs/suites.md', () => {
  it('does what the document says, block by block', async () => {
    const home = process.cwd();
    let out = '';
    process.chdir(folder);
    try {
      for (const { what, argument, text } of blocksOf(english)) {
        mkdirSync(dirname(argument || '.'), { recursive: true });
        if (what === 'file') writeFileSync(argument, text);
        else if (what === 'add') writeFileSync(argument, `${readFileSync(argument, 'utf8')}\n${text}`);
        else if (what === 'run') out = await shell(text, Number(argument));
        else for (const line of withoutNumbers(text).trimEnd().split('\n')) expect(out).toContain(line);
      }
    } finally {
      process.chdir(home);
    }
  }, 240_000);

  it('is the same in Chinese', () => {
    expect(blocksOf(chinese)).toEqual(blocksOf(english));
    expect(blocksOf(english).length).toBeGreaterThan(10);
  });
});

/** Runs lines of `flock …`; each must exit so. */
async function shell(lines: string, exit: number): Promise<string> {
  const out: string[] = [];
  for (const line of lines.trim().split('\n')) {
    const [, name = '', ...args] = line.split(/\s+/);
    const command = COMMANDS[name];
    if (!command) throw new Error(`the example runs ${line}`);
    const done = await ran(command, args);
    out.push(done.out);
    expect({ line, code: done.code, err: done.err }).toMatchObject({ code: exit });
  }
  return withoutNumbers(out.join('\n'));
}

describe.each([
  ['in English', english],
  ['in Chinese', chinese],
])('the reference %s', (_, text) => {
  it('explains every key that a suite may have', () => {
    const explained = (key: string) => new RegExp(`\`[^\`\\n]*\\b${key}\\b[^\`\\n]*\``).test(text);
    expect([...keysOf(suiteJsonSchema())].filter((key) => !explained(key))).toEqual([]);
  });

  it('names every strategy and every option of a hunt', () => {
    const options = hunt.usage.match(/--[a-z]+/g) ?? [];
    for (const word of [...STRATEGIES, ...options]) expect(text).toContain(word);
  });
});

/** Every key that a suite may have, at any depth, except the names that its author chooses. */
function keysOf(schema: unknown, found = new Set<string>()): Set<string> {
  if (typeof schema !== 'object' || schema === null) return found;
  if (Array.isArray(schema)) for (const part of schema) keysOf(part, found);
  else {
    for (const [name, part] of Object.entries(schema)) {
      if (name === 'properties' && typeof part === 'object' && part !== null)
        for (const key of Object.keys(part)) found.add(key);
      keysOf(part, found);
    }
  }
  return found;
}
