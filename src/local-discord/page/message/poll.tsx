import type { APIMessage, APIPoll } from 'discord-api-types/v10';
import { useState } from 'preact/hooks';
import { useActions, useTexts } from '../context.js';
import { Line, Moment } from '../markdown/view.js';
import { EmojiView } from '../parts/choice.js';
import { Icon } from '../parts/icon.js';

/** A poll: pick and vote, then see the shares; the vote can be taken back until it ends. */
export function Poll({ poll, message }: { poll: APIPoll; message: APIMessage }) {
  const texts = useTexts();
  const { attempt, refOf } = useActions();
  const counts = new Map(poll.results?.answer_counts.map((one) => [one.id, one]));
  const voted = poll.answers
    .filter(({ answer_id }) => counts.get(answer_id)?.me_voted)
    .map(({ answer_id }) => answer_id);
  const total = [...counts.values()].reduce((sum, { count }) => sum + count, 0);
  const ends = poll.expiry ? Date.parse(poll.expiry) : undefined;
  const over = poll.results?.is_finalized || (ends !== undefined && ends < Date.now());
  const [picked, setPicked] = useState<readonly number[]>([]);
  const open = !over && voted.length === 0;

  const toggle = (id: number) => {
    if (!poll.allow_multiselect) return setPicked([id]);
    setPicked(picked.includes(id) ? picked.filter((one) => one !== id) : [...picked, id]);
  };
  const vote = (answers: readonly number[]) => {
    setPicked([]);
    void attempt('vote', { ...refOf(message), answers });
  };

  return (
    <fieldset class="poll">
      <legend>
        <Line text={poll.question.text ?? ''} />
      </legend>
      <p class="muted">{poll.allow_multiselect ? texts.poll.many : texts.poll.one}</p>
      {poll.answers.map(({ answer_id: id, poll_media: media }) => {
        const count = counts.get(id)?.count ?? 0;
        const share = total ? Math.round((100 * count) / total) : 0;
        const Answer = open ? 'label' : 'div';
        return (
          <Answer class={`poll-answer ${voted.includes(id) ? 'mine' : ''}`} key={id}>
            {!open && <span class="poll-share" style={{ width: `${share}%` }} aria-hidden="true" />}
            {media.emoji && <EmojiView emoji={media.emoji} />}
            <bdi class="poll-text">{media.text}</bdi>
            {open ? (
              <input
                type={poll.allow_multiselect ? 'checkbox' : 'radio'}
                name={`poll-${message.id}`}
                checked={picked.includes(id)}
                onChange={() => toggle(id)}
              />
            ) : (
              <span class="poll-count">
                {texts.poll.votes(count)} · {share}%{voted.includes(id) && <Icon name="check" size={16} />}
              </span>
            )}
          </Answer>
        );
      })}
      <div class="poll-end">
        <span class="muted">
          {texts.poll.votes(total)}
          {ends !== undefined && ' · '}
          {over ? texts.poll.over : ends !== undefined && <Moment at={ends} style="R" />}
        </span>
        {open && (
          <button type="button" class="button primary" disabled={picked.length === 0} onClick={() => vote(picked)}>
            {texts.poll.vote}
          </button>
        )}
        {!over && voted.length > 0 && (
          <button type="button" class="link-button" onClick={() => vote([])}>
            {texts.poll.takeBack}
          </button>
        )}
      </div>
    </fieldset>
  );
}
