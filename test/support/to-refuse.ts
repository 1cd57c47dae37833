/** `expect(() => rule()).toRefuse('not_yours')`: the rule said no, for this reason. */
import { expect } from 'vitest';
import { Refusal, type RefusalReason } from '../../src/community/refusal.js';

declare module 'vitest' {
  interface Matchers<T> {
    toRefuse(reason: RefusalReason): T;
  }
}

expect.extend({
  toRefuse(act: () => unknown, reason: RefusalReason) {
    let found = 'nothing';
    try {
      act();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      found = error.reason;
    }
    return { pass: found === reason, message: () => `expected to be refused: ${reason}; was refused: ${found}` };
  },
});
