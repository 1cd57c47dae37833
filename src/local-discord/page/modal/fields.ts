/** A modal's fields as one list, whichever of Discord's two layouts an application chose, and what is wrong with a value. */
import type {
  APIComponentInLabel,
  APIModalInteractionResponseCallbackData,
  APISelectMenuComponent,
} from 'discord-api-types/v10';
import { componentType } from '../discord.js';
import { defaultsOf } from '../message/selects.js';
import type { Texts } from '../texts/index.js';

export interface Field {
  readonly kind: 'field';
  readonly label: string;
  readonly description: string | undefined;
  readonly component: APIComponentInLabel;
}

export type Part = Field | { readonly kind: 'text'; readonly content: string };

/** What is in a field now: text, picked values, a tick, or files. */
export type FieldValue = string | boolean | readonly string[] | readonly File[];

export function partsOf({ components }: APIModalInteractionResponseCallbackData): Part[] {
  return components.flatMap((component): Part[] => {
    switch (component.type) {
      case componentType.text:
        return [{ kind: 'text', content: component.content }];
      case componentType.label: {
        const { label, description, component: inside } = component;
        return [{ kind: 'field', label, description, component: inside }];
      }
      case componentType.row:
        return component.components.map((inside) => ({
          kind: 'field',
          label: inside.label ?? '',
          description: undefined,
          component: inside,
        }));
      default:
        return [];
    }
  });
}

export const isSelect = (component: APIComponentInLabel): component is APISelectMenuComponent =>
  [3, 5, 6, 7, 8].includes(component.type);

/** Discord takes everything as required unless it says otherwise, except a lone tick. */
export const isRequired = (component: APIComponentInLabel) =>
  component.type !== componentType.checkbox && (!('required' in component) || component.required !== false);

export function initialValue(component: APIComponentInLabel): FieldValue {
  switch (component.type) {
    case componentType.textInput:
      return component.value ?? '';
    case componentType.checkbox:
      return component.default ?? false;
    case componentType.fileUpload:
      return [];
    case componentType.radioGroup:
      return component.options.find((one) => one.default)?.value ?? '';
    case componentType.checkboxGroup:
      return component.options.filter((one) => one.default).map(({ value }) => value);
    default:
      return defaultsOf(component);
  }
}

/** How many values a field of several takes. */
export function boundsOf(component: APIComponentInLabel): { readonly min: number; readonly max: number } {
  const required = isRequired(component);
  if (component.type === componentType.checkboxGroup) {
    return { min: component.min_values ?? (required ? 1 : 0), max: component.max_values ?? component.options.length };
  }
  if (component.type === componentType.fileUpload || isSelect(component)) {
    return { min: required ? (component.min_values ?? 1) : 0, max: component.max_values ?? 1 };
  }
  return { min: 0, max: 1 };
}

/** Why the value cannot be submitted; undefined when it can. */
export function fieldProblem(component: APIComponentInLabel, value: FieldValue, texts: Texts): string | undefined {
  const required = isRequired(component);
  const empty = typeof value === 'boolean' ? false : value.length === 0;
  if (empty) return required ? texts.modal.required : undefined;
  if (component.type === componentType.textInput && typeof value === 'string') {
    const length = [...value].length;
    if (component.min_length && length < component.min_length) return texts.modal.tooShort(component.min_length);
    return undefined;
  }
  if (Array.isArray(value)) {
    const { min } = boundsOf(component);
    if (value.length < min) return texts.modal.tooFew(min);
  }
  return undefined;
}
