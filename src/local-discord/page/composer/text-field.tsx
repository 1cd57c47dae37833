/** The composer's text: grows with its lines, and completes commands, people and channels at the caret. */
import { useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { ChannelView } from '../../page-api/protocol.js';
import { useActions, useLanguage, usePart, useTexts } from '../context.js';
import { Avatar } from '../parts/avatar.js';
import { type Choice, ChoiceView, matching } from '../parts/choice.js';
import { useChannels, usePeople, useRoles } from '../parts/entities.js';
import { isComposing } from '../parts/keys.js';
import { nameOf } from '../state/reading.js';
import { type Begun, begunIn, type Entry, entriesOf, matchingEntries } from './commands.js';
import { type Mention, wordAt } from './completion.js';
import { composerId } from './focus.js';
import { Suggestions } from './suggestions.js';

interface TextFieldProps {
  readonly channel: ChannelView;
  readonly text: string;
  readonly placeholder: string;
  write(text: string): void;
  mention(mention: Mention): void;
  paste(files: Iterable<File>): void;
  choose(begun: Begun): void;
  send(): void;
  cancel(): void;
  editLast(): void;
}

type Suggestion = { readonly entry: Entry } | { readonly choice: Choice };

const keyOf = (one: Suggestion) => ('entry' in one ? one.entry.applicationId + one.entry.path : one.choice.value);

export function TextField(props: TextFieldProps) {
  const { channel, text, placeholder, write, mention, paste, choose, send, cancel, editLast } = props;
  const texts = useTexts();
  const id = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  const [caret, setCaret] = useState(text.length);
  const [active, setActive] = useState(0);
  const [closed, setClosed] = useState(false);
  const word = closed ? undefined : wordAt(text, caret);
  const { items, loading, entries } = useSuggestions(channel, word);
  const [eager, setEager] = useState(false);
  const current = items[Math.min(active, items.length - 1)];

  useLayoutEffect(() => {
    const element = field.current;
    if (!element) return;
    // A text that was put here, not typed, is gone on with at its end.
    setCaret(element.selectionStart);
    element.style.height = 'auto';
    element.style.height = `${Math.min(element.scrollHeight, innerHeight / 2)}px`;
  }, [text]);

  const pick = (one: Suggestion) => {
    if ('entry' in one) return choose({ entry: one.entry, rest: '' });
    if (!word) return;
    const { choice } = one;
    const shown = `${word.kind === 'channel' ? '#' : '@'}${choice.label}`;
    const means =
      word.kind === 'channel' ? `<#${choice.value}>` : `<@${choice.icon === 'role' ? '&' : ''}${choice.value}>`;
    mention({ shown, means });
    const next = `${text.slice(0, word.from)}${shown} `;
    write(next + text.slice(caret));
    setCaret(next.length);
    requestAnimationFrame(() => field.current?.setSelectionRange(next.length, next.length));
  };

  // Enter came before the commands did: the one that was meant is picked when they are there.
  useEffect(() => {
    if (!eager || loading) return;
    setEager(false);
    const begun = begunIn(entries, text);
    if (begun) choose(begun);
    else if (current) pick(current);
  }, [eager, loading]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (isComposing(event)) return;
    if (current && event.key === 'ArrowDown') setActive((active + 1) % items.length);
    else if (current && event.key === 'ArrowUp') setActive((active + items.length - 1) % items.length);
    else if (current && (event.key === 'Tab' || event.key === 'Enter') && !event.shiftKey) pick(current);
    else if (current && event.key === 'Escape') setClosed(true);
    else if (event.key === 'Escape') cancel();
    else if (loading && (event.key === 'Enter' || event.key === 'Tab')) setEager(true);
    else if (event.key === 'Enter' && !event.shiftKey) send();
    else if (event.key === 'ArrowUp' && text === '') editLast();
    else return;
    event.preventDefault();
  };

  return (
    <>
      <textarea
        id={composerId}
        ref={field}
        rows={1}
        dir="auto"
        value={text}
        placeholder={placeholder}
        aria-label={placeholder}
        aria-autocomplete="list"
        aria-controls={current ? `${id}-list` : undefined}
        aria-activedescendant={current ? `${id}-list-${items.indexOf(current)}` : undefined}
        onInput={({ currentTarget }) => {
          setClosed(false);
          setActive(0);
          setEager(false);
          const begun = begunIn(entries, currentTarget.value);
          if (begun) return choose(begun);
          write(currentTarget.value);
          setCaret(currentTarget.selectionStart);
        }}
        onSelect={({ currentTarget }) => setCaret(currentTarget.selectionStart)}
        onKeyDown={onKeyDown}
        onPaste={(event) => {
          const files = event.clipboardData?.files;
          if (!files?.length) return;
          event.preventDefault();
          paste(files);
        }}
      />
      {word && (
        <div class="suggestions-place">
          <Suggestions
            id={`${id}-list`}
            label={texts.suggestions[word.kind]}
            items={items}
            active={current ? items.indexOf(current) : -1}
            groupOf={(one) => ('entry' in one ? nameOf(one.entry.application) : texts.suggestions[word.kind])}
            keyOf={keyOf}
            draw={(one) => ('entry' in one ? <EntryView entry={one.entry} /> : <ChoiceView choice={one.choice} />)}
            pick={pick}
            hover={setActive}
          />
        </div>
      )}
    </>
  );
}

function EntryView({ entry }: { entry: Entry }) {
  return (
    <>
      <Avatar user={entry.application} size={24} />
      <span class="choice-words entry">
        <span class="choice-label">
          <bdi>{`/${entry.label}`}</bdi>
          {entry.options.map((option) => (
            <span class={`entry-option ${option.required ? 'required' : ''}`} key={option.name}>
              {option.label}
            </span>
          ))}
        </span>
        <bdi class="choice-description">{entry.description}</bdi>
      </span>
      <bdi class="entry-by">{nameOf(entry.application)}</bdi>
    </>
  );
}

interface Offered {
  readonly items: readonly Suggestion[];
  /** Commands were asked for and are not there yet. */
  readonly loading: boolean;
  /** All commands of the channel. */
  readonly entries: readonly Entry[];
}

function useSuggestions(channel: ChannelView, word: ReturnType<typeof wordAt>): Offered {
  const { attempt } = useActions();
  const language = useLanguage();
  const people = usePeople();
  const roles = useRoles();
  const channels = useChannels();
  const [entries, setEntries] = useState<readonly Entry[]>();
  const open = usePart(({ link }) => link === 'open');

  // Asked for when the channel opens, and anew each time `/` is typed: an application may have registered others since.
  const slash = word?.kind === 'command';
  useEffect(() => {
    if (!open) return;
    let stale = false;
    void attempt('commands', { channel: channel.id, kind: 'chat' }).then((commands) => {
      if (!stale) setEntries(entriesOf(commands ?? [], language));
    });
    return () => {
      stale = true;
    };
  }, [slash, channel.id, language, open]);

  const items = useMemo((): readonly Suggestion[] => {
    if (!word) return [];
    if (word.kind === 'command') return matchingEntries(entries ?? [], word.typed).map((entry) => ({ entry }));
    const named = [...people, ...roles.filter(({ label }) => label !== '@everyone')];
    return matching(word.kind === 'channel' ? channels : named, word.typed)
      .slice(0, 10)
      .map((choice) => ({ choice }));
  }, [word?.kind, word?.typed, entries, people, roles, channels]);
  return { items, loading: slash && entries === undefined, entries: entries ?? [] };
}
