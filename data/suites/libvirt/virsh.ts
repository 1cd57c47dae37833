/**
 * One virsh, kept open: commands in, answers out. It writes its prompt when it has done a command, and readline may repeat the
 * command before its output; so behind every command goes an `echo` of a word of its own, and an answer ends where that word
 * is printed and the prompt follows. Errors come through the same pipe: virsh flushes one stream before it writes to the other.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { DriverError } from '../../../src/woodpecker/drivers/serve.js';

const PROMPT = 'virsh # ';

export interface Virsh {
  /** Output of each command, in order; sent together, so that a look at everything is one turn. */
  ask(commands: readonly string[], timeoutMs: number): Promise<readonly string[]>;
  end(): void;
}

/** virsh did not answer in time. */
export class Silence extends Error {
  override readonly name = 'Silence';
}

interface Waiting {
  readonly marker: string;
  readonly command: string;
  answer(output: string): void;
  reject(error: Error): void;
}

export function openVirsh(uri: string): Virsh {
  // The shell only joins the two streams, and becomes virsh.
  const child = spawn('/bin/sh', ['-c', 'exec virsh -q -c "$0" 2>&1', uri], { stdio: ['pipe', 'pipe', 'ignore'] });
  const { stdin, stdout } = pipesOf(child);
  const waiting: Waiting[] = [];
  let text = '';
  let asked = 0;
  let gone: Error | undefined;

  stdout.setEncoding('utf8');
  stdout.on('data', (more: string) => {
    text += more;
    for (let next = waiting[0]; next; next = waiting[0]) {
      const at = text.indexOf(next.marker + PROMPT);
      if (at < 0) return;
      waiting.shift();
      next.answer(outputIn(text.slice(0, at), next));
      text = text.slice(at + next.marker.length + PROMPT.length);
    }
  });
  stdin.on('error', () => undefined);
  child.once('error', (error) => leave(new DriverError('broken', `virsh cannot be started: ${error.message}`)));
  child.once('close', () => leave(new DriverError('broken', `virsh ended: ${text.trim().slice(-500)}`)));

  function leave(error: Error): void {
    gone ??= error;
    for (const { reject } of waiting.splice(0)) reject(gone);
  }

  function send(command: string): Promise<string> {
    if (gone) return Promise.reject(gone);
    const marker = `__flock_${++asked}__`;
    return new Promise((answer, reject) => {
      waiting.push({ marker, command, answer, reject });
      stdin.write(`${command}\necho ${marker}\n`);
    });
  }

  return {
    async ask(commands, timeoutMs) {
      const timer = setTimeout(() => leave(new Silence(`virsh is silent since ${commands.at(-1)}`)), timeoutMs);
      try {
        return await Promise.all(commands.map(send));
      } finally {
        clearTimeout(timer);
      }
    },
    end: () => void child.kill('SIGKILL'),
  };
}

function pipesOf({ stdin, stdout }: ChildProcess) {
  if (!stdin || !stdout) throw new DriverError('broken', 'virsh has no pipes');
  return { stdin, stdout };
}

/** Between the prompts: without the command that readline repeated, and without the echo that ends it. */
function outputIn(text: string, { command, marker }: Waiting): string {
  const repeated = [`${PROMPT}echo ${marker}\n`, PROMPT].find((tail) => text.endsWith(tail)) ?? '';
  const output = text.slice(0, text.length - repeated.length);
  const head = [`${PROMPT}${command}\n`, `${command}\n`].find((start) => output.startsWith(start)) ?? '';
  return output.slice(head.length);
}
