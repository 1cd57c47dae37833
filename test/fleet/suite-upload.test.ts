import { gzipSync } from 'node:zlib';
import { strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { BadPackage } from '../../src/fleet/packed-suite.js';
import { SUITE_LIMIT } from '../../src/fleet/suite.js';
import { readUpload } from '../../src/fleet/suite-upload.js';

/** A tar of plain files, as `tar -c` writes it. */
function tar(files: Readonly<Record<string, string>>, type = '0'): Buffer {
  const blocks = Object.entries(files).map(([name, text]) => {
    const head = Buffer.alloc(512);
    head.write(name, 0);
    head.write(`${Buffer.byteLength(text).toString(8).padStart(11, '0')}\0`, 124);
    head.write(type, 156);
    const body = Buffer.alloc(Math.ceil(Buffer.byteLength(text) / 512) * 512);
    body.write(text);
    return Buffer.concat([head, body]);
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}
const zip = (files: Readonly<Record<string, string>>): Uint8Array =>
  zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)])));

const read = (name: string, data: Uint8Array) =>
  Object.fromEntries(readUpload(name, data).map(({ path, content }) => [path, content.toString('utf8')]));

const FILES = {
  'mine/suite.yaml': 'suite: mine',
  'mine/driver.js': 'go()',
  'mine/.git/config': 'secret',
  'mine/__pycache__/driver.pyc': 'left behind',
};
const KEPT = { 'suite.yaml': 'suite: mine', 'driver.js': 'go()' };

describe('a suite that is uploaded', () => {
  it('may be its YAML alone, a .zip or a .tar.gz of its folder, hidden files left out', () => {
    expect(read('Mine.YAML', strToU8('suite: mine'))).toEqual({ 'suite.yaml': 'suite: mine' });
    expect(read('mine.zip', zip(FILES))).toEqual(KEPT);
    expect(read('mine.tar.gz', tar(FILES))).toEqual(KEPT);
    expect(read('mine.tgz', tar({ './suite.yaml': 'suite: mine' }))).toEqual({ 'suite.yaml': 'suite: mine' });
  });

  it.each([
    ['notes.txt', strToU8('hello'), /no \.yaml/],
    ['broken.zip', strToU8('PK?'), /cannot be read/],
    ['broken.tar.gz', strToU8('no'), /cannot be read/],
    ['short.tgz', gzipSync(tar({ 'suite.yaml': 'x' }).subarray(0, 100)), /suite\.yaml|cannot be read/],
    ['empty.zip', zip({ 'readme.md': 'hello' }), /no suite\.yaml/],
    ['climbing.zip', zip({ 'suite.yaml': 'x', '../evil.js': 'x' }), /no file at/],
    ['climbing.tgz', tar({ 'suite.yaml': 'x', 'a/../../evil.js': 'x' }), /no file at/],
    ['link.tgz', tar({ 'suite.yaml': '' }, '2'), /no suite\.yaml/],
    ['bomb.tgz', gzipSync(Buffer.alloc(8 * SUITE_LIMIT)), /cannot be read/],
    ['bomb.zip', zip({ 'suite.yaml': 'x', 'large.txt': ' '.repeat(5 * SUITE_LIMIT) }), /too much/],
    ['large.yaml', Buffer.alloc(SUITE_LIMIT + 1), /too large/],
  ])('is refused: %s', (name, data, why) => {
    expect(() => readUpload(name, data)).toThrow(BadPackage);
    expect(() => readUpload(name, data)).toThrow(why);
  });
});
