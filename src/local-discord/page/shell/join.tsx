/** Servers that one is not in yet, to be joined with or without an invite. */
import { useState } from 'preact/hooks';
import { useActions, usePart, useTexts } from '../context.js';
import { closeOverlay } from '../overlay.js';
import { initials } from '../parts/avatar.js';
import { Dialog } from '../parts/dialog.js';
import { Icon } from '../parts/icon.js';
import { clean } from '../state/reading.js';

export function Join() {
  const texts = useTexts();
  const { join } = useActions();
  const known = usePart((state) => state.known);
  const guilds = usePart((state) => state.guilds);
  const [invite, setInvite] = useState('');
  const open = known.filter(({ id }) => !guilds.some(({ guild }) => guild.id === id));
  return (
    <Dialog label={texts.join.label} class="events" close={closeOverlay}>
      <div class="modal-head">
        <h2>{texts.join.label}</h2>
        <button type="button" class="icon-button" aria-label={texts.close} onClick={closeOverlay}>
          <Icon name="close" />
        </button>
      </div>
      <div class="modal-body">
        <p class="muted">{open.length > 0 ? texts.join.about : texts.join.none}</p>
        {open.length > 0 && (
          <div class="field">
            <input
              type="text"
              value={invite}
              placeholder={texts.join.invite}
              aria-label={texts.join.invite}
              onInput={(event) => setInvite(event.currentTarget.value)}
            />
          </div>
        )}
        <ul>
          {open.map(({ id, name }) => (
            <li class="sign" key={id}>
              <span class="rail-button initials" data-initials={initials(name)} />
              <bdi class="channel-name">{clean(name)}</bdi>
              <button
                type="button"
                class="button success"
                aria-label={`${texts.join.join}: ${clean(name)}`}
                onClick={() => void join(id, invite.trim() || undefined).then((joined) => joined && closeOverlay())}
              >
                {texts.join.join}
              </button>
            </li>
          ))}
        </ul>
      </div>
    </Dialog>
  );
}
