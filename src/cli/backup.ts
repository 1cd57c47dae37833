import { resolve } from 'node:path';
import { BackupError, backup } from '../platform/backup.js';
import { guildsFolder } from './data-dir.js';
import { type CliCommand, UsageError } from './index.js';

export default {
  name: 'backup',
  usage: 'backup DIR',
  summary: 'copy every guild into DIR, while the bot runs; DIR must be new or empty',
  async run(args, terminal, env) {
    const [target, ...rest] = args;
    if (target === undefined || target.startsWith('-') || rest.length > 0) throw new UsageError('name one folder');
    try {
      const { manifest, failed } = await backup(guildsFolder(env), resolve(target), Date.now());
      const bytes = manifest.files.reduce((sum, file) => sum + file.bytes, 0);
      terminal.out(`${manifest.files.length} guilds, ${bytes} bytes, in ${resolve(target)}`);
      for (const { name, error } of failed) terminal.err(`${name} was left out: ${error}`);
      return failed.length > 0 ? 1 : 0;
    } catch (error) {
      if (!(error instanceof BackupError)) throw error;
      terminal.err(error.message);
      return 1;
    }
  },
} satisfies CliCommand;
