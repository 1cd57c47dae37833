/** Everything that people can do, put together from commands/index.ts. */
import type { Command } from './command.js';
import type { Button, Select } from './component.js';
import type { Modal } from './modal.js';

export type Part = Command | Button | Select | Modal;

/** A job people come to get done, and what it takes: its commands, and the buttons, selects and modals they show. */
export interface Job {
  /** Its heading is the text `job.<name>`; its commands live in the folder commands/<name>. */
  readonly name: string;
  readonly parts: readonly Part[];
}
