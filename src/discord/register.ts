/** Registers commands by difference: an unchanged restart writes nothing, one changed command updates that one. */
import {
  type APIApplicationCommand,
  type REST,
  type RESTGetAPIApplicationCommandsResult,
  type RESTPostAPIApplicationCommandsJSONBody,
  Routes,
} from 'discord.js';
import type { Command } from './command.js';
import { payloadOf } from './payload.js';

export interface Registration {
  readonly created: readonly string[];
  readonly updated: readonly string[];
  readonly deleted: readonly string[];
  /** The id of every command that Discord has now, by its `keyOf`. */
  readonly ids: ReadonlyMap<string, string>;
}

/** More changes than this are sent as one replacement: Discord takes about five writes of commands in 20 s. */
const ONE_BY_ONE = 3;

/** Makes the commands that Discord has those that are declared; what is the same already is left alone. */
export async function register(rest: REST, applicationId: string, commands: readonly Command[]): Promise<Registration> {
  const route = Routes.applicationCommands(applicationId);
  // The result is Discord's own description of what we once sent.
  const theirs = (await rest.get(route, {
    query: new URLSearchParams({ with_localizations: 'true' }),
  })) as RESTGetAPIApplicationCommandsResult;
  const ours = new Map(commands.map(payloadOf).map((payload) => [keyOf(payload), payload]));
  const known = new Map(theirs.map((command) => [keyOf(command), command]));

  const created = [...ours].filter(([key]) => !known.has(key)).map(([, payload]) => payload);
  const deleted = [...known].filter(([key]) => !ours.has(key)).map(([, command]) => command);
  const updated = [...ours].flatMap(([key, payload]) => {
    const command = known.get(key);
    return command && canonical(payload) !== canonical(command) ? [{ id: command.id, payload }] : [];
  });

  const ids = new Map([...known].filter(([key]) => ours.has(key)).map(([key, { id }]) => [key, id]));
  if (created.length + updated.length + deleted.length > ONE_BY_ONE) {
    const all = (await rest.put(route, { body: [...ours.values()] })) as RESTGetAPIApplicationCommandsResult;
    for (const command of all) ids.set(keyOf(command), command.id);
  } else {
    // Deleting first leaves room under the limit of 100.
    for (const { id } of deleted) await rest.delete(Routes.applicationCommand(applicationId, id));
    for (const { id, payload } of updated) {
      // What kind of command it is cannot be changed, and must not be said.
      const { type: _, ...body } = payload;
      await rest.patch(Routes.applicationCommand(applicationId, id), { body });
    }
    for (const payload of created) {
      const { id } = (await rest.post(route, { body: payload })) as APIApplicationCommand;
      ids.set(keyOf(payload), id);
    }
  }
  return {
    created: created.map(({ name }) => name),
    updated: updated.map(({ payload }) => payload.name),
    deleted: deleted.map(({ name }) => name),
    ids,
  };
}

/** A menu entry may be named as a slash command is: both kinds count their names apart. */
export function keyOf({ type, name }: Pick<RESTPostAPIApplicationCommandsJSONBody, 'type' | 'name'>): string {
  return `${type ?? 1} ${name}`;
}

const COMPARED = new Set([
  'type',
  'name',
  'name_localizations',
  'description',
  'description_localizations',
  'default_member_permissions',
  'contexts',
  'integration_types',
  'options',
  'required',
  'choices',
  'value',
  'autocomplete',
  'channel_types',
  'min_value',
  'max_value',
  'min_length',
  'max_length',
]);

/** The same text for the same command, whoever wrote it: Discord leaves out, or fills in, what we did not say. */
function canonical(value: unknown, inside = ''): string {
  if (Array.isArray(value)) {
    const parts = value.map((item) => canonical(item));
    // The order of options and choices is what people see; of contexts and channel types it means nothing.
    return `[${(inside === 'options' || inside === 'choices' ? parts : parts.sort()).join(',')}]`;
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const isMap = inside.endsWith('_localizations');
  return `{${Object.entries(value)
    .filter(([key, part]) => (isMap || COMPARED.has(key)) && !isNothing(part))
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, part]) => `${key}:${canonical(part, key)}`)
    .join(',')}}`;
}

function isNothing(value: unknown): boolean {
  if (value === null || value === undefined || value === false || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
