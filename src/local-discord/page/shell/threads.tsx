/** The threads of a channel, open and archived. */
import type { APIThreadChannel } from 'discord-api-types/v10';
import { useEffect, useState } from 'preact/hooks';
import { useActions, usePart, useTexts } from '../context.js';
import { closeOverlay } from '../overlay.js';
import { Icon } from '../parts/icon.js';
import { Popover, type Spot } from '../parts/popover.js';
import { clean } from '../state/reading.js';

export function Threads({ at, channel }: { at: Spot; channel: string }) {
  const texts = useTexts();
  const { attempt, go } = useActions();
  const guild = usePart((state) => state.place.guild);
  const [threads, setThreads] = useState<readonly APIThreadChannel[]>();
  useEffect(() => {
    void attempt('threads', { channel }).then(setThreads);
  }, [channel]);
  return (
    <Popover at={at} class="threads-box" close={closeOverlay}>
      <div role="dialog" aria-label={texts.threads}>
        <h2>{texts.threads}</h2>
        {threads?.length === 0 && <p class="nothing">{texts.noThreads}</p>}
        <ul>
          {threads?.map((thread) => (
            <li key={thread.id}>
              <button
                type="button"
                class="channel-row"
                onClick={() => {
                  closeOverlay();
                  go({ guild, channel: thread.id });
                }}
              >
                <Icon name={thread.thread_metadata?.archived ? 'lock' : 'thread'} />
                <bdi class="channel-name">{clean(thread.name)}</bdi>
                <span class="muted">{texts.messageCount(thread.message_count ?? 0)}</span>
              </button>
            </li>
          ))}
        </ul>
      </div>
    </Popover>
  );
}
