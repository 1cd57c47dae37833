/** Bytes in, whole lines out; and the last bytes of a stream that nobody has to read. Both bounded. */

import { isUtf8 } from 'node:buffer';

const NEWLINE = 10;
/** What stands in a text for bytes that are no UTF-8; or for itself. */
const REPLACED = '\ufffd';

/**
 * Feeds chunks; calls `onLine` for each whole line, `onTooLong` once when a line passes `most` bytes, then nothing more.
 * `sound` is false for a line that is no UTF-8: something of it is lost.
 */
export function createLineReader(most: number, onLine: (line: string, sound: boolean) => void, onTooLong: () => void) {
  let parts: Buffer[] = [];
  let held = 0;
  let dead = false;

  return {
    feed(chunk: Buffer) {
      if (dead) return;
      let from = 0;
      for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
        if (held + at - from > most) return tooLong();
        let bytes = chunk.subarray(from, at);
        if (held > 0) {
          bytes = Buffer.concat([...parts, bytes]);
          parts = [];
          held = 0;
        }
        from = at + 1;
        const line = bytes.toString('utf8');
        onLine(line, !line.includes(REPLACED) || isUtf8(bytes));
        if (dead) return;
      }
      if (from === chunk.length) return;
      held += chunk.length - from;
      if (held > most) return tooLong();
      parts.push(from === 0 ? chunk : chunk.subarray(from));
    },
    /** Bytes of a line that has not ended. */
    get unfinished(): number {
      return held;
    },
    /** Nothing more is delivered. */
    close(): void {
      dead = true;
      parts = [];
    },
  };

  function tooLong(): void {
    dead = true;
    parts = [];
    onTooLong();
  }
}

/** Keeps the last `most` bytes of what it is fed. */
export function createTail(most: number) {
  let parts: Buffer[] = [];
  let held = 0;
  let lost = false;
  return {
    feed(chunk: Buffer): void {
      parts.push(chunk.length > most ? chunk.subarray(chunk.length - most) : chunk);
      held += Math.min(chunk.length, most);
      lost ||= chunk.length > most;
      // Joined only when twice the bound has gathered: a flood costs one copy for each `most` bytes of it.
      if (held > 2 * most) compact();
    },
    /** The end of what came, trimmed; begins with an ellipsis where something was dropped. */
    text(): string {
      compact();
      return (lost ? '…' : '') + (parts[0]?.toString('utf8').trim() ?? '');
    },
  };

  function compact(): void {
    const all = Buffer.concat(parts);
    lost ||= all.length > most;
    const kept = all.length > most ? Buffer.from(all.subarray(all.length - most)) : all;
    parts = [kept];
    held = kept.length;
  }
}
