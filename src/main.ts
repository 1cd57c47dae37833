/** The only reader of the environment: finds the command, hands it what it needs, and ends the process with its code. */
import { config } from 'dotenv';
import { EXIT } from './cli/exit.js';
import { type CliCommand, type Terminal, UsageError } from './cli/index.js';
import { EnvironmentError, ONLY_DATA, readEnvironment } from './platform/env.js';

/** Everything that `flock` can do, in the order of `flock --help`. Loaded when asked for: a worker needs no discord.js. */
const COMMANDS: Readonly<Record<string, () => Promise<{ default: CliCommand }>>> = {
  start: () => import('./cli/start.js'),
  backup: () => import('./cli/backup.js'),
  restore: () => import('./cli/restore.js'),
  doctor: () => import('./cli/doctor.js'),
  worker: () => import('./cli/worker.js'),
  hunt: () => import('./cli/hunt.js'),
  replay: () => import('./cli/replay.js'),
  patterns: () => import('./cli/patterns.js'),
  suite: () => import('./cli/suite.js'),
};

const USAGE = 2;

async function help(): Promise<string> {
  const commands = await Promise.all(Object.values(COMMANDS).map(async (load) => (await load()).default));
  const lines = commands.map(({ usage, summary }) => `  flock ${usage}\n      ${summary}`);
  return [
    'Flock (百鸟): the bot, its tools, and the tester of a community.',
    '',
    ...lines,
    '',
    'Settings: see .env.example.',
  ].join('\n');
}

async function main(args: readonly string[], terminal: Terminal): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    terminal.out(await help());
    return name === undefined ? USAGE : 0;
  }
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!load) {
    terminal.err(
      `flock: there is no command "${name}"; it is one of ${Object.keys(COMMANDS).join(', ')} (flock --help)`,
    );
    return USAGE;
  }
  const command = (await load()).default;
  if (rest.includes('--help') || rest.includes('-h')) {
    terminal.out(`usage: flock ${command.usage}\n${command.summary}`);
    return 0;
  }
  try {
    config({ quiet: true });
    const names = command.settings === 'all' ? undefined : ONLY_DATA;
    return await command.run(rest, terminal, readEnvironment(process.env, names));
  } catch (error) {
    if (error instanceof UsageError) {
      terminal.err(`flock: ${error.message}\nusage: flock ${command.usage}`);
      return USAGE;
    }
    if (error instanceof EnvironmentError) {
      terminal.err(error.message);
      return 1;
    }
    // Of what nobody thought of. Not 1, which Node would exit with: there it means that a bug was found.
    terminal.err(`flock: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    return EXIT.broken;
  }
}

const SIGNALS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Aborted by the first SIGINT, SIGTERM or SIGHUP; the second ends the process at once. Aborted, too, when nobody reads any more what
 * is written (`flock hunt … | head`): what was begun is still torn down.
 */
function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const [signal, code] of Object.entries(SIGNALS)) {
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(code);
      controller.abort();
    });
  }
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => controller.abort());
  return controller.signal;
}

const code = await main(process.argv.slice(2), {
  out: (text) => void process.stdout.write(`${text}\n`),
  err: (text) => void process.stderr.write(`${text}\n`),
  interactive: process.stdout.isTTY === true,
  stop: stopSignal(),
});
// What was written to a pipe is still on its way: let it out, but wait for nothing else.
process.exitCode = code;
process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
