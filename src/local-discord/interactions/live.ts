/** Interactions under way: their tokens, their deadlines, and who waits for their answers. */
import { InteractionType } from 'discord-api-types/v10';
import type { Cancel, Clock } from '../../platform/clock.js';
import type { Answer, Timing } from '../actor.js';
import { fail } from '../errors.js';
import type { Application, Id, Message } from '../model.js';

/** An application has this long for its first answer, in milliseconds. */
export const ANSWER_WITHIN = 3_000;
/** And this long for everything after it. */
export const TOKEN_LIVES = 15 * 60_000;

/** What was asked: enough to answer it, and no more, as tokens are remembered for 15 minutes. */
export interface Asked {
  readonly id: Id;
  readonly token: string;
  readonly type: InteractionType;
  readonly application: Application;
  readonly userId: Id;
  readonly channelId: Id;
  readonly guildId: Id | undefined;
  /** The message whose component was used, or from whose component the submitted modal came. */
  readonly source: Message | undefined;
  /** For `interaction_metadata` of the answer: the message or user that a menu was opened on. */
  readonly target: { readonly messageId?: Id; readonly userId?: Id };
  /** The interaction that opened the modal which this one submits. */
  readonly openedBy: Interaction | undefined;
  /** The command that was used, with its group and subcommand: clients show it above the answer. */
  readonly command?: string;
}

/** A settled outcome without its timing: the interaction knows that itself. */
export type Said = Answer extends infer A ? (A extends Answer ? Omit<A, 'timing'> : never) : never;

export interface Interaction extends Asked {
  readonly sentAt: number;
  readonly outcome: Promise<Answer>;
  readonly settled: Promise<Answer>;
  /** `open` until the first answer; `dead` when none came in time. */
  readonly state: 'open' | 'answered' | 'dead';
  /** The message that the first answer made or changed. */
  original: Message | undefined;
  /** A deferral that nothing followed yet. */
  pending: { readonly ephemeral: boolean; readonly update: boolean } | undefined;
  /** Ephemeral follow-ups, by id. */
  readonly followUps: Map<Id, Message>;
  /** The first answer. */
  answer(said: Said): void;
  /** What the person finally sees, after a deferral. */
  settle(said: Said): void;
}

export interface Live {
  open(asked: Asked): Interaction;
  /** Refuses: unknownInteraction when it does not exist or went unanswered too long, alreadyAcknowledged. */
  toAnswer(id: Id, token: string): Interaction;
  /** For follow-ups. Refuses: webhookToken when the token is over or unknown, unknownWebhook before the first answer. */
  answered(applicationId: Id, token: string): Interaction;
  /** Ends every wait. */
  close(): void;
}

export function createLive(clock: Pick<Clock, 'now' | 'after'>, monotonic: () => number): Live {
  /** By token, oldest first. */
  const known = new Map<string, Interaction>();
  const deadlines = new Set<Cancel>();
  let sweeping: Cancel | undefined;

  /** Forgets tokens that are over; a deferral that nothing followed has then failed. */
  function sweep(): void {
    sweeping = undefined;
    for (const [token, interaction] of known) {
      if (clock.now() - interaction.sentAt < TOKEN_LIVES) break;
      interaction.settle({ kind: 'failed', reason: 'no-answer' });
      known.delete(token);
    }
    if (known.size > 0) sweeping = clock.after(30_000, sweep);
  }

  return {
    open(asked) {
      const interaction = createInteraction(asked, clock, monotonic, deadlines);
      known.set(asked.token, interaction);
      sweeping ??= clock.after(30_000, sweep);
      return interaction;
    },

    toAnswer(id, token) {
      const interaction = known.get(token);
      if (!interaction || interaction.id !== id || interaction.state === 'dead') return fail('unknownInteraction');
      if (interaction.state === 'answered') return fail('alreadyAcknowledged');
      return interaction;
    },

    answered(applicationId, token) {
      const interaction = known.get(token);
      if (!interaction || interaction.application.id !== applicationId) return fail('webhookToken');
      if (clock.now() - interaction.sentAt >= TOKEN_LIVES) return fail('webhookToken');
      if (interaction.state !== 'answered') return fail('unknownWebhook');
      return interaction;
    },

    close() {
      sweeping?.();
      for (const cancel of deadlines) cancel();
      deadlines.clear();
    },
  };
}

function createInteraction(
  asked: Asked,
  clock: Pick<Clock, 'now' | 'after'>,
  monotonic: () => number,
  deadlines: Set<Cancel>,
): Interaction {
  const sentAt = clock.now();
  const started = monotonic();
  let state: Interaction['state'] = 'open';
  let heard: (answer: Answer) => void = () => {};
  let seen: (answer: Answer) => void = () => {};

  const timing = (): Timing => ({ sentAt, answeredAt: clock.now(), tookMs: monotonic() - started });
  const timed = (said: Said): Answer => ({ ...said, timing: timing() });

  const stopWaiting = clock.after(ANSWER_WITHIN, () => {
    deadlines.delete(stopWaiting);
    state = 'dead';
    const failed = timed({ kind: 'failed', reason: 'no-answer' });
    heard(failed);
    seen(failed);
  });
  deadlines.add(stopWaiting);

  return {
    ...asked,
    sentAt,
    outcome: new Promise((resolve) => {
      heard = resolve;
    }),
    settled: new Promise((resolve) => {
      seen = resolve;
    }),
    get state() {
      return state;
    },
    original: undefined,
    pending: undefined,
    followUps: new Map(),

    answer(said) {
      stopWaiting();
      deadlines.delete(stopWaiting);
      state = said.kind === 'failed' ? 'dead' : 'answered';
      const answer = timed(said);
      heard(answer);
      if (said.kind !== 'deferred' && said.kind !== 'deferred-update') seen(answer);
    },

    settle(said) {
      seen(timed(said));
    },
  };
}

/** Component interactions, and modals that were opened from a component, have a message to update. */
export const canUpdate = (interaction: Interaction): boolean => interaction.source !== undefined;

export const isAutocomplete = (interaction: Interaction): boolean =>
  interaction.type === InteractionType.ApplicationCommandAutocomplete;
