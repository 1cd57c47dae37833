import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDurability, type Durability } from '../../src/platform/durability.js';

let folder: string;
let failures: [string, unknown][];
let durability: Durability;

const fileOf = (name: string): string => {
  const file = join(folder, name);
  writeFileSync(`${file}-wal`, 'log');
  return file;
};
/** Its log is on something that cannot be synced. */
const badFile = (): string => {
  const file = join(folder, 'bad');
  symlinkSync('/dev/null', `${file}-wal`);
  return file;
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'flock-durability-'));
  failures = [];
  durability = createDurability((file, error) => {
    failures.push([file, error]);
    return new Error('told');
  });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A transaction of this file comes and goes. */
function commit(file: string): void {
  durability.watch(file);
  durability.committed(file);
}

describe('durability', () => {
  it('keeps nobody waiting when nothing was committed', () => {
    expect(durability.settled()).toBeUndefined();
  });

  it('lets those wait who ask after a commit, until it is on the disk', async () => {
    commit(fileOf('one'));
    const waiting = durability.settled();
    expect(waiting).toBeInstanceOf(Promise);
    await waiting;
    expect(durability.settled()).toBeUndefined();
  });

  it('waits for the later ones of many commits, and for all files', async () => {
    const files = ['one', 'two'].map(fileOf);
    for (let count = 0; count < 50; count += 1) for (const file of files) commit(file);
    await durability.settled();
    expect(durability.settled()).toBeUndefined();
    for (const file of files) commit(file);
    await expect(durability.settled()).resolves.toBeUndefined();
    expect(failures).toEqual([]);
  });

  it('tells everyone who waits when the disk refuses, and tries again with the next commit', async () => {
    const file = badFile();
    commit(file);
    commit(file);
    await expect(durability.settled()).rejects.toThrow('told');
    // The second commit came while the first was on its way.
    await expect(durability.settled()).rejects.toThrow('told');
    commit(file);
    await expect(durability.settled()).rejects.toThrow('told');
    expect(failures).toHaveLength(3);
    expect(failures[0]).toMatchObject([file, { syscall: 'fdatasync' }]);
  });

  it('keeps the trouble of one file from those who wait for another', async () => {
    const file = fileOf('one');
    commit(badFile());
    commit(file);
    const [own, all] = await Promise.allSettled([durability.settled(file), durability.settled()]);
    expect(own.status).toBe('fulfilled');
    expect(all.status).toBe('rejected');
    expect(durability.settled(file)).toBeUndefined();
  });

  it('refuses, before anything is changed, what has no log', () => {
    expect(() => durability.watch(join(folder, 'none'))).toThrow('ENOENT');
    expect(durability.settled()).toBeUndefined();
  });

  it('lets go of a file in the middle of it, and opens its new log at the next commit', async () => {
    const file = fileOf('one');
    commit(file);
    durability.forget(file);
    rmSync(`${file}-wal`);
    fileOf('one');
    commit(file);
    await durability.settled();
    durability.forget(file);
    durability.forget(file);
    expect(failures).toEqual([]);
  });
});
