/** Who one is: a press opens the others one can be, and the page's languages. */

import type { Person } from '../../page-api/protocol.js';
import { useActions, useApp, useLanguage, usePart, useTexts } from '../context.js';
import { closeOverlay, openOverlay } from '../overlay.js';
import { Avatar } from '../parts/avatar.js';
import { Icon } from '../parts/icon.js';
import { Popover, type Spot } from '../parts/popover.js';
import { clean, hex } from '../state/reading.js';
import { languages } from '../texts/index.js';
import { become } from './become.js';

export function Me() {
  const texts = useTexts();
  const me = usePart((state) => state.me);
  if (!me) return null;
  return (
    <div class="me">
      <button
        type="button"
        class="me-button"
        aria-haspopup="dialog"
        onClick={(event) => {
          const { left, top } = event.currentTarget.getBoundingClientRect();
          openOverlay({ kind: 'people', at: { x: left, y: top - 8 } });
        }}
      >
        <Avatar user={me.user} size={32} />
        <span class="me-words">
          <bdi class="me-name">{clean(me.name)}</bdi>
          <Standing person={me} />
        </span>
        <span class="said">{texts.people.switch}</span>
        <Icon name="gear" />
      </button>
    </div>
  );
}

/** The highest role tells an owner from a newcomer; who has none is known by their username. */
function Standing({ person: { standing, user, owner } }: { person: Person }) {
  const texts = useTexts();
  const words = [owner && texts.owner, standing ? clean(standing.name) : !owner && clean(user.username)];
  return (
    <bdi class="standing" style={standing?.color ? { color: hex(standing.color) } : undefined}>
      {words.filter(Boolean).join(' · ')}
    </bdi>
  );
}

export function People({ at }: { at: Spot }) {
  const texts = useTexts();
  const app = useApp();
  const language = useLanguage();
  const { speak } = useActions();
  const people = usePart((state) => state.people);
  const me = usePart((state) => state.me?.id);
  return (
    <Popover at={at} class="people" close={closeOverlay}>
      <div role="dialog" aria-label={texts.people.label}>
        <h2>{texts.people.label}</h2>
        <ul>
          {people.map((person) => (
            <li key={person.id}>
              <button
                type="button"
                class="person"
                aria-pressed={person.id === me}
                autofocus={person.id === me}
                onClick={() => {
                  closeOverlay();
                  void become(app, person.id);
                }}
              >
                <Avatar user={person.user} size={32} />
                <span class="me-words">
                  <bdi class="me-name">{clean(person.name)}</bdi>
                  <Standing person={person} />
                </span>
                <span class="muted">{person.locale}</span>
                {person.id === me && <Icon name="check" size={18} />}
              </button>
            </li>
          ))}
        </ul>
        <h2>{texts.people.language}</h2>
        <div class="languages" role="radiogroup" aria-label={texts.people.language}>
          {languages.map(({ id, name }) => (
            <label class="tick" key={id} lang={id}>
              <input type="radio" name="language" checked={id === language} onChange={() => speak(id)} />
              {name}
            </label>
          ))}
        </div>
        <p class="muted small">{texts.people.about}</p>
      </div>
    </Popover>
  );
}
