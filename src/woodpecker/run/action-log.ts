/**
 * What a walk does, a line an event, on disk before it is done: whatever ends this process, the log ends with the step that
 * was under way. Each line is one JSON object that reads like a sentence: `{"step":3,"do":"stop_vm vm#1",…}`.
 */
import { closeSync, constants, ftruncateSync, openSync, writeSync } from 'node:fs';
import type { Json } from '../types.js';
import { HarnessError } from '../types.js';

export type LogLine = Readonly<Record<string, Json | undefined>>;

export interface ActionLog {
  /** On disk when it returns. Throws HarnessError when the disk is full. */
  before(line: LogLine): void;
  /** On disk no later than the next `before` or `end`. */
  after(line: LogLine): void;
  end(): void;
}

export const noLog: ActionLog = { before: () => undefined, after: () => undefined, end: () => undefined };

export interface FileLog extends ActionLog {
  readonly path: string;
  /** On disk so far. */
  readonly bytes: number;
  /** Empties the file, for the next walk. */
  restart(): void;
  close(): void;
}

const { O_APPEND, O_CREAT, O_TRUNC, O_WRONLY } = constants;

/** What a log says where it was cut. */
const CUT = `${JSON.stringify({ log: 'cut: it has reached its greatest size' })}\n`;

/** A log of at most `most` bytes, and one line that says that it was cut. Throws HarnessError. */
export function createFileLog(path: string, most: number): FileLog {
  const file = orBroken(() => openSync(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND));
  let waiting = '';
  let written = 0;
  let cut = false;
  const log: FileLog = {
    path,
    get bytes() {
      return written;
    },
    before(line) {
      append(waiting + textOf(line));
      waiting = '';
    },
    after(line) {
      waiting += textOf(line);
      // A driver that talks without end is not held in memory.
      if (waiting.length > 65_536) log.end();
    },
    end() {
      if (waiting !== '') append(waiting);
      waiting = '';
    },
    restart() {
      waiting = '';
      written = 0;
      cut = false;
      orBroken(() => ftruncateSync(file));
    },
    close() {
      closeSync(file);
    },
  };
  return log;

  function append(text: string): void {
    if (cut) return;
    cut = written + text.length > most;
    writeAll(cut ? CUT : text);
  }

  function writeAll(text: string): void {
    const bytes = orBroken(() => writeSync(file, text));
    written += bytes;
    // Never so for ASCII on a disk with room; else the rest is written, or says that the disk is full.
    if (bytes < text.length) writeAll(Buffer.from(text).subarray(bytes).toString());
  }
}

const textOf = (line: LogLine): string => `${JSON.stringify(line)}\n`;

function orBroken<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw new HarnessError(
      `the action log cannot be written: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
