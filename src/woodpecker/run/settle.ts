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
    let turn = 0;
    const interrupt = () => advance(() => work.throw(new Interrupted('the wait was given up')));
    const advance = (resume: () => IteratorResult<Promise<unknown>, T>) => {
      turn++;
      try {
        const step = resume();
        if (!step.done) return wait(step.value);
        resolve(step.value);
      } catch (error) {
        reject(error);
      }
      giveUp?.removeEventListener('abort', interrupt);
    };
    const wait = (promise: Promise<unknown>) => {
      const mine = turn;
      promise.then(
        (value) => mine === turn && advance(() => work.next(value)),
        (error) => mine === turn && advance(() => work.throw(error)),
      );
    };
    giveUp?.addEventListener('abort', interrupt, { once: true });
    wait(waiting);
  });
}
