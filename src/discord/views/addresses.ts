/** What buttons carry in their custom ids: the views write it, commands/ reads it. */
import { LISTED_STATES } from '../../community/question.js';
import { LOCALES } from '../../platform/i18n.js';

/** Posts a draft. */
export const POST_DRAFT = { name: 'ask.post', state: { draft: 'id' } } as const;
/** Opens the modal with what the draft says. */
export const EDIT_DRAFT = { name: 'ask.edit', state: { draft: 'id' } } as const;
/** Takes an acceptance back. */
export const UNDO_ANSWER = { name: 'answer.undo', state: { message: 'id' } } as const;
/** A page of a filtered list; empty texts are no filter. */
export const LIST_PAGE = {
  name: 'question.list',
  state: {
    page: 'int',
    state: LISTED_STATES,
    mine: 'flag',
    language: ['', ...LOCALES],
    version: 'text',
    words: 'text',
  },
} as const;
export const APPLY_PLAN = { name: 'setup.apply', state: { plan: 'text' } } as const;
export const CHECK_SETUP = { name: 'setup.check' } as const;
