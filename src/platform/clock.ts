import { randomBytes } from 'node:crypto';

/** Cancels a timer; harmless when it already ran. */
export type Cancel = () => void;

/** Time, identity and chance, handed in so that tests decide all three. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** 20 letters and digits, 100 random bits: short enough for a nonce (25) and for a custom id beside other state. */
  newId(): string;
  /** In [0, 1). For jitter only. */
  random(): number;
  /** Runs once, `ms` from now. Never for longer than a minute: what must be remembered is a row in `schedule`. */
  after(ms: number, run: () => void): Cancel;
}

// Crockford's alphabet: no i, l, o, u, so an id read aloud is not misheard.
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

export const systemClock: Clock = {
  now: () => Date.now(),
  newId: () => Array.from(randomBytes(20), (byte) => ALPHABET.charAt(byte & 31)).join(''),
  random: () => Math.random(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
