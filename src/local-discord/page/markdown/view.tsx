/** Draws the tree of parse.ts as elements. Nobody's text is ever handed to the browser as markup. */
import { useEffect, useMemo, useState } from 'preact/hooks';
import { writeInComposer } from '../composer/focus.js';
import { useActions, useLanguage, usePart, useTexts } from '../context.js';
import { openOverlay } from '../overlay.js';
import { Anchor } from '../parts/anchor.js';
import { channelIcon } from '../parts/entities.js';
import { Icon } from '../parts/icon.js';
import { below } from '../parts/popover.js';
import { channelById, channelName, clean, guildHere, hex, lookOf } from '../state/reading.js';
import { type Block, type Inline, isJumbo, type List, parse, spans } from './parse.js';
import { showTime } from './time.js';

/** A message's text. */
export function Markdown({ text, edited }: { text: string; edited?: string }) {
  const blocks = useMemo(() => parse(text), [text]);
  return (
    <div class={`markdown ${isJumbo(blocks) ? 'jumbo' : ''}`} dir="auto">
      <Blocks blocks={blocks} />
      {edited && <span class="edited"> {edited}</span>}
    </div>
  );
}

/** One line of text with its spans: a title, a field's name, a post's preview. */
export function Line({ text }: { text: string }) {
  const inside = useMemo(() => spans(text), [text]);
  return (
    <bdi class="markdown-line">
      <Spans inside={inside} />
    </bdi>
  );
}

function Blocks({ blocks }: { blocks: readonly Block[] }) {
  return (
    <>
      {blocks.map((block, index) => (
        <BlockView key={index} block={block} />
      ))}
    </>
  );
}

function BlockView({ block }: { block: Block }) {
  switch (block.kind) {
    case 'lines':
      return (
        <p dir="auto">
          <Spans inside={block.inside} />
        </p>
      );
    case 'heading':
      // Of whatever size: in the page's order all of them stand right below the channel's name.
      return (
        <h2 class={`h${block.level}`} dir="auto">
          <Spans inside={block.inside} />
        </h2>
      );
    case 'small':
      return (
        <p class="subtext" dir="auto">
          <Spans inside={block.inside} />
        </p>
      );
    case 'quote':
      return (
        <blockquote>
          <Blocks blocks={block.inside} />
        </blockquote>
      );
    case 'fence':
      return (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a long line scrolls, by keys too
        <pre dir="ltr" tabIndex={0}>
          <code>{block.text}</code>
        </pre>
      );
    case 'list':
      return <ListView list={block} />;
  }
}

function ListView({ list }: { list: List }) {
  const items = list.items.map((item, index) => (
    <li key={index} dir="auto">
      <Spans inside={item.inside} />
      {item.list && <ListView list={item.list} />}
    </li>
  ));
  return list.ordered ? <ol start={list.start}>{items}</ol> : <ul>{items}</ul>;
}

function Spans({ inside }: { inside: readonly Inline[] }) {
  return (
    <>
      {inside.map((span, index) => (
        <SpanView key={index} span={span} />
      ))}
    </>
  );
}

function SpanView({ span }: { span: Inline }) {
  switch (span.kind) {
    case 'text':
      return <>{span.text}</>;
    case 'emoji':
      return <span class="emoji">{span.text}</span>;
    case 'custom-emoji':
      return <span class="custom-emoji">{`:${span.name}:`}</span>;
    case 'bold':
      return (
        <strong>
          <Spans inside={span.inside} />
        </strong>
      );
    case 'italic':
      return (
        <em>
          <Spans inside={span.inside} />
        </em>
      );
    case 'underline':
      return (
        <u>
          <Spans inside={span.inside} />
        </u>
      );
    case 'strike':
      return (
        <s>
          <Spans inside={span.inside} />
        </s>
      );
    case 'spoiler':
      return <Spoiler inside={span.inside} />;
    case 'code':
      return <code dir="auto">{span.text}</code>;
    case 'link':
      return (
        <Anchor href={span.href}>
          <Spans inside={span.inside} />
        </Anchor>
      );
    case 'user':
      return <UserMention id={span.id} />;
    case 'role':
      return <RoleMention id={span.id} />;
    case 'channel':
      return <ChannelMention id={span.id} />;
    case 'command':
      return (
        <button type="button" class="mention" onClick={() => writeInComposer(`/${span.name}`)}>
          {`/${span.name}`}
        </button>
      );
    case 'everyone':
      return <span class="mention">{span.text}</span>;
    case 'time':
      return <Moment at={span.at} style={span.style} />;
  }
}

function Spoiler({ inside }: { inside: readonly Inline[] }) {
  const texts = useTexts();
  const [shown, show] = useState(false);
  if (shown) {
    return (
      <span class="spoiler shown">
        <Spans inside={inside} />
      </span>
    );
  }
  return (
    <button type="button" class="spoiler" aria-label={texts.spoiler} aria-expanded={false} onClick={() => show(true)}>
      <span aria-hidden="true">
        <Spans inside={inside} />
      </span>
    </button>
  );
}

function UserMention({ id }: { id: string }) {
  const texts = useTexts();
  const guild = usePart(guildHere);
  const members = usePart((state) => state.members);
  const people = usePart((state) => state.people);
  const user = guild && (members[guild.guild.id]?.[id]?.user ?? people.find((one) => one.id === id)?.user);
  const look = usePart((state) => (user ? lookOf(state, guild, user).name : undefined));
  if (!user || !look) return <span class="mention">{`@${texts.unknown.user}`}</span>;
  return (
    <button
      type="button"
      class="mention"
      onClick={(event) => openOverlay({ kind: 'profile', at: below(event.currentTarget), user })}
    >
      <bdi>{`@${look}`}</bdi>
    </button>
  );
}

function RoleMention({ id }: { id: string }) {
  const texts = useTexts();
  const role = usePart((state) => guildHere(state)?.guild.roles.find((one) => one.id === id));
  const color = hex(role?.color);
  return (
    <span class="mention role" style={color && { '--role': color }}>
      <bdi>{`@${role ? clean(role.name) : texts.unknown.role}`}</bdi>
    </span>
  );
}

function ChannelMention({ id }: { id: string }) {
  const texts = useTexts();
  const channel = usePart((state) => channelById(state, id));
  const guild = usePart((state) => state.place.guild);
  const { go } = useActions();
  if (!channel) {
    return (
      <span class="mention">
        <Icon name="hash" size={14} />
        {texts.unknown.channel}
      </span>
    );
  }
  return (
    <button type="button" class="mention" onClick={() => go({ guild, channel: id })}>
      <Icon name={channelIcon(channel.type)} size={14} />
      <bdi>{channelName(channel)}</bdi>
    </button>
  );
}

/** A time in the reader's language; a relative one keeps up. */
export function Moment({ at, style }: { at: number; style: string }) {
  const language = useLanguage();
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (style !== 'R') return;
    const timer = setInterval(() => setNow(Date.now()), 15_000);
    return () => clearInterval(timer);
  }, [style]);
  return (
    <time class="moment" dateTime={iso(at)} title={showTime(at, 'F', language, now)}>
      {showTime(at, style, language, now)}
    </time>
  );
}

const iso = (at: number) => (Math.abs(at) > 8.64e15 ? undefined : new Date(at).toISOString());
