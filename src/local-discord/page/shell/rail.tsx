import type { ComponentChildren } from 'preact';
import { useActions, usePart, useTexts } from '../context.js';
import { openOverlay } from '../overlay.js';
import { initials } from '../parts/avatar.js';
import { Icon } from '../parts/icon.js';
import { home } from '../state/model.js';
import { clean } from '../state/reading.js';

/** The guilds, down the left edge; direct messages on top. */
export function Rail() {
  const texts = useTexts();
  const { go } = useActions();
  const guilds = usePart((state) => state.guilds);
  const here = usePart((state) => state.place.guild);
  const unread = usePart((state) => state.unread);
  const direct = usePart((state) => state.direct);
  const waiting = direct.reduce((sum, { id }) => sum + (unread[id] ?? 0), 0);
  return (
    <nav class="rail" aria-label={texts.servers}>
      <RailButton
        label={texts.directMessages}
        current={here === home}
        mentions={waiting}
        unread={waiting > 0}
        go={() => go({ guild: home })}
      >
        <Icon name="at" size={26} />
      </RailButton>
      <hr />
      {guilds.map(({ guild, channels }) => {
        const mine = channels.filter(({ id }) => id in unread);
        return (
          <RailButton
            key={guild.id}
            label={clean(guild.name)}
            current={here === guild.id}
            unread={mine.length > 0}
            mentions={mine.reduce((sum, { id }) => sum + (unread[id] ?? 0), 0)}
            go={() => go({ guild: guild.id })}
          >
            <span class="initials" data-initials={initials(guild.name)} />
          </RailButton>
        );
      })}
      <div class="rail-item">
        <button
          type="button"
          class="rail-button join"
          title={texts.join.label}
          aria-label={texts.join.label}
          onClick={() => openOverlay({ kind: 'join' })}
        >
          <Icon name="plus" size={24} />
        </button>
      </div>
    </nav>
  );
}

interface RailButtonProps {
  readonly label: string;
  readonly current: boolean;
  readonly unread: boolean;
  readonly mentions: number;
  go(): void;
  readonly children: ComponentChildren;
}

function RailButton({ label, current, unread, mentions, go, children }: RailButtonProps) {
  const texts = useTexts();
  return (
    <div class={`rail-item ${current ? 'current' : ''} ${unread ? 'unread' : ''}`}>
      <button
        type="button"
        class="rail-button"
        title={label}
        aria-label={unread ? `${label}, ${texts.unread(mentions)}` : label}
        aria-current={current ? 'page' : undefined}
        onClick={go}
      >
        {children}
      </button>
      {mentions > 0 && <span class="count">{mentions}</span>}
    </div>
  );
}
