/** A gateway session: what an application asked for, what it was sent, and what it can have sent again. */
import type { Application } from '../model.js';
import { dispatchFrame, frames, MAX_REPLAY } from './protocol.js';

/** Where frames go. Closed with Discord's codes. */
export interface Line {
  send(frame: string): void;
  close(code: number, reason: string): void;
  /** Breaks the connection without a word. */
  cut(): void;
}

/** After so many dispatches without a heartbeat the client is asked for one, so that the replay can be forgotten. */
const ASK_EVERY = 8_000;

export interface Session {
  readonly id: string;
  readonly application: Application;
  readonly intents: number;
  readonly shard: readonly [id: number, count: number];
  /** The open connection, or undefined while the client is away. */
  line: Line | undefined;
  /** When the client went away; milliseconds. */
  lostAt: number;
  readonly seq: number;
  /** Sends an event now, or keeps it for the client's return. `data` is JSON. */
  dispatch(t: string, data: string): void;
  /** The client has everything up to `seq`. */
  acknowledge(seq: number): void;
  /** Whether everything after `seq` is still here. */
  canReplay(seq: number): boolean;
  /** Sends everything after `seq` once more. */
  replay(seq: number): void;
}

/** A guild belongs to one shard; what happens in direct messages to the first. */
export const ownsGuild = ([id, count]: readonly [number, number], guildId: string | undefined): boolean =>
  guildId === undefined ? id === 0 : count === 1 || Number((BigInt(guildId) >> 22n) % BigInt(count)) === id;

export function createSession(
  id: string,
  application: Application,
  intents: number,
  shard: readonly [number, number],
): Session {
  let seq = 0;
  /** Frames not known to have arrived; the last one has number `seq`. */
  let kept: string[] = [];

  return {
    id,
    application,
    intents,
    shard,
    line: undefined,
    lostAt: 0,
    get seq() {
      return seq;
    },

    dispatch(t, data) {
      seq += 1;
      const frame = dispatchFrame(t, seq, data);
      kept.push(frame);
      if (kept.length > MAX_REPLAY) kept = kept.slice(MAX_REPLAY / 2);
      this.line?.send(frame);
      if (kept.length % ASK_EVERY === 0) this.line?.send(frames.heartbeat);
    },

    acknowledge(upTo) {
      const oldest = seq - kept.length + 1;
      if (upTo >= oldest) kept = kept.slice(Math.min(upTo, seq) - oldest + 1);
    },

    canReplay: (after) => after <= seq && after >= seq - kept.length,

    replay(after) {
      for (const frame of kept.slice(kept.length - (seq - after))) this.line?.send(frame);
    },
  };
}
