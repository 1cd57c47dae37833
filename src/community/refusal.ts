/** A person's error, as opposed to ours: a rule said no. It is translated and answered ephemerally, never logged as a fault. */
import type { MessageKey, Values } from '../platform/i18n.js';

/** Why a rule said no: every `refusal.<reason>` in data/locales is one, and its placeholders are the context. */
export type RefusalReason = MessageKey extends infer Key
  ? Key extends `refusal.${infer Reason}`
    ? Reason
    : never
  : never;

export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(
    readonly reason: RefusalReason,
    /** What the text of the refusal names: limits, names, links. Never secrets: people read it. */
    readonly context: Values = {},
  ) {
    super(reason);
  }

  get key(): MessageKey {
    return `refusal.${this.reason}`;
  }
}

/** Says no. Never returns, so it can stand where a value was expected: `find.get(id) ?? refuse('not_a_question')`. */
export function refuse(reason: RefusalReason, context?: Values): never {
  throw new Refusal(reason, context);
}
