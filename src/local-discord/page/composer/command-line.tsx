/** A command being filled in: its name, a chip for each option, required ones first, and the way to further ones. */
import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { ChannelView } from '../../page-api/protocol.js';
import { useActions, useTexts } from '../context.js';
import { ChoiceView, matching } from '../parts/choice.js';
import { Icon } from '../parts/icon.js';
import { isComposing } from '../parts/keys.js';
import type { Entry, Option } from './commands.js';
import { OptionField } from './option-field.js';
import {
  type Entered,
  isEmpty,
  namedIn,
  nothing,
  plainValue,
  problemOf,
  wireValue,
  writtenOptions,
} from './option-value.js';
import { Suggestions } from './suggestions.js';

interface CommandLineProps {
  readonly channel: ChannelView;
  readonly entry: Entry;
  /** What was written after its name already. */
  readonly written: string;
  /** Back to plain text, keeping the command's name when one goes back by Backspace. */
  leave(text: string): void;
}

/** The end of the line, after the last option. */
const end = '';

export function CommandLine({ channel, entry, written, leave }: CommandLineProps) {
  const texts = useTexts();
  const actions = useActions();
  const [values, setValues] = useState(() => writtenOptions(entry.options, written));
  const [shown, setShown] = useState(() =>
    entry.options.filter(({ name, required }) => required || name in values).map(({ name }) => name),
  );
  const [focused, setFocused] = useState(shown.find((name) => !(name in values)) ?? end);
  const [checked, setChecked] = useState(false);
  const [sending, setSending] = useState(false);

  const options = shown.flatMap((name) => entry.options.find((one) => one.name === name) ?? []);
  const further = entry.options.filter(({ name }) => !shown.includes(name));
  const enteredFor = (option: Option) => values[option.name] ?? nothing;
  const problemFor = (option: Option) => problemOf(option, enteredFor(option), texts);

  const enter = (option: Option, entered: Entered) => {
    const named = entered.picked || entered.file ? undefined : namedIn(entry.options, option, entered.text);
    setValues((before) => ({ ...before, [option.name]: named?.left ?? entered }));
    if (!named) return;
    if (!shown.includes(named.to.name)) setShown([...shown, named.to.name]);
    setFocused(named.to.name);
  };
  const move = (from: number, by: 1 | -1) => {
    const next = options[from + by];
    if (next) setFocused(next.name);
    else if (by > 0) setFocused(end);
  };
  const back = (option: Option, index: number) => {
    const before = options[index - 1];
    if (!option.required) setShown(shown.filter((name) => name !== option.name));
    if (before) setFocused(before.name);
    else if (option.required) leave(`/${entry.label}`);
    else setFocused(end);
  };

  const submit = async () => {
    setChecked(true);
    const wrong = options.find(problemFor);
    if (wrong) return setFocused(wrong.name);
    const given = options.filter((option) => !isEmpty(enteredFor(option)));
    setSending(true);
    try {
      const upload = async (file: File) => (await actions.uploaded([file]))[0] ?? '';
      const pairs = given.map(
        async (option) => [option.name, await wireValue(option, enteredFor(option), upload)] as const,
      );
      const filled = Object.fromEntries(await Promise.all(pairs));
      const { path, applicationId: application } = entry;
      actions.use({ channel: channel.id, path, application, options: filled }, `/${entry.label}`, entry.application);
      leave('');
    } catch (error) {
      actions.notice(error instanceof Error ? error.message : texts.link.lost);
      setSending(false);
    }
  };

  const complete = async (option: Option, text: string) => {
    const typed = options
      .filter((one) => one !== option && one.type !== 11 && !isEmpty(enteredFor(one)))
      .map((one) => [one.name, plainValue(one, enteredFor(one).picked?.value ?? enteredFor(one).text)] as const);
    const choices = await actions.complete({
      channel: channel.id,
      path: entry.path,
      application: entry.applicationId,
      focused: option.name,
      options: Object.fromEntries([...typed, [option.name, text]]),
    });
    return choices?.map(({ name, value }) => ({ value: String(value), label: name }));
  };

  return (
    <fieldset class="command-line" aria-label={texts.filling(entry.label)} disabled={sending}>
      <bdi class="command-name" title={entry.description}>{`/${entry.label}`}</bdi>
      {options.map((option, index) => (
        <OptionField
          key={option.name}
          option={option}
          entered={enteredFor(option)}
          problem={checked ? problemFor(option) : undefined}
          focused={focused === option.name}
          enter={(entered) => enter(option, entered)}
          focus={() => setFocused(option.name)}
          move={(by) => move(index, by)}
          back={() => back(option, index)}
          submit={() => void submit()}
          leave={() => leave('')}
          complete={(text) => complete(option, text)}
        />
      ))}
      <LineEnd
        entry={entry}
        further={further}
        focused={focused === end}
        focus={() => setFocused(end)}
        add={(option) => {
          setShown([...shown, option.name]);
          setFocused(option.name);
        }}
        back={() => (options.length ? setFocused(options.at(-1)?.name ?? end) : leave(`/${entry.label}`))}
        submit={() => void submit()}
        leave={() => leave('')}
      />
      <button type="button" class="icon-button send" aria-label={texts.run} onClick={() => void submit()}>
        <Icon name="send" />
      </button>
    </fieldset>
  );
}

