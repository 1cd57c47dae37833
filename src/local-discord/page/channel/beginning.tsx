import type { ChannelView } from '../../page-api/protocol.js';
import { useTexts } from '../context.js';
import { channelType, isThread } from '../discord.js';
import { Line } from '../markdown/view.js';
import { channelIcon } from '../parts/entities.js';
import { Icon } from '../parts/icon.js';
import { channelName } from '../state/reading.js';

/** The head of a history that was read to its first message. */
export function Beginning({ channel }: { channel: ChannelView }) {
  const texts = useTexts();
  const name = channelName(channel);
  const direct = channel.type === channelType.direct;
  const topic = 'topic' in channel && channel.topic;
  return (
    <li class="beginning">
      <span class="beginning-icon">
        <Icon name={channelIcon(channel.type)} size={40} />
      </span>
      <h2>
        <bdi>{direct || isThread(channel.type) ? name : texts.welcomeTo(name)}</bdi>
      </h2>
      {!isThread(channel.type) && (
        <p>
          <bdi>{direct ? texts.directBegins(name) : texts.channelBegins(name)}</bdi>
        </p>
      )}
      {topic && (
        <p class="muted">
          <Line text={topic} />
        </p>
      )}
    </li>
  );
}
