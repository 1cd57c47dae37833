/** Which commit brought a bug: real workers, and a real repository whose every commit is a version of what is tested. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { APIMessage } from 'discord.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LentTown, openLentTown, PATIENCE } from '../support/lent-town.js';
import { read } from '../support/until.js';

const COMMITS = 16;
/** The commit after them deletes what is deleted again. */
const FIX = COMMITS + 1;
/** From this commit on, a deleted box stays. */
const BROUGHT_IN = 11;
/** Commits that do not build: none of them next to what is looked for. */
const UNBUILDABLE: readonly number[] = [4, 9, 13];

const folder = mkdtempSync(join(tmpdir(), 'flock-boxes-'));
const repository = join(folder, 'repository');
const git = (...args: string[]): string =>
  execFileSync('git', ['-C', repository, '-c', 'user.name=ann', '-c', 'user.email=ann@example.org', ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();

/** `boxes` as it was at the nth commit, from 1. */
const boxes = (n: number): string =>
  [
    '#!/bin/sh',
    `# version ${n}`,
    'case $1 in',
    'create) : > "$2.box" ;;',
    `delete) ${deleting(n)} ;;`,
    'esac',
    '',
  ].join('\n');
const deleting = (n: number): string =>
  n < BROUGHT_IN || n === FIX ? 'rm "$2.box"' : 'mv "$2.box" "$2.old" && cp "$2.old" "$2.box"';
const building = (n: number): string =>
  UNBUILDABLE.includes(n) ? 'echo "boxes.sh: undefined reference" >&2\nexit 2\n' : 'cp boxes.sh boxes\n';

/** Commits one version after the other. Returns their hashes, the oldest first. */
function commitAll(): string[] {
  mkdirSync(repository);
  git('init', '--quiet', '--initial-branch=main');
  return Array.from({ length: FIX }, (_, at) => {
    writeFileSync(join(repository, 'boxes.sh'), boxes(at + 1));
    writeFileSync(join(repository, 'build.sh'), building(at + 1));
    git('add', '.');
    git('commit', '--quiet', '-m', `Version ${at + 1}`);
    return git('rev-parse', 'HEAD');
  });
}

const SUITE = `
suite: boxes
about: Boxes, as files, in whatever version is asked for.
set_up: |
  git clone --quiet --bare "$FLOCK_SUITE/boxes.bundle" history
  git --git-dir=history archive "$FLOCK_REF" | tar -x
  sh build.sh
resources:
  box:
    states: [there]
    limit: 3
    observe: test -e "$id.box" && echo there || echo gone
actions:
  create:
    makes: [box]
    run: sh boxes create "$box"
  delete:
    takes: { box: there }
    leaves: { box: gone }
    run: sh boxes delete "$box"
`;

/** The suite's folder as an archive: what is tested is in it, so that machines need neither a network nor anything of ours. */
function archive(): Buffer {
  mkdirSync(join(folder, 'boxes'));
  writeFileSync(join(folder, 'boxes', 'suite.yaml'), SUITE);
  git('bundle', 'create', '--quiet', join(folder, 'boxes', 'boxes.bundle'), 'main');
  return execFileSync('tar', ['-czf', '-', '-C', folder, 'boxes']);
}

let town: LentTown;
let hashes: string[];

beforeAll(async () => {
  hashes = commitAll();
  town = await openLentTown();
}, PATIENCE);
afterAll(async () => {
  await town?.close();
  rmSync(folder, { recursive: true, force: true });
}, PATIENCE);

const commit = (n: number): string => hashes[n - 1] ?? '';
const logOf = (message: APIMessage): string => {
  const log = message.attachments.find(({ filename }) => filename.endsWith('.log'));
  return log ? Buffer.from(town.local.actor(town.owner.id).download(log)).toString('utf8') : '';
};

describe('bisecting on lent machines, over real commits', () => {
  it(
    'begins with a finding on the newest commit',
    async () => {
      const file = { name: 'boxes.tar.gz', data: archive() };
      expect(await town.told(town.ana.id, 'suite add', { file })).toContain('boxes is added');
      const suite = town.bot.guilds.open(town.guild.id).db.prepare('SELECT digest FROM suite').pluck().get() as string;
      expect(await town.told(town.owner.id, 'suite approve', { suite })).toContain('may run on machines');
      await town.lend(town.ana.id, 'owl', 'boxes');
      await town.lend(town.wei.id, 'jay', 'boxes');
      await town.lend(town.bo.id, 'wren', 'boxes');
      const plan = { suite: 'boxes', ref: commit(COMMITS), steps: 60, length: 10 };
      expect(await town.told(town.owner.id, 'hunt start', plan)).toContain('Hunt #1 runs');
      const thread = await town.eventually(() => town.threads()[0]);
      await town.eventually(() => town.tagNames(thread.id).join() === 'Confirmed');
      expect(read(town.card(thread.id))).toMatch(/2 steps, shrunk from/);
    },
    PATIENCE,
  );

  it(
    'names the commit that brought it, past those that do not build, with a log; and takes it back',
    async () => {
      const [thread] = town.threads();
      const id = thread?.id ?? '';
      const between = git('log', '--reverse', '--format=%H', `${commit(1)}..${commit(COMMITS)}`);
      const refs = { name: 'refs.txt', data: Buffer.from(between) };
      const ask = { good: commit(1), bad: commit(COMMITS), refs };
      expect(await town.told(town.owner.id, 'finding bisect', ask, id)).toContain(`among ${COMMITS} versions`);
      await town.eventually(() => read(town.card(id)).includes('came with'));
      const card = read(town.card(id));
      expect(card).toContain(`came with \`${commit(BROUGHT_IN)}\` (100% sure`);

      const log = logOf(await town.say(town.wei.id, '缺陷 导出', {}, id));
      expect(log).toContain(`bisection found first-bad=${commit(BROUGHT_IN)} confidence=1`);
      expect(log).toMatch(new RegExp(`${commit(BROUGHT_IN - 1)} runs=[1-9]\\d* hits=0`));
      expect(log).toMatch(new RegExp(`${commit(BROUGHT_IN)} runs=1 hits=1`));

      // Where what it came between does not build, it says so, and why.
      const [before, unbuildable, after] = [8, 9, BROUGHT_IN].map(commit);
      const few = { good: before ?? '', between: unbuildable ?? '', bad: after ?? '' };
      await town.told(town.owner.id, 'finding bisect', few, id);
      await town.eventually(() => read(town.card(id)).includes(`came after \`${before}\` and by \`${after}\``));
      expect(logOf(await town.say(town.wei.id, '缺陷 导出', {}, id))).toMatch(
        new RegExp(`${unbuildable} broken .*undefined reference`),
      );

      expect(await town.told(town.owner.id, 'finding bisect', { undo: true }, id)).toContain('taken back');
      await town.eventually(() => !read(town.card(id)).includes('came after'));
      for (const alias of ['owl', 'jay', 'wren'])
        expect(await town.told(town.owner.id, 'machine show', { name: alias })).not.toContain('quarantine');
      expect(town.local.violations).toEqual([]);
      expect(town.logged.filter((line) => /"level":(50|60|"error")/.test(line))).toEqual([]);
    },
    PATIENCE,
  );

  it(
    'is retested on the commit that fixes it',
    async () => {
      const [thread] = town.threads();
      const id = thread?.id ?? '';
      const fix = commit(FIX);
      await town.told(town.owner.id, 'finding fixed-in', { ref: fix }, id);
      await town.eventually(() => /retested on .*: 0 of [1-9]/.test(read(town.card(id))));
      await town.told(town.owner.id, 'hunt start', { suite: 'boxes', ref: fix, steps: 40, length: 10 });
      await town.eventually(() => town.live(2)?.attachments.length);
      expect(read(town.live(2) ?? { content: '', components: [] })).toContain('**No findings**');
      expect(town.tagNames(id)).toEqual(['Fixed']);
    },
    PATIENCE,
  );
});
