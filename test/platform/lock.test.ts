import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FolderInUse, folderHolder, lockFolder } from '../../src/platform/lock.js';
import { packageRoot } from '../../src/platform/paths.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'flock-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

// What lock.ts takes, taken by another process: a stand-in that needs no build.
const HOLD = `
  const { writeFileSync } = require('node:fs');
  const db = new (require('better-sqlite3'))(process.argv[1] + '/flock.lock', { timeout: 0 });
  db.exec('BEGIN EXCLUSIVE');
  writeFileSync(process.argv[1] + '/flock.pid', process.pid + '\\n');
  console.log('held');
  setInterval(() => {}, 1000);`;

async function otherProcess() {
  const child = spawn(process.execPath, ['-e', HOLD, folder], {
    cwd: packageRoot,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}

describe('the lock of a folder', () => {
  it('keeps a second process out, and names the first', async () => {
    const holder = await otherProcess();
    try {
      expect(() => lockFolder(folder)).toThrow(FolderInUse);
      expect(folderHolder(folder)?.pid).toBe(holder.pid);
      expect(folderHolder(folder)?.message).toContain(`process ${holder.pid}`);
    } finally {
      holder.kill('SIGKILL');
    }
  });

  it('is free as soon as its holder is killed, whatever the pid file says', async () => {
    const holder = await otherProcess();
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    const lock = lockFolder(folder);
    lock.release();
  });

  it('is free after it was released', () => {
    lockFolder(folder).release();
    expect(folderHolder(folder)).toBeUndefined();
  });
});
