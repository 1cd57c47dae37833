/** How a suite's commands become processes: where they run, and which variables they see. */
import { existsSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { HarnessError } from '../types.js';

/** A line for the shell, or words that are run as they stand. */
export type Command = string | readonly string[];

export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** What surrounds the commands of a suite. */
export interface Surroundings {
  /** The suite's own folder. */
  readonly suiteFolder: string;
  /** The folder that holds package.json, and `dist/` with what the compiler made of TypeScript drivers. */
  readonly packageRoot: string;
  /** The caller's variables; commands see none of them but those the suite passes, PATH and proxies. */
  readonly caller: Readonly<Record<string, string | undefined>>;
  readonly pass: readonly string[];
  readonly set: Readonly<Record<string, string>>;
}

/** Where a job may leave its sandbox by a proxy alone, every command hears of it. */
const WAYS_OUT = ['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy'];
const NODE_MODULE = /^\S+\.m?js$/;

/** `driver: ./driver.js` is run by this Node; another line by the shell in the suite's folder; a list as it stands. */
export function driverLaunch(command: Command, around: Surroundings, folder: string): Launch {
  const env = variables(around, folder);
  const cwd = around.suiteFolder;
  if (typeof command === 'string') {
    if (!NODE_MODULE.test(command)) return { command: '/bin/sh', args: ['-c', command], cwd, env };
    return { command: process.execPath, args: [modulePath(command, around)], cwd, env };
  }
  const [program, ...args] = command;
  if (program === undefined) throw new HarnessError('the driver of the suite is an empty list');
  return { command: program === 'node' ? process.execPath : program, args, cwd, env };
}

/** A line of shell, in the walk's folder, with `-eu`: a command that fails or a variable that is missing ends it. */
export function shellLaunch(
  command: Command,
  around: Surroundings,
  folder: string,
  values: Readonly<Record<string, string>>,
): Launch {
  const env = { ...variables(around, folder), ...values };
  if (typeof command === 'string') return { command: '/bin/sh', args: ['-euc', command], cwd: folder, env };
  const [program, ...args] = command;
  if (program === undefined) throw new HarnessError('a command of the suite is an empty list');
  return { command: program, args, cwd: folder, env };
}

function variables(around: Surroundings, folder: string): Record<string, string> {
  const seen: Record<string, string> = {
    PATH: around.caller.PATH ?? '/usr/local/bin:/usr/bin:/bin',
    HOME: folder,
    TMPDIR: folder,
  };
  for (const name of [...around.pass, ...WAYS_OUT]) {
    const value = around.caller[name];
    if (value !== undefined) seen[name] = value;
  }
  return { ...seen, ...around.set, FLOCK_DIR: folder, FLOCK_SUITE: around.suiteFolder };
}

/** Beside the suite; or, for what ships as TypeScript, at the same place under dist/. */
function modulePath(module: string, { suiteFolder, packageRoot }: Surroundings): string {
  const beside = resolve(suiteFolder, module);
  if (existsSync(beside)) return beside;
  const inPackage = relative(packageRoot, beside);
  const compiled = join(packageRoot, 'dist', inPackage);
  if (!inPackage.startsWith(`..${sep}`) && existsSync(compiled)) return compiled;
  throw new HarnessError(
    `the suite's driver ${module} is neither at ${beside} nor at ${compiled}: run \`npm run build\``,
  );
}
