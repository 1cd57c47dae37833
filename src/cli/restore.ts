import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { raiseEpoch } from '../fleet/engines/sqlite/epoch.js';
import { BackupError, restore } from '../platform/backup.js';
import { FolderInUse, FolderUnusable, lockFolder } from '../platform/lock.js';
import { latest, readMigrations } from '../platform/migrate.js';
import { shipped } from '../platform/paths.js';
import { guildsFolder } from './data-dir.js';
import { type CliCommand, UsageError } from './index.js';

export default {
  name: 'restore',
  usage: 'restore DIR [--overwrite]',
  summary: 'verify the backup in DIR and take it back; the bot must not run',
  async run(args, terminal, env) {
    const { folder, overwrite } = readArguments(args);
    try {
      const lock = lockFolder(guildsFolder(env));
      try {
        const schema = latest(readMigrations(shipped('migrations')));
        const now = Date.now();
        const prepare = (file: string): void => raiseEpoch(file, now);
        const manifest = await restore(folder, guildsFolder(env), { overwrite, schema, now, prepare });
        terminal.out(`${manifest.files.length} guilds as they were at ${manifest.made}, in ${guildsFolder(env)}`);
        return 0;
      } finally {
        lock.release();
      }
    } catch (error) {
      if (!(error instanceof BackupError || error instanceof FolderInUse || error instanceof FolderUnusable))
        throw error;
      terminal.err(error.message);
      return 1;
    }
  },
} satisfies CliCommand;

function readArguments(args: readonly string[]): { folder: string; overwrite: boolean } {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { overwrite: { type: 'boolean', default: false } },
      allowPositionals: true,
    });
    const [folder, ...rest] = positionals;
    if (folder === undefined || rest.length > 0) throw new UsageError('name one folder');
    return { folder: resolve(folder), overwrite: values.overwrite };
  } catch (error) {
    if (error instanceof UsageError || !(error instanceof TypeError)) throw error;
    throw new UsageError(error.message);
  }
}
