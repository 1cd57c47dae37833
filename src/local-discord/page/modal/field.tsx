/** One field of a modal, of any kind Discord has. */
import type { APIComponentInLabel, APISelectMenuComponent } from 'discord-api-types/v10';
import { Attached } from '../composer/attached.js';
import { useTexts } from '../context.js';
import { componentType } from '../discord.js';
import { useSelectChoices } from '../message/selects.js';
import { Select } from '../parts/select.js';
import { boundsOf, type Field, type FieldValue } from './fields.js';

interface FieldViewProps {
  readonly id: string;
  readonly field: Field;
  readonly required: boolean;
  readonly value: FieldValue;
  readonly problem: string | undefined;
  change(value: FieldValue): void;
}

export function FieldView(props: FieldViewProps) {
  const { id, field, required, problem } = props;
  const { component, label, description } = field;
  const grouped = component.type === componentType.radioGroup || component.type === componentType.checkboxGroup;
  return (
    <div class={`field ${problem ? 'invalid' : ''}`}>
      {component.type !== componentType.checkbox && (
        <label for={grouped ? undefined : id} id={`${id}-label`}>
          <bdi>{label}</bdi>
          {required && (
            <span class="required" aria-hidden="true">
              {' '}
              *
            </span>
          )}
        </label>
      )}
      {description && (
        <p class="field-about" id={`${id}-about`}>
          <bdi>{description}</bdi>
        </p>
      )}
      <Control {...props} component={component} />
      {problem && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}

function Control(props: FieldViewProps & { component: APIComponentInLabel }) {
  const { id, field, required, value, problem, change, component } = props;
  const texts = useTexts();
  switch (component.type) {
    case componentType.textInput: {
      const shared = {
        id,
        value: typeof value === 'string' ? value : '',
        placeholder: component.placeholder,
        maxLength: component.max_length ?? 4000,
        'aria-required': required,
        'aria-invalid': problem !== undefined,
        'aria-describedby': field.description ? `${id}-about` : undefined,
        dir: 'auto' as const,
        onInput: (event: { currentTarget: { value: string } }) => change(event.currentTarget.value),
      };
      return component.style === 2 ? (
        <textarea rows={5} {...shared} />
      ) : (
        <input type="text" autocomplete="off" {...shared} />
      );
    }
    case componentType.fileUpload: {
      const { max } = boundsOf(component);
      const files = typeof value === 'object' ? [...value].filter((one) => one instanceof File) : [];
      return (
        <div class="drop" aria-invalid={problem !== undefined}>
          <Attached id={id} files={files} max={max} accept={component.file_types?.join()} change={change} />
          <p class="muted">{texts.modal.files(max)}</p>
        </div>
      );
    }
    case componentType.radioGroup:
    case componentType.checkboxGroup:
      return <Options {...props} component={component} />;
    case componentType.checkbox:
      return (
        <label class="tick">
          <input
            id={id}
            type="checkbox"
            checked={value === true}
            onChange={(event) => change(event.currentTarget.checked)}
          />
          <bdi>{field.label}</bdi>
        </label>
      );
    default:
      return <SelectField {...props} component={component} />;
  }
}

type Grouped = Extract<APIComponentInLabel, { options: unknown; type: 21 | 22 }>;

function Options({ id, value, change, component, problem }: FieldViewProps & { component: Grouped }) {
  const one = component.type === componentType.radioGroup;
  const picked = typeof value === 'string' ? [value] : typeof value === 'object' ? [...value] : [];
  const { max } = boundsOf(component);
  const toggle = (option: string) => {
    if (one) return change(option);
    const others = picked.filter((each) => typeof each === 'string' && each !== option) as string[];
    change(picked.includes(option) ? others : [...others, option]);
  };
  return (
    <fieldset class="options" aria-labelledby={`${id}-label`} data-invalid={problem !== undefined}>
      {component.options.map((option) => (
        <label class="tick" key={option.value}>
          <input
            type={one ? 'radio' : 'checkbox'}
            name={id}
            checked={picked.includes(option.value)}
            disabled={!one && !picked.includes(option.value) && picked.length >= max}
            onChange={() => toggle(option.value)}
          />
          <span>
            <bdi>{option.label}</bdi>
            {option.description && <bdi class="choice-description">{option.description}</bdi>}
          </span>
        </label>
      ))}
    </fieldset>
  );
}

function SelectField({
  id,
  field,
  value,
  change,
  component,
  problem,
}: FieldViewProps & { component: APISelectMenuComponent }) {
  const texts = useTexts();
  const choices = useSelectChoices(component);
  const { min, max } = boundsOf(component);
  return (
    <Select
      id={id}
      label={field.label}
      placeholder={component.placeholder ?? texts.select}
      choices={choices}
      chosen={typeof value === 'object' ? [...value].filter((one) => typeof one === 'string') : []}
      min={min}
      max={max}
      invalid={problem !== undefined}
      onChoose={change}
    />
  );
}
