/** Everything people can do, in the order they meet it. What is not listed here does not exist. */
import type { Job } from '../src/discord/catalogue.js';
import help, { turnHelp } from './help.js';
import { bug, huntQuestion, huntQuestionModal, linkQuestion } from './hunts/bug.js';
import { claimFinding, exportFinding, finding, findingPage } from './hunts/finding.js';
import { hunt, huntPage, stopHuntButton } from './hunts/hunt.js';
import {
  appealMachine,
  appealModal,
  boardListed,
  boardPage,
  hoursPage,
  machine,
  machinePage,
} from './hunts/machine.js';
import { dropDraft, pasteModal, pattern, patternPage, proposeDraft, undoStep } from './hunts/pattern.js';
import { suite, suitePage } from './hunts/suite.js';
import { accept, undoAnswer } from './questions/accept.js';
import { ask, askModal, editDraft, postDraft } from './questions/ask.js';
import { listPage, question } from './questions/question.js';
import doctor, { dropEffect, retryEffect } from './setup/doctor.js';
import { applyPlan, checkSetup, setup } from './setup/setup.js';

export const jobs: readonly Job[] = [
  { name: 'start', parts: [help, turnHelp] },
  { name: 'questions', parts: [ask, askModal, postDraft, editDraft, accept, undoAnswer, question, listPage] },
  {
    name: 'hunts',
    parts: [
      ...[machine, machinePage, hoursPage, boardPage, boardListed, appealMachine, appealModal],
      ...[suite, suitePage],
      ...[pattern, patternPage, pasteModal, proposeDraft, undoStep, dropDraft],
      ...[hunt, huntPage, stopHuntButton],
      ...[finding, findingPage, claimFinding, exportFinding],
      ...[bug, linkQuestion, huntQuestion, huntQuestionModal],
    ],
  },
  { name: 'setup', parts: [setup, applyPlan, checkSetup, doctor, retryEffect, dropEffect] },
];
