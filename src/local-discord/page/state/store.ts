/** One value that changes, and the components that watch a part of it. */
import { useLayoutEffect, useRef, useState } from 'preact/hooks';

export interface Store<S> {
  get(): S;
  set(change: (state: S) => S): void;
  subscribe(listener: () => void): () => void;
}

export function createStore<S>(initial: S): Store<S> {
  const listeners = new Set<() => void>();
  let state = initial;
  return {
    get: () => state,
    set(change) {
      const next = change(state);
      if (next === state) return;
      state = next;
      for (const listener of [...listeners]) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** A part of the store. The component is drawn again when `select` gives something else (by Object.is). */
export function useSelected<S, T>(store: Store<S>, select: (state: S) => T): T {
  const [, redraw] = useState(0);
  const shown = select(store.get());
  const latest = useRef({ select, shown });
  latest.current = { select, shown };
  useLayoutEffect(() => {
    const check = () => {
      const { select: now, shown: before } = latest.current;
      if (!Object.is(now(store.get()), before)) redraw((count) => count + 1);
    };
    check();
    return store.subscribe(check);
  }, [store]);
  return shown;
}
