/** Everything that people can do, put together from commands/index.ts. */
import type { Access } from './access.js';
import type { Command, MessageCommand, SlashCommand, UserCommand } from './command.js';
import type { Button, Select } from './component.js';
import type { Modal } from './modal.js';
import { menuName } from './texts.js';

export type Part = Command | Button | Select | Modal;

/** A job people come to get done, and what it takes: its commands, and the buttons, selects and modals they show. */
export interface Job {
  /** Its heading is the text `job.<name>`. */
  readonly name: string;
  readonly parts: readonly Part[];
}

export interface Catalogue {
  readonly jobs: readonly Job[];
  readonly commands: readonly Command[];
  /** By the name that Discord knows: of slash commands the declared one, of menu entries the English text. */
  readonly slash: ReadonlyMap<string, SlashCommand>;
  readonly message: ReadonlyMap<string, MessageCommand>;
  readonly user: ReadonlyMap<string, UserCommand>;
  readonly buttons: ReadonlyMap<string, Button>;
  readonly selects: ReadonlyMap<string, Select>;
  readonly modals: ReadonlyMap<string, Modal>;
}

/** Sorts the parts by kind. Throws when two of a kind have the same name: the second could never be reached. */
export function createCatalogue(jobs: readonly Job[]): Catalogue {
  const parts = jobs.flatMap((job) => job.parts);
  const commands = parts.filter((part) => part.kind === 'slash' || part.kind === 'message' || part.kind === 'user');
  const ofKind = <K extends Part['kind']>(kind: K) =>
    parts.filter((part): part is Extract<Part, { kind: K }> => part.kind === kind);
  return {
    jobs,
    commands,
    slash: byName(ofKind('slash'), (command) => command.name),
    message: byName(ofKind('message'), (command) => menuName(command.name)),
    user: byName(ofKind('user'), (command) => menuName(command.name)),
    buttons: byName(ofKind('button'), (component) => component.name),
    selects: byName(ofKind('select'), (component) => component.name),
    modals: byName(ofKind('modal'), (component) => component.name),
  };
}

/** One thing that a person can start: a command, or a subcommand by its path. */
export interface Entry {
  readonly job: string;
  readonly command: Command;
  /** Of a subcommand: its own name. */
  readonly sub?: string;
  readonly access: Access;
}

/** Every command and subcommand with who may use it: what /help lists and the permission matrix is asserted from. */
export function entriesOf(catalogue: Catalogue): Entry[] {
  return catalogue.jobs.flatMap(({ name: job, parts }) =>
    catalogue.commands
      .filter((command) => parts.includes(command))
      .flatMap((command): Entry[] => {
        const access = command.access ?? 'everyone';
        if (command.kind !== 'slash' || !command.subcommands) return [{ job, command, access }];
        return Object.entries(command.subcommands).map(([sub, { access: own }]) => ({
          job,
          command,
          sub,
          access: own ?? access,
        }));
      }),
  );
}

function byName<P>(parts: readonly P[], nameOf: (part: P) => string): Map<string, P> {
  const map = new Map<string, P>();
  for (const part of parts) {
    const name = nameOf(part);
    if (map.has(name)) throw new Error(`two parts are named ${name}`);
    map.set(name, part);
  }
  return map;
}
