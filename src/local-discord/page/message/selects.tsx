import type { APIMessage, APISelectMenuComponent } from 'discord-api-types/v10';
import { useMemo, useState } from 'preact/hooks';
import { useActions, usePart, useTexts } from '../context.js';
import { componentType } from '../discord.js';
import type { Choice } from '../parts/choice.js';
import { useChannels, usePeople, useRoles } from '../parts/entities.js';
import { Select } from '../parts/select.js';

/** What a select of any kind offers here. */
export function useSelectChoices(select: APISelectMenuComponent): readonly Choice[] {
  const people = usePeople();
  const roles = useRoles();
  const channels = useChannels(select.type === componentType.channelSelect ? select.channel_types : undefined);
  return useMemo(() => {
    switch (select.type) {
      case componentType.userSelect:
        return people;
      case componentType.roleSelect:
        return roles;
      case componentType.mentionableSelect:
        return [...people, ...roles];
      case componentType.channelSelect:
        return channels;
      default:
        return select.options.map(({ value, label, description, emoji }) => ({ value, label, description, emoji }));
    }
  }, [select, people, roles, channels]);
}

/** What the application says is chosen before anybody chose. */
export function defaultsOf(select: APISelectMenuComponent): readonly string[] {
  if ('options' in select) return select.options.filter((one) => one.default).map(({ value }) => value);
  return select.default_values?.map(({ id }) => id) ?? [];
}

export function SelectView({ select, message }: { select: APISelectMenuComponent; message: APIMessage }) {
  const texts = useTexts();
  const actions = useActions();
  const choices = useSelectChoices(select);
  const waiting = usePart(({ pressed }) => {
    const mine = pressed[message.id];
    return mine?.custom === select.custom_id && mine.state === 'waiting';
  });
  const [chosen, setChosen] = useState<readonly string[]>();
  const placeholder = select.placeholder ?? texts.select;
  return (
    <Select
      label={placeholder}
      placeholder={placeholder}
      choices={choices}
      chosen={chosen ?? defaultsOf(select)}
      min={select.min_values}
      max={select.max_values}
      disabled={select.disabled}
      busy={waiting}
      onChoose={(values) => {
        setChosen(values);
        actions.select(message, select.custom_id, values);
      }}
    />
  );
}
