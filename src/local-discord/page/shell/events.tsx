/** Scheduled events, soonest first, with "Interested". */

import type { EventView } from '../../page-api/protocol.js';
import { useActions, useLanguage, usePart, useTexts } from '../context.js';
import { showTime } from '../markdown/time.js';
import { Markdown } from '../markdown/view.js';
import { closeOverlay } from '../overlay.js';
import { Dialog } from '../parts/dialog.js';
import { Icon } from '../parts/icon.js';
import { channelById, channelName, clean, guildHere } from '../state/reading.js';

export function Events() {
  const texts = useTexts();
  const guild = usePart(guildHere);
  const events = [...(guild?.events ?? [])].sort(
    (a, b) => Date.parse(a.scheduled_start_time) - Date.parse(b.scheduled_start_time),
  );
  return (
    <Dialog label={texts.events.label} class="events" close={closeOverlay}>
      <div class="modal-head">
        <Icon name="calendar" />
        <h2>{texts.events.count(events.length)}</h2>
        <button type="button" class="icon-button" aria-label={texts.close} onClick={closeOverlay}>
          <Icon name="close" />
        </button>
      </div>
      <ul class="modal-body">
        {events.map((event) => (
          <EventCard key={event.id} event={event} />
        ))}
        {events.length === 0 && <li class="nothing">{texts.events.none}</li>}
      </ul>
    </Dialog>
  );
}

function EventCard({ event }: { event: EventView }) {
  const texts = useTexts();
  const language = useLanguage();
  const { attempt } = useActions();
  const channel = usePart((state) => channelById(state, event.channel_id ?? undefined));
  const start = Date.parse(event.scheduled_start_time);
  const live = event.status === 2;
  const where = channel ? channelName(channel) : event.entity_metadata?.location;
  return (
    <li class="event">
      <p class={`event-when ${live ? 'live' : ''}`}>
        <Icon name="clock" size={16} /> {live ? texts.events.live : showTime(start, 'f', language, start)}
        <span class="pill">
          <Icon name="members" size={14} /> {event.user_count ?? 0}
        </span>
      </p>
      <h3>
        <bdi>{clean(event.name)}</bdi>
      </h3>
      {event.description && <Markdown text={event.description} />}
      <div class="event-foot">
        {where && (
          <span class="muted">
            <Icon name="place" size={16} /> <bdi>{where}</bdi>
          </span>
        )}
        <button
          type="button"
          class={`button ${event.interested ? 'success' : 'secondary'}`}
          aria-pressed={event.interested}
          onClick={() => void attempt('interest', { guild: event.guild_id, event: event.id, on: !event.interested })}
        >
          <Icon name={event.interested ? 'check' : 'plus'} size={16} /> {texts.events.interested}
        </button>
      </div>
    </li>
  );
}
