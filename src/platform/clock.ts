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

const ID_LENGTH = 20;
// Asking the system for so few bytes each time would cost more than all else about an id.
let stock = '';
let used = 0;

function newId(): string {
  if (used + ID_LENGTH > stock.length) {
    stock = Array.from(randomBytes(ID_LENGTH * 200), (byte) => ALPHABET.charAt(byte & 31)).join('');
    used = 0;
  }
  used += ID_LENGTH;
  return stock.slice(used - ID_LENGTH, used);
}

export const systemClock: Clock = {
  now: () => Date.now(),
  newId,
  random: () => Math.random(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

/** Goes on evenly, whatever the machine's clock is set to meanwhile: for how long things take, not for what o'clock it is. */
export const steadyClock: Clock = { ...systemClock, now: () => performance.timeOrigin + performance.now() };
