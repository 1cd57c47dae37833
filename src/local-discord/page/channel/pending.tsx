/** Commands whose answer is not there yet, and those that will never get one. */
import { useMemo } from 'preact/hooks';
import { useActions, usePart, useTexts } from '../context.js';
import { AppBadge } from '../message/author.js';
import { Avatar } from '../parts/avatar.js';
import { Icon } from '../parts/icon.js';
import type { Pending } from '../state/model.js';
import { nameOf } from '../state/reading.js';

export function PendingCommands({ channel }: { channel: string }) {
  const all = usePart((state) => state.pending);
  const here = useMemo(() => all.filter((one) => one.channel === channel), [all, channel]);
  return (
    <>
      {here.map((one) => (
        <li key={one.key}>
          <PendingCommand pending={one} />
        </li>
      ))}
    </>
  );
}

function PendingCommand({ pending }: { pending: Pending }) {
  const texts = useTexts();
  const { forget } = useActions();
  const me = usePart((state) => state.me);
  const { application, command, state, reason, key } = pending;
  return (
    <div class="message pending" role="status">
      {command && (
        <div class="above">
          {me && <Avatar user={me.user} size={16} />}
          <bdi>{me?.name}</bdi>
          <span>
            {texts.used} <span class="mention">{command}</span>
          </span>
        </div>
      )}
      <div class="message-row">
        <span class="author-picture">{application && <Avatar user={application} />}</span>
        <div class="message-body">
          {application && (
            <div class="message-head">
              <bdi class="author">{nameOf(application)}</bdi>
              <AppBadge />
            </div>
          )}
          {state === 'sending' || state === 'thinking' ? (
            <p class="thinking">
              <span class="dots" aria-hidden="true" />{' '}
              {state === 'sending' ? texts.sendingCommand : texts.thinkingOf(application ? nameOf(application) : '')}
            </p>
          ) : (
            <>
              <p class="failed">
                <Icon name="alert" size={16} /> {state === 'refused' ? reason : texts.failed[state]}
              </p>
              <p class="only-you">
                <Icon name="eye" size={16} /> {texts.onlyYou} •{' '}
                <button type="button" class="link-button" onClick={() => forget(key)}>
                  {texts.dismiss}
                </button>
              </p>
            </>
          )}
        </div>
      </div>
    </div>
  );
}
