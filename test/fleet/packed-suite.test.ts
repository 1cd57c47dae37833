import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BadPackage, installSuite, packSuite, readFiles, unpackSuite } from '../../src/fleet/packed-suite.js';
import { createShelf } from '../../src/fleet/shelf.js';
import { SUITE_LIMIT } from '../../src/fleet/suite.js';
import { shipped } from '../../src/platform/paths.js';
import { openSuite } from '../../src/woodpecker/drivers/suite-folder.js';
import { openWorkerHome } from '../../src/worker/home.js';
import { createSuiteStore } from '../../src/worker/suites.js';

const cloud = shipped('suites', 'cloud');
const { digest } = openSuite(cloud).suite;
const files = readFiles(cloud);
const good = packSuite(files);
const packed = (paths: readonly string[]) =>
  gzipSync(JSON.stringify(paths.map((path) => ({ path, base64: Buffer.from('x').toString('base64') }))));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'flock-packed-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('a packed suite', () => {
  it('comes out as it went in, under its digest', () => {
    installSuite(good, digest, join(folder, 'cloud'));
    expect(openSuite(join(folder, 'cloud')).suite.digest).toBe(digest);
    expect(createShelf(shipped('suites')).read(unpackSuite(good)).digest).toBe(digest);
  });

  it.each([
    ['..', '../evil'],
    ['.. in the middle', 'a/../../evil'],
    ['the root', '/etc/cron.d/evil'],
    ['another drive', 'C:\\evil'],
    ['a backslash', '..\\evil'],
    ['a stream', 'suite.yaml:evil'],
    ['a hidden file', '.profile'],
    ['a hidden folder', '.git/hooks/post-checkout'],
    ['installed packages, which no digest covers', 'node_modules/evil/index.js'],
    ['what an interpreter left, which no digest covers', '__pycache__/driver.pyc'],
    ['a folder that is a file, too', 'a', 'a/b'],
    ['one name in two cases', 'driver.ts', 'DRIVER.TS'],
    ['one name twice', 'driver.ts', 'driver.ts'],
    ['a NUL', 'driver\0.ts'],
    ['a name for ever', `${'a'.repeat(200)}/b`],
    ['folders for ever', 'a/'.repeat(40)],
    ['no name', ''],
    ['an unpaired surrogate', 'a\ud800'],
  ])('leads nowhere with %s', (_, ...paths) => {
    expect(() => unpackSuite(packed(paths))).toThrow(BadPackage);
    expect(() => installSuite(packed(paths), digest, join(folder, 'suite'))).toThrow(BadPackage);
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each([
    ['a bomb', gzipSync(Buffer.alloc(200 * 1024 * 1024))],
    ['more than a suite', Buffer.alloc(SUITE_LIMIT + 1)],
    ['no archive', Buffer.from('hello')],
    ['half of one', good.subarray(0, good.length / 2)],
    ['something else than files', gzipSync('{"path":"a"}')],
    ['files that say more', gzipSync('[{"path":"a","base64":"","mode":511}]')],
    ['ten thousand files', packed(Array.from({ length: 10_000 }, (_, n) => `f${n}`))],
  ])('is refused as %s', (_, blob) => {
    expect(() => unpackSuite(blob)).toThrow(BadPackage);
  });

  it.each([
    ['one more file', [...files, { path: 'extra.ts', content: Buffer.from('export {}') }]],
    ['one file less', files.filter(({ path }) => path !== 'driver.ts')],
    ['another driver', files.map((f) => (f.path === 'driver.ts' ? { ...f, content: Buffer.from('evil()') } : f))],
    ['no suite.yaml', files.filter(({ path }) => path !== 'suite.yaml')],
  ])('is not laid out with %s', (_, changed) => {
    const at = join(folder, 'suite');
    installSuite(good, digest, at);
    expect(() => installSuite(packSuite(changed), digest, at)).toThrow(BadPackage);
    expect(openSuite(at).suite.digest).toBe(digest);
    expect(readdirSync(folder)).toEqual(['suite']);
  });

  it('is not what the coordinator goes by when it was changed after its approval', () => {
    const shelf = createShelf(folder);
    const evil = packSuite(files.map((f) => (f.path === 'driver.ts' ? { ...f, content: Buffer.from('evil()') } : f)));
    expect(shelf.suite(digest, () => evil)).toBeUndefined();
    expect(shelf.suite(digest, () => good)?.digest).toBe(digest);
  });
});

describe("a machine's copy of a suite", () => {
  const store = (answers: readonly Uint8Array[]) => {
    let asked = 0;
    const home = openWorkerHome(join(folder, 'home'));
    mkdirSync(join(folder, 'shipped'), { recursive: true });
    const suite = () => Promise.resolve(Buffer.from(answers[asked++] ?? ''));
    return {
      home,
      suites: createSuiteStore({ home, shipped: join(folder, 'shipped'), client: { suite } }),
      asked: () => asked,
    };
  };

  it('is fetched once, and again when somebody changed it on the disk, also under a worker that has used it', async () => {
    const { suites, asked } = store([good, good, good, good]);
    const { folder: at } = await suites.get(digest);
    expect((await suites.get(digest)).folder).toBe(at);
    expect(asked()).toBe(1);
    writeFileSync(join(at, 'driver.ts'), 'evil()');
    expect(readFileSync(join((await suites.get(digest)).folder, 'driver.ts'), 'utf8')).not.toContain('evil');
    expect(asked()).toBe(2);
    writeFileSync(join(at, 'more.ts'), 'evil()');
    expect(existsSync(join((await suites.get(digest)).folder, 'more.ts'))).toBe(false);
    rmSync(at, { recursive: true });
    await suites.get(digest);
    expect(asked()).toBe(4);
  });

  it('is not used when the coordinator sends something else', async () => {
    const evil = packSuite(files.map((f) => (f.path === 'driver.ts' ? { ...f, content: Buffer.from('evil()') } : f)));
    const { suites, home } = store([evil]);
    await expect(suites.get(digest)).rejects.toThrow(BadPackage);
    expect(existsSync(home.cache) ? readdirSync(home.cache) : []).toEqual([]);
  });
});
