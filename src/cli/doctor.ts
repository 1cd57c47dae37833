import { checkup } from '../platform/checkup.js';
import { readMigrations } from '../platform/migrate.js';
import { shipped } from '../platform/paths.js';
import { guildsFolder } from './data-dir.js';
import { type CliCommand, UsageError } from './index.js';

const MARKS = { ok: 'ok   ', note: 'note ', wrong: 'WRONG' } as const;

export default {
  name: 'doctor',
  usage: 'doctor',
  summary: 'check the environment and every guild file, without Discord; exit code 1 when something is wrong',
  settings: 'all',
  async run(args, terminal, env) {
    if (args.length > 0) throw new UsageError('doctor takes no arguments');
    terminal.out(
      `${MARKS.ok} environment: ${env.discordToken ? 'with a token for Discord' : 'without DISCORD_TOKEN: a Discord on this machine'}`,
    );
    const findings = checkup(guildsFolder(env), readMigrations(shipped('migrations')));
    for (const { level, text } of findings) terminal.out(`${MARKS[level]} ${text}`);
    return findings.some(({ level }) => level === 'wrong') ? 1 : 0;
  },
} satisfies CliCommand;
