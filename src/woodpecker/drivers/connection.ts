/** One conversation with a driver: requests out, answers in, and every way in which a driver can break the conversation. */
import type { ChildProcess } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { HarnessError, StepTimeout, SystemFailed, SystemRefused } from '../types.js';
import { createLineReader, createTail } from './lines.js';
import { DRIVER_ERRORS, MAX_LINE, METHOD_NOT_FOUND, type Message, type Method } from './protocol.js';

/** Bytes of standard error that are kept to explain what went wrong. */
const STDERR_KEPT = 16 * 1024;
/** Most notifications between two answers. */
const MOST_NOTIFICATIONS = 10_000;
/** The signs of a dying driver come in any order: its last words and how it ended are waited for this long, ms. */
const LAST_WORDS_MS = 200;

/** The driver has no such method: broken, unless it may do without. */
export class NoSuchMethod extends HarnessError {}

export interface Connection {
  /**
   * Sends one request and reads its answer by `read`. Rejects with what the driver's error means, and with HarnessError
   * when no answer came within `deadlineMs` (and at most a quarter of a second more), or the driver broke.
   */
  request<T>(method: Method, params: unknown, deadlineMs: number, read: (result: unknown) => T): Promise<T>;
  /** Ends the conversation: open and later requests are rejected with `reason`. */
  close(reason: string): void;
  /** Says that there will be no more requests, by closing the driver's stdin. */
  hangUp(): void;
  /** Resolves when the driver's process has ended. */
  readonly ended: Promise<void>;
  /** No request can be answered any more. */
  readonly broken: boolean;
}

interface Pending {
  readonly id: number;
  readonly method: Method;
  readonly deadlineMs: number;
  /** When it was first looked at, on the clock of `performance`; most requests are answered before that. */
  seen: number | undefined;
  answer(result: unknown): void;
  reject(error: unknown): void;
}

/** Between two looks at the open requests, ms: one timer a driver is cheaper than one a request. */
const TICK_MS = 125;

export interface ConnectionOptions {
  /** A notification `log`. */
  readonly onLog?: ((message: string) => void) | undefined;
  /** Called once when the driver broke the conversation, before the open requests are rejected. */
  onBroken(): void;
}

