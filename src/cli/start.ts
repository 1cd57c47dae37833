import { FolderInUse, FolderUnusable } from '../platform/lock.js';
import { type CliCommand, UsageError } from './index.js';

export default {
  name: 'start',
  usage: 'start',
  summary: 'run the bot; without DISCORD_TOKEN, in a Discord on this machine',
  settings: 'all',
  async run(args, terminal, env) {
    if (args.length > 0) throw new UsageError('start takes no arguments');
    try {
      // Loaded here: `flock --help` and the tools need no client of Discord.
      const { runBotProcess } = await import('./bot-process.js');
      return await runBotProcess(terminal, env);
    } catch (error) {
      if (!(error instanceof FolderInUse || error instanceof FolderUnusable)) throw error;
      terminal.err(error.message);
      return 1;
    }
  },
} satisfies CliCommand;
