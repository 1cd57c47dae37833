/** What a person picks in a select, in a message or in a modal. */
import { type APISelectMenuComponent, ComponentType as C } from 'discord-api-types/v10';
import { invalid } from '../errors.js';
import { findChannel, findRole, findUser } from './naming.js';
import type { Typing } from './typed-options.js';

/** Discord's own: `required` belongs to modals, where it is true unless said otherwise. */
type Select = APISelectMenuComponent & { required?: boolean };

/** Gives the picked values as Discord sends them. Refuses with 50035: too few, too many, or what cannot be picked. */
export function readPicks(typing: Typing, select: Select, picked: readonly string[], inModal = false): string[] {
  const refuse = (message: string) => invalid(select.custom_id, 'COMPONENT_VALUES_INVALID', message);
  const optional = inModal && select.required === false && picked.length === 0;
  const least = select.min_values ?? 1;
  const most = select.max_values ?? 1;
  if (!optional && (picked.length < least || picked.length > most)) refuse(`Choose ${least} to ${most}`);
  const values = picked.map((one) => readPick(typing, select, one) ?? refuse(`Cannot choose "${one}"`));
  if (new Set(values).size < values.length) refuse('Choose each only once');
  return values;
}

function readPick({ world, place, userId, resolving }: Typing, select: Select, typed: string): string | undefined {
  if (select.type === C.StringSelect) {
    const byValue = select.options.find(({ value }) => value === typed);
    return (byValue ?? select.options.find(({ label }) => label === typed))?.value;
  }
  if (select.type === C.ChannelSelect) {
    const channel = findChannel(world, place, userId, typed);
    const types: readonly number[] = select.channel_types ?? [];
    if (!channel || (types.length > 0 && !types.includes(channel.type))) return undefined;
    resolving.channel(channel);
    return channel.id;
  }
  const user = select.type === C.RoleSelect ? undefined : findUser(world, place, typed);
  if (user !== undefined) {
    resolving.user(user);
    return user;
  }
  const role = select.type === C.UserSelect ? undefined : findRole(place, typed);
  if (role) resolving.role(role);
  return role?.id;
}
