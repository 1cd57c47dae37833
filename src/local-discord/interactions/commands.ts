/** Registered application commands: who may list, create, change and remove them, within Discord's counts. */
import { ApplicationCommandType as Type } from 'discord-api-types/v10';
import { DiscordError, FormErrors, fail } from '../errors.js';
import type { Application, Command, Id } from '../model.js';
import type { World } from '../world.js';
import { type CommandForm, isChat, normalisedOption, readCommand } from './command-form.js';

/** Per application and guild (or globally), by kind. */
const MAX_IN_SCOPE = { [Type.ChatInput]: 100, [Type.User]: 15, [Type.Message]: 15 } as const;
const MAX_CREATES_A_DAY = 200;
const DAY = 86_400_000;
const EVERYWHERE = [0, 1, 2];

/** Where commands are registered: everywhere, or in one guild. */
export interface Scope {
  readonly application: Application;
  readonly guildId?: Id;
}

export interface Commands {
  list(scope: Scope): readonly Command[];
  /** Refuses: unknownCommand. */
  get(scope: Scope, id: Id): Command;
  /** Creates a command, or overwrites the one of the same kind and name. Refuses: invalidForm, maxCommands, maxCommandCreates. */
  create(scope: Scope, body: unknown): { command: Command; created: boolean };
  /** Refuses: unknownCommand, invalidForm. */
  change(scope: Scope, id: Id, body: unknown): Command;
  /** Refuses: unknownCommand. */
  remove(scope: Scope, id: Id): void;
  /** Makes these the scope's only commands. Refuses: invalidForm, maxCommandCreates. */
  replace(scope: Scope, body: unknown): Command[];
  /** What may be used in a guild, or in direct messages: an application's own and its global ones. */
  offered(applicationId: Id, guildId: Id | undefined): Command[];
}

export function createCommands(world: World): Commands {
  const scopes = new Map<string, Map<Id, Command>>();
  /** Times of creation in the last day, by scope. */
  const creations = new Map<string, number[]>();
  for (const command of world.commands.values())
    inScope(keyOf(command.application_id, command.guild_id)).set(command.id, command);

  function inScope(key: string): Map<Id, Command> {
    const known = scopes.get(key) ?? new Map<Id, Command>();
    scopes.set(key, known);
    return known;
  }

  const of = (scope: Scope) => inScope(keyOf(scope.application.id, scope.guildId));
  const named = (scope: Scope, type: Type, name: string) => {
    for (const command of of(scope).values()) if (command.type === type && command.name === name) return command;
    return undefined;
  };

  function save(scope: Scope, form: CommandForm, existing: Command | undefined): Command {
    const command = toCommand(world, scope, form, existing);
    if (existing && sameButVersion(existing, command)) return existing;
    of(scope).set(command.id, command);
    world.commands.set(command.id, command);
    world.changed('command', command.id, command.guild_id ?? '', command);
    return command;
  }

  function forget(scope: Scope, command: Command): void {
    of(scope).delete(command.id);
    world.commands.delete(command.id);
    world.changed('command', command.id, command.guild_id ?? '', undefined);
  }

  function recent(scope: Scope): number[] {
    const key = keyOf(scope.application.id, scope.guildId);
    const times = (creations.get(key) ?? []).filter((time) => time > world.now() - DAY);
    creations.set(key, times);
    return times;
  }

  function countCreations(scope: Scope, count: number): void {
    const times = recent(scope);
    // Free again are those that were first, as many as this one is too many.
    const over = times[times.length + count - MAX_CREATES_A_DAY - 1];
    if (times.length + count > MAX_CREATES_A_DAY) {
      throw new DiscordError('maxCommandCreates', { retryAfter: ((over ?? world.now()) + DAY - world.now()) / 1000 });
    }
    for (let n = 0; n < count; n += 1) times.push(world.now());
  }

  function get(scope: Scope, id: Id): Command {
    return of(scope).get(id) ?? fail('unknownCommand');
  }

  return {
    get,
    list: (scope) => [...of(scope).values()],

    create(scope, body) {
      const errors = new FormErrors();
      const form = readCommand(body, '', errors);
      errors.settle();
      if (!form) return fail('invalidForm');
      const existing = named(scope, form.type ?? Type.ChatInput, form.name);
      if (!existing) {
        if (countOf([...of(scope).values()], form.type ?? Type.ChatInput) >= most(form)) fail('maxCommands');
        countCreations(scope, 1);
      }
      return { command: save(scope, form, existing), created: !existing };
    },

    change(scope, id, body) {
      const existing = get(scope, id);
      const changes = typeof body === 'object' && body !== null ? body : {};
      const errors = new FormErrors();
      const form = readCommand({ ...existing, dm_permission: undefined, ...changes, type: existing.type }, '', errors);
      errors.settle();
      if (!form) return fail('invalidForm');
      const other = named(scope, existing.type, form.name);
      if (other && other.id !== id) refuseDuplicate('name');
      return save(scope, form, existing);
    },

    remove: (scope, id) => forget(scope, get(scope, id)),

    replace(scope, body) {
      const forms = readAll(body);
      const claimed = new Set(forms.flatMap((form) => form.id ?? []));
      const kept = forms.map((form) => {
        const byId = form.id ? of(scope).get(form.id) : undefined;
        const byName = named(scope, form.type ?? Type.ChatInput, form.name);
        // An id wins over a name: the command that another form renames is not overwritten by its old name.
        return byId ?? (byName && !claimed.has(byName.id) ? byName : undefined);
      });
      countCreations(scope, kept.filter((existing) => !existing).length);
      const keeping = new Set(kept.flatMap((existing) => existing?.id ?? []));
      for (const command of [...of(scope).values()]) if (!keeping.has(command.id)) forget(scope, command);
      return forms.map((form, index) => save(scope, form, kept[index]));
    },

    offered(applicationId, guildId) {
      const global = [...inScope(keyOf(applicationId, undefined)).values()];
      return guildId === undefined ? global : [...inScope(keyOf(applicationId, guildId)).values(), ...global];
    },
  };
}

