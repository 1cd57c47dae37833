/** What lies over the page: one thing at a time. */
import type { APIUser } from 'discord-api-types/v10';
import type { IconName } from './parts/icon.js';
import type { Spot } from './parts/popover.js';
import { createStore } from './state/store.js';

export interface MenuItem {
  readonly label: string;
  readonly icon?: IconName;
  readonly danger?: boolean;
  /** Whose command it is. */
  readonly by?: APIUser;
  run?(): void;
  readonly items?: readonly MenuItem[];
}

export type Overlay =
  | { readonly kind: 'menu'; readonly at: Spot; readonly label: string; readonly items: readonly MenuItem[] }
  | { readonly kind: 'profile'; readonly at: Spot; readonly user: APIUser }
  | { readonly kind: 'emoji'; readonly at: Spot; pick(emoji: string): void }
  | { readonly kind: 'people'; readonly at: Spot }
  | { readonly kind: 'threads'; readonly at: Spot; readonly channel: string }
  | { readonly kind: 'picture'; readonly url: string; readonly label: string }
  | { readonly kind: 'switcher' | 'events' | 'join' };

export const overlay = createStore<Overlay | undefined>(undefined);

export const openOverlay = (next: Overlay) => overlay.set(() => next);
export const closeOverlay = () => overlay.set(() => undefined);
