/** One option of a command: its name, where its value is typed, and the list that helps. */
import { useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useTexts } from '../context.js';
import { optionType } from '../discord.js';
import { type Choice, ChoiceView, matching } from '../parts/choice.js';
import { useChannels, usePeople, useRoles } from '../parts/entities.js';
import { Icon } from '../parts/icon.js';
import { isComposing } from '../parts/keys.js';
import type { Option } from './commands.js';
import { type Entered, isEmpty, isListOnly, nothing } from './option-value.js';
import { Suggestions } from './suggestions.js';

interface OptionFieldProps {
  readonly option: Option;
  readonly entered: Entered;
  readonly problem: string | undefined;
  readonly focused: boolean;
  enter(entered: Entered): void;
  focus(): void;
  /** Goes on to the next option or, with -1, back. */
  move(by: 1 | -1): void;
  /** Backspace in an empty field. */
  back(): void;
  submit(): void;
  leave(): void;
  /** Asks the application for choices; undefined when there is no answer. */
  complete(text: string): Promise<readonly Choice[] | undefined>;
}

const shownChoices = 25;
/** Typing is waited for this long before the application is asked, in milliseconds. */
const typingPause = 120;

export function OptionField(props: OptionFieldProps) {
  const { option, entered, problem, focused, enter, focus, move, back, submit, leave } = props;
  const texts = useTexts();
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const [active, setActive] = useState(0);
  const [closed, setClosed] = useState(false);
  const { choices, asking } = useChoices(props);

  useLayoutEffect(() => {
    if (focused) field.current?.focus();
  }, [focused]);

  const open = focused && !closed && !entered.picked;
  const listed = open ? choices.slice(0, shownChoices) : [];
  const current = listed[Math.min(active, listed.length - 1)];

  const helps = isListOnly(option) || option.autocomplete;
  const empty =
    !open || !helps || asking === 'asking' ? undefined : asking === 'silent' ? texts.option.silent : texts.nothingFound;

  const pick = (choice: Choice) => {
    enter({ text: choice.label, picked: choice });
    setActive(0);
    move(1);
  };

  const onKeyDown = (event: KeyboardEvent & { currentTarget: HTMLInputElement }) => {
    if (isComposing(event)) return;
    const { selectionStart, selectionEnd, value } = event.currentTarget;
    const atStart = selectionStart === 0 && selectionEnd === 0;
    const atEnd = selectionStart === value.length;
    // The highlighted choice is taken, except for an optional value that nothing was typed for.
    const taken = isEmpty(entered) && !option.required ? undefined : current;
    if (event.key === 'ArrowDown' && listed.length) setActive((active + 1) % listed.length);
    else if (event.key === 'ArrowUp' && listed.length) setActive((active + listed.length - 1) % listed.length);
    else if (event.key === 'Tab' && event.shiftKey) move(-1);
    else if (event.key === 'Tab') taken ? pick(taken) : move(1);
    else if (event.key === 'Enter') taken ? pick(taken) : submit();
    else if (event.key === 'Escape') listed.length && !closed ? setClosed(true) : leave();
    else if (event.key === 'Backspace' && value === '') back();
    else if (event.key === 'ArrowLeft' && atStart) move(-1);
    else if (event.key === 'ArrowRight' && atEnd && value !== '') move(1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <>
      <span class={`option ${problem ? 'invalid' : ''} ${focused ? 'focused' : ''}`}>
        <label for={`${id}-field`} class="option-name">
          {option.label}
        </label>
        {option.type === optionType.attachment ? (
          <FileOption {...props} id={`${id}-field`} />
        ) : (
          <span class="option-grow" data-text={entered.text || ' '}>
            <input
              ref={field}
              id={`${id}-field`}
              class="option-value"
              type="text"
              size={1}
              autocomplete="off"
              role="combobox"
              aria-expanded={listed.length > 0}
              aria-controls={`${id}-list`}
              aria-activedescendant={current ? `${id}-list-${listed.indexOf(current)}` : undefined}
              aria-required={option.required}
              aria-invalid={problem !== undefined}
              aria-describedby={`${id}-about`}
              value={entered.text}
              inputMode={option.type === optionType.integer ? 'numeric' : undefined}
              onFocus={focus}
              onInput={(event) => {
                setClosed(false);
                setActive(0);
                enter({ text: event.currentTarget.value });
              }}
              onKeyDown={onKeyDown}
            />
          </span>
        )}
      </span>
      {focused && (
        <div class="suggestions-place">
          <Suggestions
            id={`${id}-list`}
            label={option.label}
            head={
              <span id={`${id}-about`}>
                <strong>{option.label}</strong> <span class="muted">{option.description}</span>
                {problem && (
                  <span class="problem" role="alert">
                    {' '}
                    {problem}
                  </span>
                )}
              </span>
            }
            items={listed}
            active={current ? listed.indexOf(current) : -1}
            empty={empty}
            keyOf={({ value }) => value}
            draw={(choice) => <ChoiceView choice={choice} />}
            pick={pick}
            hover={setActive}
          />
        </div>
      )}
    </>
  );
}

function useChoices({ option, entered, focused, complete }: OptionFieldProps) {
  const texts = useTexts();
  const people = usePeople();
  const roles = useRoles();
  const channels = useChannels(option.channelTypes);
  const [offered, setOffered] = useState<readonly Choice[]>([]);
  const [asking, setAsking] = useState<'done' | 'asking' | 'silent'>('done');

  const wanted = option.autocomplete && focused && !entered.picked;
  useEffect(() => {
    if (!wanted) return;
    let stale = false;
    setAsking('asking');
    const timer = setTimeout(async () => {
      const choices = await complete(entered.text);
      if (stale) return;
      setOffered(choices ?? []);
      setAsking(choices ? 'done' : 'silent');
    }, typingPause);
    return () => {
      stale = true;
      clearTimeout(timer);
    };
  }, [wanted, entered.text]);

  const choices = useMemo((): readonly Choice[] => {
    if (option.autocomplete) return offered;
    const all = {
      [optionType.user]: people,
      [optionType.role]: roles,
      [optionType.channel]: channels,
      [optionType.mentionable]: [...people, ...roles],
      [optionType.boolean]: [
        { value: 'true', label: texts.option.true },
        { value: 'false', label: texts.option.false },
      ],
    }[option.type];
    return matching(option.choices ?? all ?? [], entered.text.replace(/^[@#]/, ''));
  }, [option, offered, people, roles, channels, entered.text, texts]);
  return { choices, asking };
}

function FileOption({
  id,
  entered,
  enter,
  focused,
  focus,
  move,
  back,
  submit,
  leave,
}: OptionFieldProps & { id: string }) {
  const texts = useTexts();
  const chooser = useRef<HTMLInputElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => {
    if (focused) button.current?.focus();
  }, [focused]);
  return (
    <>
      <button
        type="button"
        ref={button}
        id={id}
        class="option-file"
        onFocus={focus}
        onClick={() => chooser.current?.click()}
        onKeyDown={(event) => {
          if (event.key === 'Tab') move(event.shiftKey ? -1 : 1);
          else if (event.key === 'Backspace') entered.file ? enter(nothing) : back();
          else if (event.key === 'Escape') leave();
          else if (event.key === 'Enter' && entered.file) submit();
          else return;
          event.preventDefault();
          event.stopPropagation();
        }}
      >
        <Icon name="file" size={16} /> <bdi>{entered.file?.name ?? texts.attach}</bdi>
      </button>
      <input
        ref={chooser}
        type="file"
        hidden
        aria-label={texts.attach}
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          event.currentTarget.value = '';
          if (file) enter({ text: file.name, file });
          button.current?.focus();
        }}
      />
    </>
  );
}
