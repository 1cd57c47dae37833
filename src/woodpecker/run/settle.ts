/**
 * One text for answers that come at once and answers that come later. Work is written as a generator that yields only
 * the promises it really gets: a system in this process is run without a promise, and without a turn of the event loop, a step.
 */

/** Work that may have to wait. Yields promises, is resumed with what they come to. */
export type Work<T> = Generator<Promise<unknown>, T, unknown>;

/** `const value = isLater(answer) ? yield* later(answer) : answer`: no generator is made where nothing is waited for. */
export function isLater<T>(answer: T | Promise<T>): answer is Promise<T> {
  return answer instanceof Promise;
}

export function* later<T>(answer: Promise<T>): Work<T> {
  // `settle` resumes with what the promise that was yielded came to; the type of a generator cannot say so.
  return (yield answer) as T;
}

/** Thrown into work that waits when it is told to wait no longer. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/**
 * Does the work: returns what it comes to, or a promise of it as soon as there is something to wait for. When `giveUp`
 * fires, what is being waited for is forgotten and the work gets Interrupted instead, once.
 */
export function settle<T>(work: Work<T>, giveUp?: AbortSignal): T | Promise<T> {
  const first = work.next();
  return first.done ? first.value : finish(work, first.value, giveUp);
}

function finish<T>(work: Work<T>, waiting: Promise<unknown>, giveUp: AbortSignal | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    let current = listen();
    const interrupt = () => {
      // What was being waited for may still come: nobody listens to it any more.
      current.heard = false;
      current = listen();
      advance('throw', new Interrupted('the wait was given up'));
    };
    giveUp?.addEventListener('abort', interrupt, { once: true });
    waiting.then(current.value, current.error);

    /** The same two functions for every wait: a walk has thousands. */
    function listen() {
      const listener = {
        heard: true,
        value(value: unknown): void {
          if (listener.heard) advance('next', value);
        },
        error(error: unknown): void {
          if (listener.heard) advance('throw', error);
        },
      };
      return listener;
    }

    function advance(how: 'next' | 'throw', what: unknown): void {
      try {
        const step = how === 'next' ? work.next(what) : work.throw(what);
        if (!step.done) {
          step.value.then(current.value, current.error);
          return;
        }
        resolve(step.value);
      } catch (error) {
        reject(error);
      }
      giveUp?.removeEventListener('abort', interrupt);
    }
  });
}
