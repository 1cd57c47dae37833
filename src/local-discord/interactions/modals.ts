/** Modals on people's screens, until they are submitted or dismissed. */
import type { OpenModal } from '../actor.js';
import { fail } from '../errors.js';
import type { Id } from '../model.js';
import type { Interaction } from './live.js';

/** Modals that nobody closed; the oldest are forgotten. */
const KEPT = 10_000;

export interface Modals {
  /** Shows a modal. Its id is that of the interaction that asked for it. */
  open(interaction: Interaction, data: OpenModal['data']): OpenModal;
  /** Takes a person's modal off their screen. Refuses: unknownInteraction. */
  close(userId: Id, id: Id): { readonly modal: OpenModal; readonly openedBy: Interaction };
  /** Looks at a modal without closing it. Refuses: unknownInteraction. */
  get(userId: Id, id: Id): { readonly modal: OpenModal; readonly openedBy: Interaction };
}

export function createModals(): Modals {
  const open = new Map<Id, { readonly modal: OpenModal; readonly openedBy: Interaction }>();

  const get = (userId: Id, id: Id) => {
    const found = open.get(id);
    return found?.openedBy.userId === userId ? found : fail('unknownInteraction');
  };

  return {
    get,
    open(openedBy, data) {
      const modal: OpenModal = { id: openedBy.id, applicationId: openedBy.application.id, data };
      open.set(modal.id, { modal, openedBy });
      for (const oldest of open.keys()) {
        if (open.size <= KEPT) break;
        open.delete(oldest);
      }
      return modal;
    },
    close(userId, id) {
      const found = get(userId, id);
      open.delete(id);
      return found;
    },
  };
}
