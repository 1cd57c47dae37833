/** What every component may use, handed down once. */
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Actions } from './actions.js';
import type { State } from './state/model.js';
import { type Store, useSelected } from './state/store.js';
import { type Texts, textsIn } from './texts/index.js';

export interface App {
  readonly store: Store<State>;
  readonly actions: Actions;
}

export const AppContext = createContext<App | undefined>(undefined);

export function useApp(): App {
  const app = useContext(AppContext);
  if (!app) throw new Error('This component stands outside the page.');
  return app;
}

/** A part of the state; the component is drawn again when it changes. */
export const usePart = <T>(select: (state: State) => T): T => useSelected(useApp().store, select);

export const useActions = () => useApp().actions;

export const useLanguage = () => usePart(({ language }) => language);

export const useTexts = (): Texts => textsIn(useLanguage());