const keyOf = (applicationId: Id, guildId: Id | undefined) => `${applicationId}/${guildId ?? ''}`;

const countOf = (commands: readonly { type?: Type | null }[], type: Type) =>
  commands.filter((command) => (command.type ?? Type.ChatInput) === type).length;

const most = (form: CommandForm) => MAX_IN_SCOPE[form.type ?? Type.ChatInput];

function readAll(body: unknown): CommandForm[] {
  const errors = new FormErrors();
  if (!Array.isArray(body)) {
    errors.add('', 'LIST_TYPE_CONVERT', 'Only iterables may be used in a ListType');
    errors.settle();
    return [];
  }
  const forms = body.flatMap((one: unknown, index) => readCommand(one, String(index), errors) ?? []);
  errors.settle();
  for (const type of [Type.ChatInput, Type.User, Type.Message] as const)
    if (countOf(forms, type) > MAX_IN_SCOPE[type]) fail('maxCommands');
  const names = new Set<string>();
  for (const [index, form] of forms.entries()) {
    const name = `${form.type ?? Type.ChatInput}/${form.name}`;
    if (names.has(name)) refuseDuplicate(String(index));
    names.add(name);
  }
  return forms;
}

function refuseDuplicate(path: string): never {
  const errors = new FormErrors();
  errors.add(path, 'APPLICATION_COMMANDS_DUPLICATE_NAME', 'Application command names must be unique');
  errors.settle();
  throw new DiscordError('invalidForm');
}

function toCommand(world: World, scope: Scope, form: CommandForm, existing: Command | undefined): Command {
  const contexts = form.contexts ?? (form.dm_permission === false ? [0] : null);
  return {
    id: existing?.id ?? world.newId(),
    application_id: scope.application.id,
    version: world.newId(),
    default_member_permissions:
      form.default_member_permissions == null ? null : String(form.default_member_permissions),
    type: form.type ?? Type.ChatInput,
    name: form.name,
    name_localizations: form.name_localizations ?? null,
    description: form.description ?? '',
    description_localizations: form.description_localizations ?? null,
    ...(scope.guildId === undefined
      ? {
          // Discord derives the deprecated field from the new one.
          dm_permission: (contexts ?? EVERYWHERE).includes(1),
          contexts,
          integration_types: form.integration_types ?? [0],
        }
      : { guild_id: scope.guildId }),
    ...(isChat(form) && form.options?.length ? { options: form.options.map(normalisedOption) } : {}),
    nsfw: form.nsfw ?? false,
  };
}

/** An unchanged overwrite keeps its version, so registering the same thing again changes nothing. */
function sameButVersion(before: Command, after: Command): boolean {
  return JSON.stringify({ ...before, version: '' }) === JSON.stringify({ ...after, version: '' });
}
