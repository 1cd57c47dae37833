/** Application commands and interactions: what applications register, what people do with it, and how it is answered. */
import type { Clock } from '../../platform/clock.js';
import type { Gateway } from '../gateway/index.js';
import type { World } from '../world.js';
import type { AnswerDeps } from './answer.js';
import { createAsk, type Question } from './ask.js';
import { type Commands, createCommands } from './commands.js';
import { createLive, type Interaction, type Live } from './live.js';
import { createModals, type Modals } from './modals.js';
import { createPrivateMessages, type PrivateMessages } from './private-messages.js';

export interface Interactions {
  readonly commands: Commands;
  readonly live: Live;
  readonly modals: Modals;
  /** Ephemeral messages, by who sees them. */
  readonly privately: PrivateMessages;
  /** For answers and follow-ups. */
  readonly answering: AnswerDeps;
  /** Sends an interaction to its application. */
  ask(question: Question): Interaction;
}

export interface InteractionsDeps {
  readonly world: World;
  readonly gateway: Pick<Gateway, 'isOnline' | 'tell'>;
  readonly clock: Pick<Clock, 'now' | 'after'>;
  /** Milliseconds that never jump: for how long answers took. */
  monotonic(): number;
}

export function createInteractions({ world, gateway, clock, monotonic }: InteractionsDeps): Interactions {
  const live = createLive(clock, monotonic);
  const modals = createModals();
  const privately = createPrivateMessages();
  return {
    commands: createCommands(world),
    live,
    modals,
    privately,
    answering: { world, privately, openModal: modals.open },
    ask: createAsk(world, live, gateway),
  };
}