export function createConnection(child: ChildProcess, { onLog, onBroken }: ConnectionOptions): Connection {
  const { stdin, stdout, stderr } = pipesOf(child);
  /** In the order in which they were sent; mostly one, and hardly ever answered in another order. */
  const open: Pending[] = [];
  const tail = createTail(STDERR_KEPT);
  let nextId = 1;
  let notifications = 0;
  let broken: HarnessError | undefined;
  let hungUp = false;
  const ticking = setInterval(breakOffTheLate, TICK_MS);

  const reader = createLineReader(MAX_LINE, onLine, () =>
    breakOff(`the driver wrote a line of over ${MAX_LINE} bytes`),
  );
  stdout.on('data', reader.feed);
  stderr.on('data', tail.feed);
  stdout.on('error', () => undefined);
  stderr.on('error', () => undefined);
  stdin.on('error', () => closedEarly('input'));
  stdout.once('end', () => closedEarly('output'));

  const ended = new Promise<void>((resolve) => {
    child.once('exit', (code, signal) => {
      const how = signal ? `was ended by ${signal}` : `exited with code ${code}`;
      let told = false;
      const tell = () => {
        if (told) return;
        told = true;
        clearTimeout(timer);
        clearInterval(ticking);
        if (!hungUp || open.length > 0) endedEarly(`the driver ${how}`);
        resolve();
      };
      const timer = setTimeout(tell, LAST_WORDS_MS);
      child.once('close', tell);
    });
  });

  return {
    request(method, params, deadlineMs, read) {
      if (broken) return Promise.reject(broken);
      const id = nextId++;
      return new Promise((resolve, reject) => {
        const answer = (result: unknown) => {
          try {
            resolve(read(result));
          } catch (error) {
            reject(error);
          }
        };
        open.push({ id, method, deadlineMs, seen: undefined, answer, reject });
        stdin.write(`{"jsonrpc":"2.0","id":${id},"method":"${method}","params":${JSON.stringify(params)}}\n`);
      });
    },
    close: (reason) => breakOff(reason),
    hangUp() {
      hungUp = true;
      stdin.end();
    },
    ended,
    get broken() {
      return broken !== undefined;
    },
  };

  function onLine(line: string, sound: boolean) {
    if (line === '' || line === '\r') return;
    if (!sound) return breakOff(`the driver wrote a line that is not UTF-8: ${clip(line)}`);
    const message = parse(line);
    if (!message) return breakOff(`the driver wrote what is not a JSON-RPC message: ${clip(line)}`);
    if (message.method !== undefined) return onNotification(message);
    const pending = taken(message.id);
    if (!pending) {
      const said = message.error?.message ? `: ${clip(message.error.message)}` : '';
      return breakOff(`the driver answered request ${JSON.stringify(message.id ?? null)}, which is not open${said}`);
    }
    notifications = 0;
    if (message.error) pending.reject(errorOf(pending.method, message.error));
    else pending.answer(message.result);
  }

  /** Takes the request of this id out of those that are open. */
  function taken(id: Message['id']): Pending | undefined {
    const at = open.length === 1 && open[0]?.id === id ? 0 : open.findIndex((pending) => pending.id === id);
    if (at === open.length - 1) return open.pop();
    return at < 0 ? undefined : open.splice(at, 1)[0];
  }

  function onNotification({ method, params }: Message) {
    if (++notifications > MOST_NOTIFICATIONS)
      return breakOff(`the driver sent over ${MOST_NOTIFICATIONS} notifications without an answer`);
    if (method === 'log' && onLog && typeof params === 'object' && params !== null && 'message' in params)
      onLog(clip(String(params.message), 2000));
  }

  function breakOffTheLate(): void {
    const now = performance.now();
    for (const pending of open) {
      const { method, deadlineMs } = pending;
      pending.seen ??= now;
      if (now - pending.seen < deadlineMs) continue;
      const half = reader.unfinished > 0 ? `, and left a line of ${reader.unfinished} bytes without an end` : '';
      breakOff(`the driver did not answer ${method} within ${deadlineMs} ms${half}`);
    }
  }

  /** How a driver ended says more than that its pipe is closed. */
  function closedEarly(pipe: 'input' | 'output'): void {
    if (!hungUp) setTimeout(() => endedEarly(`the driver closed its standard ${pipe}`), LAST_WORDS_MS).unref();
  }

  function endedEarly(what: string): void {
    const half = reader.unfinished > 0 ? ' in the middle of a line' : '';
    const [first] = open;
    breakOff(`${what}${half}${first ? ` instead of answering ${first.method}` : ''}`);
  }

  function breakOff(reason: string): void {
    if (broken) return;
    const words = tail.text();
    broken = new HarnessError(words ? `${reason}; its standard error ends: ${words}` : reason);
    reader.close();
    clearInterval(ticking);
    onBroken();
    for (const { reject } of open.splice(0)) reject(broken);
  }
}

function pipesOf({ stdin, stdout, stderr }: ChildProcess): { stdin: Writable; stdout: Readable; stderr: Readable } {
  if (!stdin || !stdout || !stderr) throw new HarnessError('the driver was started without pipes');
  return { stdin, stdout, stderr };
}

function parse(line: string): Message | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isMessage(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** By hand: this runs for each step, and the method's own schema follows. */
function isMessage(value: unknown): value is Message {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  if ('method' in value) return typeof value.method === 'string';
  if (!('id' in value)) return false;
  if (!('error' in value)) return 'result' in value;
  if ('result' in value) return false;
  const { error } = value;
  if (typeof error !== 'object' || error === null || !('code' in error) || !('message' in error)) return false;
  return typeof error.code === 'number' && typeof error.message === 'string';
}

function errorOf(method: Method, { code, message }: { code: number; message: string }): Error {
  switch (code) {
    case DRIVER_ERRORS.refused:
      return new SystemRefused(message);
    case DRIVER_ERRORS.failed:
      return new SystemFailed(message);
    case DRIVER_ERRORS.timeout:
      return new StepTimeout(message);
    case DRIVER_ERRORS.broken:
      return new HarnessError(message);
    case METHOD_NOT_FOUND:
      return new NoSuchMethod(`the driver has no method ${method}`);
    default:
      return new HarnessError(`the driver broke at ${method}: ${message} (${code})`);
  }
}

function clip(text: string, most = 200): string {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}
