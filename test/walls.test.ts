import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../src/platform/paths.js';

interface Source {
  /** From the root: `src/community/actor.ts`. */
  readonly path: string;
  /** Without comments. */
  readonly code: string;
  /** What it imports: packages by name, own files by their path from the root. */
  readonly imports: readonly string[];
}

function read(folder: string): Source[] {
  return readdirSync(join(packageRoot, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => {
      const path = join(folder, name);
      const code = readFileSync(join(packageRoot, path), 'utf8').replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, '');
      const imports = [...code.matchAll(/\b(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, from = '']) =>
        from.startsWith('.')
          ? relative(packageRoot, join(packageRoot, path, '..', from)).replace(/\.js$/, '.ts')
          : from,
      );
      return { path, code, imports };
    });
}

const sources = [...read('src'), ...read('commands')];
const within = (...folders: readonly string[]) =>
  sources.filter(({ path }) => folders.some((folder) => path.startsWith(folder)));
const importing = (of: readonly Source[], what: RegExp) =>
  of.filter(({ imports }) => imports.some((one) => what.test(one))).map(({ path }) => path);
const saying = (of: readonly Source[], what: RegExp) =>
  of.filter(({ code }) => what.test(code)).map(({ path }) => path);

const rules = within('src/community/', 'src/woodpecker/', 'src/fleet/');

describe('the walls of the house', () => {
  it('read many files', () => {
    expect(sources.length).toBeGreaterThan(100);
    expect(importing(sources, /^discord\.js$/).length).toBeGreaterThan(10);
  });

  it('keep discord.js in src/discord and commands', () => {
    const others = sources.filter(({ path }) => !/^(src\/discord\/|commands\/|src\/app\.ts$)/.test(path));
    expect(importing(others, /^(discord\.js|@discordjs\/.*)$/)).toEqual([]);
  });

  it('keep rules from the outside: they import nothing of Discord’s edge', () => {
    expect(importing(rules, /^(src\/(discord|local-discord|cli|worker)\/|src\/(app|main)\.ts|commands\/)/)).toEqual([]);
  });

  it('hand time and chance to the rules', () => {
    const own = /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\brandomUUID\(/;
    expect(saying(rules, own)).toEqual([]);
  });

  it('compile text in one place only', () => {
    expect(saying(sources, /\bnew Function\(|\beval\(|\brunIn\w+Context\(/)).toEqual(['src/woodpecker/suite/code.ts']);
  });

  it('let only main.ts read the environment', () => {
    const others = sources.filter(({ path }) => path !== 'src/main.ts');
    expect(saying(others, /\bprocess\.env\b/)).toEqual([]);
  });

  it('keep the worker apart from Discord and the community', () => {
    expect(importing(within('src/worker/'), /^src\/(discord|local-discord|community)\/|^commands\//)).toEqual([]);
  });

  it('keep the stand-in for Discord apart from the bot', () => {
    expect(importing(within('src/local-discord/'), /^src\/(discord|community|fleet|woodpecker)\/|^commands\//)).toEqual(
      [],
    );
  });

  it('list every command', () => {
    const [index] = within('commands/index.ts');
    const files = within('commands/').filter(({ code }) =>
      /\b(slashCommand|messageCommand|userCommand|button|select|modal)\(\{/.test(code),
    );
    expect(files.length).toBeGreaterThan(3);
    expect(files.map(({ path }) => path).filter((path) => !index?.imports.includes(path))).toEqual([]);
  });
});
