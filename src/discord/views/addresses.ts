/** What buttons carry in their custom ids: the views write it, commands/ reads it. */
import { LISTED_STATES } from '../../community/question.js';
import { FINDING_STATUSES } from '../../fleet/finding.js';
import { HUNT_STATES } from '../../fleet/hunt.js';
import { STANDINGS } from '../../fleet/rules/standing.js';
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

/** Ends a hunt. */
export const STOP_HUNT = { name: 'hunt.stop', state: { hunt: 'int' } } as const;
export const HUNT_PAGE = { name: 'hunt.list', state: { page: 'int', state: ['', ...HUNT_STATES] } } as const;
/** Takes a finding on, or lets it go. */
export const CLAIM_FINDING = { name: 'finding.claim', state: { finding: 'int' } } as const;
export const EXPORT_FINDING = { name: 'finding.export', state: { finding: 'int' } } as const;
export const FINDING_PAGE = {
  name: 'finding.list',
  state: { page: 'int', status: ['', ...FINDING_STATUSES], standing: ['', ...STANDINGS], suite: 'text', mine: 'flag' },
} as const;
export const MACHINE_PAGE = { name: 'machine.list', state: { page: 'int', mine: 'flag' } } as const;
/** Asks staff to let a machine work again. */
export const APPEAL_MACHINE = { name: 'machine.appeal', state: { alias: 'text' } } as const;
export const HOURS_PAGE = { name: 'machine.hours', state: { page: 'int' } } as const;
export const BOARD_PAGE = { name: 'machine.board', state: { page: 'int' } } as const;
export const BOARD_LISTED = { name: 'board.listed', state: { listed: 'flag' } } as const;
export const SUITE_PAGE = { name: 'suite.list', state: { page: 'int' } } as const;
export const PATTERN_PAGE = { name: 'pattern.list', state: { page: 'int', suite: 'text' } } as const;
export const PROPOSE_DRAFT = { name: 'pattern.propose' } as const;
export const UNDO_STEP = { name: 'pattern.undo' } as const;
export const DROP_DRAFT = { name: 'pattern.drop' } as const;
/** Turns a question into a hunt, or links it to a finding that is known. */
export const HUNT_QUESTION = { name: 'bug.hunt', state: { question: 'id' } } as const;
export const LINK_QUESTION = { name: 'bug.link', state: { question: 'id' } } as const;
