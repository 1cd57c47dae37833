/** Ctrl K: goes anywhere by typing a few letters. */
import { useId, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useActions, usePart, useTexts } from '../context.js';
import { channelType } from '../discord.js';
import { closeOverlay } from '../overlay.js';
import { type Choice, ChoiceView, matching } from '../parts/choice.js';
import { Dialog } from '../parts/dialog.js';
import { channelIcon } from '../parts/entities.js';
import { isComposing } from '../parts/keys.js';
import { home, type Place } from '../state/model.js';
import { channelName, clean } from '../state/reading.js';

interface Target extends Choice {
  readonly place: Place;
  /** The server: shown beside the name, and not searched. */
  readonly where?: string;
}

const shownTargets = 12;

export function Switcher() {
  const texts = useTexts();
  const { go } = useActions();
  const id = useId();
  const guilds = usePart((state) => state.guilds);
  const direct = usePart((state) => state.direct);
  const [typed, setTyped] = useState('');
  const [active, setActive] = useState(0);
  const field = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => field.current?.focus(), []);

  const targets = useMemo((): Target[] => {
    const channels = guilds.flatMap(({ guild, channels: inside }) =>
      inside
        .filter(({ type }) => type !== channelType.category)
        .map((one) => ({
          value: one.id,
          label: channelName(one),
          where: clean(guild.name),
          icon: channelIcon(one.type),
          place: { guild: guild.id, channel: one.id },
        })),
    );
    const people = direct.map((one) => ({
      value: one.id,
      label: channelName(one),
      user: 'recipients' in one ? one.recipients?.[0] : undefined,
      place: { guild: home, channel: one.id },
    }));
    return [...people, ...channels];
  }, [guilds, direct]);

  const shown = useMemo(() => matching(targets, typed.replace(/^[#@]/, '')).slice(0, shownTargets), [targets, typed]);

  const pick = (target: Target | undefined) => {
    if (!target) return;
    closeOverlay();
    go(target.place);
  };

  return (
    <Dialog label={texts.switcher.label} class="switcher" close={closeOverlay}>
      <input
        ref={field}
        type="text"
        role="combobox"
        autocomplete="off"
        aria-expanded={true}
        aria-controls={`${id}-list`}
        aria-activedescendant={shown[active] ? `${id}-${active}` : undefined}
        aria-label={texts.switcher.label}
        placeholder={texts.switcher.where}
        value={typed}
        onInput={(event) => {
          setTyped(event.currentTarget.value);
          setActive(0);
        }}
        onKeyDown={(event) => {
          if (isComposing(event)) return;
          if (event.key === 'ArrowDown') setActive((active + 1) % Math.max(1, shown.length));
          else if (event.key === 'ArrowUp') setActive((active + shown.length - 1) % Math.max(1, shown.length));
          else if (event.key === 'Enter') pick(shown[active]);
          else return;
          event.preventDefault();
        }}
      />
      <div role="listbox" id={`${id}-list`} aria-label={texts.switcher.label}>
        {shown.map((target, index) => (
          // biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the text, as aria-activedescendant says
          // biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled where one types
          <div
            class="choice"
            role="option"
            id={`${id}-${index}`}
            key={target.value}
            aria-selected={index === active}
            onMouseMove={() => setActive(index)}
            onClick={() => pick(target)}
          >
            <ChoiceView choice={{ ...target, description: target.where }} />
          </div>
        ))}
        {shown.length === 0 && <p class="nothing">{texts.nothingFound}</p>}
      </div>
    </Dialog>
  );
}
