/** A link: to a place of this Discord it leads there on the page, anywhere else it opens a new window. */
import type { ComponentChildren } from 'preact';
import { useActions } from '../context.js';
import { safeLink } from '../markdown/parse.js';
import { goTo } from '../message/jump.js';

interface AnchorProps {
  readonly href: string | undefined;
  readonly class?: string;
  readonly disabled?: boolean;
  readonly children: ComponentChildren;
}

/** Discord's addresses of channels and messages, which applications write whatever server they talk to. */
const inDiscord = /^https:\/\/(?:\w+\.)?discord(?:app)?\.com\/channels\/(\d+|@me)(?:\/(\d+))?(?:\/(\d+))?\/?$/;

export function Anchor({ href, class: kind, disabled, children }: AnchorProps) {
  const actions = useActions();
  const safe = href && safeLink(href);
  const [, guild, channel, message] = (safe && inDiscord.exec(safe)) || [];
  const follow = (event: Event) => {
    if (!guild) return;
    event.preventDefault();
    void goTo(actions, { guild, channel }, message);
  };
  return (
    <a
      class={kind}
      href={safe || undefined}
      target="_blank"
      rel="noopener noreferrer nofollow"
      aria-disabled={disabled}
      onClick={follow}
    >
      {children}
    </a>
  );
}