interface LineEndProps {
  readonly entry: Entry;
  readonly further: readonly Option[];
  readonly focused: boolean;
  focus(): void;
  add(option: Option): void;
  back(): void;
  submit(): void;
  leave(): void;
}

/** After the last option: Enter runs the command; further options can be picked from a list, or by typing their name. */
function LineEnd({ entry, further, focused, focus, add, back, submit, leave }: LineEndProps) {
  const texts = useTexts();
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState('');
  const [active, setActive] = useState<number>();
  useLayoutEffect(() => {
    if (focused) field.current?.focus();
  }, [focused]);

  const choices = matching(
    further.map(({ name, label, description }) => ({ value: name, label, description })),
    typed,
  );
  const pick = (value: string | undefined) => {
    const option = further.find(({ name }) => name === value);
    if (!option) return;
    setTyped('');
    setActive(undefined);
    add(option);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (isComposing(event)) return;
    const chosen = choices[active ?? 0]?.value;
    if (event.key === 'ArrowDown' && choices.length) setActive(((active ?? -1) + 1) % choices.length);
    else if (event.key === 'ArrowUp' && choices.length)
      setActive(((active ?? 0) + choices.length - 1) % choices.length);
    else if (event.key === 'Tab' && event.shiftKey) back();
    else if (event.key === 'Tab' && choices.length) pick(chosen);
    else if (event.key === 'Enter') active !== undefined || typed ? pick(chosen) : submit();
    else if (event.key === 'Escape') leave();
    else if (event.key === 'Backspace' && !typed) back();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <>
      <input
        ref={field}
        class="command-rest"
        type="text"
        role="combobox"
        autocomplete="off"
        aria-expanded={focused && choices.length > 0}
        aria-controls={`${id}-list`}
        aria-activedescendant={active === undefined ? undefined : `${id}-list-${active}`}
        aria-label={further.length ? texts.furtherOptions(further.length) : texts.runHint}
        placeholder={focused || !further.length ? '' : texts.furtherOptions(further.length)}
        value={typed}
        onFocus={focus}
        onInput={(event) => {
          const { value } = event.currentTarget;
          const name = /^(.+?)\s?[:：]$/u.exec(value)?.[1];
          const named = further.find((option) => option.label === name || option.name === name);
          if (named) return pick(named.name);
          setTyped(value);
          setActive(undefined);
        }}
        onKeyDown={onKeyDown}
      />
      {focused && (
        <div class="suggestions-place">
          <Suggestions
            id={`${id}-list`}
            label={texts.options}
            head={
              <>
                <strong>{`/${entry.label}`}</strong> <span class="muted">{entry.description}</span>
                <span class="hint">{texts.runHint}</span>
              </>
            }
            items={choices}
            active={active ?? -1}
            keyOf={({ value }) => value}
            draw={(choice) => <ChoiceView choice={choice} />}
            pick={({ value }) => pick(value)}
            hover={setActive}
          />
        </div>
      )}
    </>
  );
}
