import { useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useTexts } from '../context.js';
import { type Choice, ChoiceView, matching } from './choice.js';
import { Icon } from './icon.js';
import { isComposing } from './keys.js';

interface SelectProps {
  readonly label: string;
  readonly placeholder: string;
  readonly choices: readonly Choice[];
  readonly chosen: readonly string[];
  readonly min?: number;
  readonly max?: number;
  readonly disabled?: boolean;
  readonly busy?: boolean;
  readonly invalid?: boolean;
  readonly id?: string;
  /** One value: as soon as it is picked. Several: when the list closes. */
  onChoose(values: readonly string[]): void;
}

/** Discord's select: opens on Enter, Space or an arrow, filters while typing, takes several where it may. */
export function Select(props: SelectProps) {
  const { label, placeholder, choices, chosen, disabled = false, invalid = false } = props;
  const [open, setOpen] = useState(false);
  const list = useId();
  const control = useRef<HTMLButtonElement>(null);
  const picked = choices.filter(({ value }) => chosen.includes(value));

  const close = (refocus: boolean) => {
    setOpen(false);
    if (refocus) control.current?.focus();
  };

  return (
    <div class={`select ${open ? 'open' : ''}`}>
      <button
        type="button"
        id={props.id}
        ref={control}
        class="select-control"
        role="combobox"
        aria-haspopup="listbox"
        aria-expanded={open}
        aria-controls={list}
        aria-label={picked.length ? `${label}: ${picked.map((one) => one.label).join(', ')}` : label}
        aria-invalid={invalid}
        disabled={disabled}
        aria-busy={props.busy}
        onClick={() => setOpen(!open)}
        onKeyDown={(event) => {
          if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
          event.preventDefault();
          setOpen(true);
        }}
      >
        <span class="select-value">
          {picked.length === 0 && <span class="placeholder">{placeholder}</span>}
          {picked.map((choice) => (
            <span class={picked.length > 1 || choice.user ? 'chip' : 'select-one'} key={choice.value}>
              <ChoiceView choice={{ ...choice, description: undefined }} />
            </span>
          ))}
        </span>
        <Icon name="down" size={20} />
      </button>
      {open && <SelectList {...props} list={list} close={close} />}
    </div>
  );
}

function SelectList({
  label,
  choices,
  chosen,
  min = 1,
  max = 1,
  onChoose,
  list,
  close,
}: SelectProps & { readonly list: string; close(refocus: boolean): void }) {
  const texts = useTexts();
  const box = useRef<HTMLDivElement>(null);
  const [typed, setTyped] = useState('');
  const [active, setActive] = useState(0);
  const [picked, setPicked] = useState(chosen);
  const [up, setUp] = useState(false);
  const shown = useMemo(() => matching(choices, typed).slice(0, 100), [choices, typed]);
  const many = max > 1;

  /** A select with several values is told once, when the reader is done; fewer than it wants are no answer. */
  const finish = (refocus: boolean) => {
    const changed = picked.length !== chosen.length || picked.some((value) => !chosen.includes(value));
    if (many && changed && picked.length >= min) onChoose(picked);
    close(refocus);
  };
  const finishNow = useRef(finish);
  finishNow.current = finish;

  const pick = (choice: Choice | undefined) => {
    if (!choice) return;
    if (!many) {
      onChoose(min === 0 && chosen.includes(choice.value) ? [] : [choice.value]);
      return close(true);
    }
    const has = picked.includes(choice.value);
    if (has) setPicked(picked.filter((value) => value !== choice.value));
    else if (picked.length < max) setPicked([...picked, choice.value]);
  };

  useLayoutEffect(() => {
    const bottom = box.current?.parentElement?.getBoundingClientRect().bottom ?? 0;
    setUp(innerHeight - bottom < 300 && bottom > 340);
  }, []);
  useEffect(() => {
    // The list has its place only after the next drawing: the message must not jump meanwhile.
    box.current?.querySelector('input')?.focus({ preventScroll: true });
    const outside = (event: Event) => {
      if (event.target instanceof Node && !box.current?.parentElement?.contains(event.target)) finishNow.current(false);
    };
    document.addEventListener('pointerdown', outside, true);
    return () => document.removeEventListener('pointerdown', outside, true);
  }, []);
  useEffect(() => {
    box.current?.querySelector('[aria-current=true]')?.scrollIntoView({ block: 'nearest' });
  }, [active]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (isComposing(event)) return;
    if (event.key === 'ArrowDown') setActive((active + 1) % Math.max(1, shown.length));
    else if (event.key === 'ArrowUp') setActive((active + shown.length - 1) % Math.max(1, shown.length));
    else if (event.key === 'Enter') pick(shown[active]);
    else if (event.key === 'Escape') finish(true);
    else if (event.key === 'Tab') return finish(true);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys of the search box and of what is around it
    <div class={`select-box ${up ? 'up' : ''}`} ref={box} onKeyDown={onKeyDown}>
      <input
        class="select-search"
        type="text"
        role="combobox"
        aria-expanded={true}
        aria-controls={list}
        aria-activedescendant={shown[active] && `${list}-${active}`}
        aria-label={`${label}: ${texts.search}`}
        placeholder={texts.search}
        value={typed}
        onInput={(event) => {
          setTyped(event.currentTarget.value);
          setActive(0);
        }}
      />
      <div class="select-list" role="listbox" id={list} aria-label={label} aria-multiselectable={many}>
        {shown.map((choice, index) => (
          // biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the search box, as aria-activedescendant says
          // biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled for the whole list
          <div
            class="choice"
            role="option"
            id={`${list}-${index}`}
            key={choice.value}
            aria-selected={picked.includes(choice.value)}
            aria-current={index === active}
            onMouseMove={() => setActive(index)}
            onClick={() => pick(choice)}
          >
            <ChoiceView choice={choice} />
            {picked.includes(choice.value) && <Icon name="check" size={18} />}
          </div>
        ))}
        {shown.length === 0 && <p class="nothing">{texts.nothingFound}</p>}
      </div>
      {many && (
        <button type="button" class="select-done" disabled={picked.length < min} onClick={() => finish(true)}>
          {texts.chosenOf(picked.length, max)}
        </button>
      )}
    </div>
  );
}
