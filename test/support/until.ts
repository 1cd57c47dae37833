/** Waiting for what a person is to see, without a fixed sleep. */
import type { APIMessage } from 'discord-api-types/v10';
import type { Action, Actor, Answer } from '../../src/local-discord/actor.js';

const PATIENCE_MS = 20_000;

/** Resolves with what `look` finds, now or after something reached the person's screen. Rejects after 20 s. */
export async function until<T>(viewer: Actor, look: () => T | undefined | false): Promise<T> {
  const attempt = (): T | undefined => {
    try {
      return look() || undefined;
    } catch {
      // What is looked at may not be there yet.
      return undefined;
    }
  };
  const found = attempt();
  if (found !== undefined) return found;
  return new Promise<T>((resolve, reject) => {
    const end = (): void => {
      clearTimeout(timer);
      stop();
    };
    const stop = viewer.watch(() => {
      const seen = attempt();
      if (seen === undefined) return;
      end();
      resolve(seen);
    });
    const timer = setTimeout(() => {
      end();
      reject(new Error(`not seen within ${PATIENCE_MS} ms: ${look}`));
    }, PATIENCE_MS);
  });
}

/** The message that an action was answered with. Throws for any other answer. */
export async function answered(action: Action): Promise<APIMessage> {
  const answer: Answer = await action.settled;
  if (answer.kind !== 'message' && answer.kind !== 'update') throw new Error(`answered with ${answer.kind}`);
  return answer.message;
}

/** The modal that an action was answered with. Throws for any other answer. */
export async function opened(action: Action) {
  const answer = await action.outcome;
  if (answer.kind !== 'modal') throw new Error(`answered with ${JSON.stringify(answer)}`);
  return answer.modal;
}

/** Everything that can be read in a message, texts of components included. */
export function read({ content, components }: Pick<APIMessage, 'content' | 'components'>): string {
  return `${content}\n${JSON.stringify(components)}`;
}
