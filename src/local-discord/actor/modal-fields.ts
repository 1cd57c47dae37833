/** Turns what a person put into a modal into its submission, refusing what Discord's client would not send. */
import {
  type APIComponentInLabel,
  type APIModalInteractionResponseCallbackData,
  type APIModalSubmissionComponent,
  type APITextInputComponent,
  ComponentType as C,
  type ModalSubmitComponent,
} from 'discord-api-types/v10';
import type { ModalFields, Upload } from '../actor.js';
import { invalid } from '../errors.js';
import { limits } from '../limits.js';
import { readPicks } from './picks.js';
import type { Typing } from './typed-options.js';

type Field = ModalFields[string];

/** Refuses with 50035: an unknown field, a required one left empty, text too short or long, the wrong kind of value. */
export function readFields(
  typing: Typing,
  modal: APIModalInteractionResponseCallbackData,
  fields: ModalFields,
): APIModalSubmissionComponent[] {
  const left = new Set(Object.keys(fields));
  const take = (customId: string) => {
    left.delete(customId);
    return fields[customId];
  };
  const submitted = modal.components.map((component): APIModalSubmissionComponent => {
    const id = component.id ?? 0;
    switch (component.type) {
      case C.ActionRow:
        return {
          type: C.ActionRow,
          id,
          components: component.components.map((input) => textValue(input, take(input.custom_id))),
        };
      case C.Label:
        return {
          type: C.Label,
          id,
          component: fieldValue(typing, component.component, take(component.component.custom_id)),
        };
      default:
        return { type: C.TextDisplay, id };
    }
  });
  for (const name of left) invalid(name, 'COMPONENT_UNKNOWN', 'This modal has no such field');
  return submitted;
}

const common = <T extends C>(component: { id?: number; type: T; custom_id: string }) => ({
  type: component.type,
  id: component.id ?? 0,
  custom_id: component.custom_id,
});

const wrong = (customId: string, message: string) => invalid(customId, 'COMPONENT_VALUE_INVALID', message);

function fieldValue(typing: Typing, component: APIComponentInLabel, field: Field | undefined): ModalSubmitComponent {
  switch (component.type) {
    case C.TextInput:
      return textValue(component, field);
    case C.FileUpload: {
      const files = listOf(component.custom_id, field, isUpload);
      checkCount(component, files.length);
      const values = files.map((file) => {
        const attachment = typing.upload(file);
        typing.resolving.attachment(attachment);
        return attachment.id;
      });
      return { ...common(component), values };
    }
    case C.Checkbox: {
      if (field !== undefined && typeof field !== 'boolean') wrong(component.custom_id, 'Tick it or leave it');
      return { ...common(component), value: field === undefined ? (component.default ?? false) : field === true };
    }
    case C.RadioGroup: {
      const [value = null] = listOf(component.custom_id, field, isText);
      if (value === null && component.required !== false) wrong(component.custom_id, 'Choose one');
      if (value !== null && !component.options.some((one) => one.value === value))
        wrong(component.custom_id, `Cannot choose "${value}"`);
      return { ...common(component), value };
    }
    case C.CheckboxGroup: {
      const values = listOf(component.custom_id, field, isText);
      checkCount(component, values.length);
      for (const value of values)
        if (!component.options.some((one) => one.value === value))
          wrong(component.custom_id, `Cannot choose "${value}"`);
      return { ...common(component), values };
    }
    default:
      return {
        ...common(component),
        values: readPicks(typing, component, listOf(component.custom_id, field, isText), true),
      };
  }
}

function textValue(
  input: APITextInputComponent,
  field: Field | undefined,
): ModalSubmitComponent & { type: C.TextInput } {
  const value = field ?? input.value ?? '';
  if (typeof value !== 'string') return wrong(input.custom_id, 'Enter a text');
  const most = input.max_length ?? limits.component.textInput;
  if (value === '' && input.required !== false) wrong(input.custom_id, 'This field is required');
  if (value !== '' && value.length < (input.min_length ?? 0))
    wrong(input.custom_id, `Enter at least ${input.min_length}`);
  if (value.length > most) wrong(input.custom_id, `Enter at most ${most}`);
  return { ...common(input), value };
}

function checkCount(
  component: { custom_id: string; required?: boolean; min_values?: number; max_values?: number },
  count: number,
): void {
  const least = component.min_values ?? 1;
  const most = component.max_values ?? 1;
  if (count === 0 && component.required === false) return;
  if (count < least || count > most) wrong(component.custom_id, `Choose ${least} to ${most}`);
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isUpload = (value: unknown): value is Upload => typeof value === 'object' && value !== null && 'data' in value;

function listOf<T>(customId: string, field: Field | undefined, is: (value: unknown) => value is T): T[] {
  const list: readonly unknown[] = field === undefined ? [] : Array.isArray(field) ? field : [field];
  return list.map((value) => (is(value) ? value : wrong(customId, 'This value does not fit')));
}
