/**
 * A conversation with libvirt that survives a hanging virsh. virsh 9.0.0 now and then never comes back from `managedsave`
 * (docs/findings-libvirt.md), and with it goes the memory of the test driver. What was done so far is therefore written down and
 * done again in a new virsh. Behind a daemon the state is the daemon's: nothing has to be done again, and nothing is.
 */
import { DriverError } from '../../../src/woodpecker/drivers/serve.js';
import { openVirsh, Silence } from './virsh.js';
import { troubleIn } from './words.js';

export interface Session {
  /** Changes something. Throws DriverError where libvirt refuses or fails; `strictly`: see words.ts. */
  do(command: string, timeoutMs: number, strictly?: boolean): Promise<void>;
  /** Changes something that virsh knows nothing of, and may have to be done again. */
  aside(change: () => void): Promise<void>;
  /** Only looks. What is wrong is part of the output. */
  look(commands: readonly string[]): Promise<readonly string[]>;
  end(): void;
}

export interface SessionOptions {
  readonly uri: string;
  /** A virsh that hangs is a time-out, and nothing is done again. */
  readonly strict: boolean;
  log(message: string): void;
}

/** Commands that virsh runs in a thread of their own and then waits for, sometimes for ever. */
const MAY_HANG = /^(?:managedsave|save|dump) /;
/** After so long such a command is taken to hang: the test driver needs less than a millisecond. */
const HANG_MS = 1_500;
const LOOK_MS = 30_000;
/** New beginnings for one command. */
const MOST_TRIES = 40;

export function openSession({ uri, strict, log }: SessionOptions): Session {
  const remembers = uri.startsWith('test:') && !strict;
  const journal: (string | (() => void))[] = [];
  let virsh = openVirsh(uri);
  let last: Promise<unknown> = Promise.resolve();

  return {
    do: (command, timeoutMs, strictly = false) =>
      inTurn(async () => {
        const [output = ''] = await patiently(command, timeoutMs);
        const trouble = troubleIn(output, strictly);
        if (trouble) throw new DriverError(trouble.kind, trouble.message);
        if (remembers) journal.push(command);
      }),
    aside: (change) =>
      inTurn(() => {
        change();
        if (remembers) journal.push(change);
      }),
    look: (commands) => inTurn(() => virsh.ask(commands, LOOK_MS)),
    end: () => virsh.end(),
  };

  /** virsh does one thing after another; so a virsh that hangs takes nothing with it but what it hangs in. */
  function inTurn<T>(work: () => T | Promise<T>): Promise<T> {
    const mine = last.then(work);
    last = mine.catch(() => undefined);
    return mine;
  }

  async function patiently(command: string, timeoutMs: number): Promise<readonly string[]> {
    const limit = remembers && MAY_HANG.test(command) ? HANG_MS : timeoutMs;
    for (let attempt = 1; ; attempt++) {
      try {
        if (attempt > 1) await again();
        return await virsh.ask([command], limit);
      } catch (error) {
        if (!(error instanceof Silence)) throw error;
        if (!remembers || !MAY_HANG.test(command) || attempt === MOST_TRIES)
          throw new DriverError('timeout', error.message);
        log(`virsh hangs in ${command}: begun anew`);
      }
    }
  }

  /** A new virsh, brought to where the last one was. */
  async function again(): Promise<void> {
    virsh.end();
    virsh = openVirsh(uri);
    for (const entry of journal) {
      if (typeof entry === 'string') await virsh.ask([entry], MAY_HANG.test(entry) ? HANG_MS : LOOK_MS);
      else entry();
    }
  }
}
