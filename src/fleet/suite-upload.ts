/** What a member uploads as a suite: its YAML alone, or an archive of its folder. Read in memory, capped, nothing is laid out. */
import { gunzipSync } from 'node:zlib';
import { unzipSync } from 'fflate';
import { BadPackage, isInside, type SuiteFile } from './packed-suite.js';
import { SUITE_LIMIT } from './suite.js';

/** Most bytes of all files together. */
const UNPACKED_LIMIT = 4 * SUITE_LIMIT;
const MOST_FILES = 1000;
const BLOCK = 512;

/** Reads .yaml, .yml, .zip, .tar.gz and .tgz. Throws BadPackage for anything else, and for what is too large or leads out of its folder. */
export function readUpload(name: string, data: Uint8Array): SuiteFile[] {
  if (data.length > SUITE_LIMIT) throw new BadPackage('it is too large');
  const lower = name.toLowerCase();
  if (/\.ya?ml$/.test(lower)) return [{ path: 'suite.yaml', content: Buffer.from(data) }];
  if (lower.endsWith('.zip')) return topOf(readZip(data));
  if (/\.(tar\.gz|tgz)$/.test(lower)) return topOf(readTar(unzipped(data)));
  throw new BadPackage('it is no .yaml, .zip or .tar.gz');
}

function readZip(data: Uint8Array): SuiteFile[] {
  let total = 0;
  let count = 0;
  try {
    const files = unzipSync(data, {
      filter({ name, originalSize }) {
        if (name.endsWith('/')) return false;
        total += originalSize;
        count += 1;
        if (total > UNPACKED_LIMIT || count > MOST_FILES) throw new BadPackage('it unpacks to too much');
        return true;
      },
    });
    return Object.entries(files).map(([path, content]) => ({ path, content: Buffer.from(content) }));
  } catch (error) {
    if (error instanceof BadPackage) throw error;
    throw new BadPackage('the archive cannot be read');
  }
}

function unzipped(data: Uint8Array): Buffer {
  try {
    return gunzipSync(data, { maxOutputLength: UNPACKED_LIMIT + MOST_FILES * BLOCK });
  } catch {
    throw new BadPackage('the archive cannot be read');
  }
}

/** The plain files of a tar: links, devices and extended headers are passed over. */
function readTar(tar: Buffer): SuiteFile[] {
  const files: SuiteFile[] = [];
  const field = (at: number, length: number): string => {
    const bytes = tar.subarray(at, at + length);
    const end = bytes.indexOf(0);
    return bytes.subarray(0, end === -1 ? length : end).toString('utf8');
  };
  for (let at = 0; at + BLOCK <= tar.length && tar[at] !== 0; ) {
    const size = Number.parseInt(field(at + 124, 12).trim() || '0', 8);
    if (!Number.isSafeInteger(size) || size < 0 || at + BLOCK + size > tar.length)
      throw new BadPackage('the archive cannot be read');
    const prefix = field(at + 345, 155);
    const path = prefix ? `${prefix}/${field(at, 100)}` : field(at, 100);
    const type = field(at + 156, 1);
    if ((type === '' || type === '0') && !path.endsWith('/')) {
      if (files.length >= MOST_FILES) throw new BadPackage('it unpacks to too much');
      files.push({ path: path.replace(/^\.\//, ''), content: tar.subarray(at + BLOCK, at + BLOCK + size) });
    }
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}

/** The folder that holds suite.yaml, made the top; hidden files and installed packages are left out. */
function topOf(files: readonly SuiteFile[]): SuiteFile[] {
  const suite = files
    .map(({ path }) => path)
    .filter((path) => /(^|\/)suite\.yaml$/.test(path))
    .sort((a, b) => a.length - b.length)[0];
  if (suite === undefined) throw new BadPackage('there is no suite.yaml in it');
  const top = suite.slice(0, -'suite.yaml'.length);
  return files
    .filter(({ path }) => path.startsWith(top))
    .map(({ path, content }) => ({ path: path.slice(top.length), content }))
    .filter(({ path }) => !path.split('/').some(isLeftOut))
    .map((file) => {
      if (!isInside(file.path)) throw new BadPackage(`a suite has no file at ${JSON.stringify(file.path)}`);
      return file;
    });
}

/** Hidden files and what tools leave; a way out of the folder is not hidden, but refused. */
const isLeftOut = (part: string): boolean =>
  part === 'node_modules' || part === '__pycache__' || part === '__MACOSX' || (part.startsWith('.') && part !== '..');
