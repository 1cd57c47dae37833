import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import backup from '../../src/cli/backup.js';
import doctor from '../../src/cli/doctor.js';
import { type CliCommand, UsageError } from '../../src/cli/index.js';
import restore from '../../src/cli/restore.js';
import { readEnvironment } from '../../src/platform/env.js';
import { createGuildStore } from '../../src/platform/guild-store.js';
import { lockFolder } from '../../src/platform/lock.js';
import { readMigrations } from '../../src/platform/migrate.js';
import { shipped } from '../../src/platform/paths.js';
import { fakeClock } from '../support/clock.js';

let root: string;
const at = (...parts: string[]) => join(root, ...parts);

async function flock(command: CliCommand, ...args: string[]) {
  const said: string[] = [];
  const say = (text: string) => void said.push(text);
  const terminal = { out: say, err: say, interactive: false, stop: new AbortController().signal };
  const code = await command.run(args, terminal, readEnvironment({ DATA_DIR: at('data') }));
  return { code, said: said.join('\n') };
}

function write(...guildIds: string[]): void {
  const store = createGuildStore({
    folder: at('data', 'guilds'),
    migrations: readMigrations(shipped('migrations')),
    clock: fakeClock(),
  });
  for (const id of guildIds) store.open(id).outbox.add({ kind: 'post', channel: '5', message: { content: 'x' } });
  store.close();
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'flock-cli-'));
});
afterEach(() => rmSync(root, { recursive: true }));

describe('flock backup and flock restore', () => {
  it('copy every guild and take it back, and say what they did', async () => {
    write('1', '2');
    expect(await flock(backup, at('copy'))).toEqual({
      code: 0,
      said: expect.stringMatching(/^2 guilds, \d+ bytes, in /),
    });
    rmSync(at('data'), { recursive: true });
    expect(await flock(restore, at('copy'))).toEqual({
      code: 0,
      said: expect.stringMatching(/^2 guilds as they were at 20/),
    });
    expect((await flock(doctor)).said).toContain('2 of 2 guild files are whole');
  });

  it('refuse in a sentence, with exit code 1', async () => {
    write('1');
    await flock(backup, at('copy'));
    expect(await flock(backup, at('copy'))).toEqual({ code: 1, said: expect.stringContaining('is not empty') });
    expect(await flock(restore, at('copy'))).toEqual({ code: 1, said: expect.stringContaining('--overwrite') });
    expect(await flock(restore, at('nowhere'))).toEqual({
      code: 1,
      said: expect.stringContaining('not a finished backup'),
    });
    expect((await flock(restore, at('copy'), '--overwrite')).code).toBe(0);
  });

  it('refuse to restore under a running bot', async () => {
    write('1');
    await flock(backup, at('copy'));
    const lock = lockFolder(at('data', 'guilds'));
    expect(await flock(restore, at('copy'), '--overwrite')).toEqual({
      code: 1,
      said: expect.stringContaining(`process ${process.pid}`),
    });
    lock.release();
  });

  it.each([
    [backup, []],
    [backup, ['a', 'b']],
    [backup, ['--all']],
    [restore, []],
    [restore, ['a', '--force']],
    [doctor, ['now']],
  ])('say how they are used when the arguments are wrong: %#', async (command, args) => {
    await expect(flock(command, ...args)).rejects.toThrow(UsageError);
  });
});

describe('flock doctor', () => {
  it('finds nothing wrong before the first start', async () => {
    expect((await flock(doctor)).code).toBe(0);
  });

  it('names the file that is damaged, and answers with exit code 1', async () => {
    write('1', '2');
    writeFileSync(at('data', 'guilds', '2.sqlite'), 'no database '.repeat(1000));
    const { code, said } = await flock(doctor);
    expect(code).toBe(1);
    expect(said).toMatch(/WRONG .*2\.sqlite: corrupt/);
    expect(said).toContain('1 of 2 guild files are whole');
  });

  it('says who holds the folder', async () => {
    write('1');
    const lock = lockFolder(at('data', 'guilds'));
    expect((await flock(doctor)).said).toContain(`in use by another Flock (process ${process.pid})`);
    lock.release();
  });
});
