/** Messages that Discord itself writes. */
import type { APIMessage } from 'discord-api-types/v10';
import { useLanguage, useTexts } from '../context.js';
import { showMoment } from '../markdown/time.js';
import { Icon, type IconName } from '../parts/icon.js';
import { clean } from '../state/reading.js';
import { Author } from './author.js';

const icons: Readonly<Record<number, IconName>> = { 6: 'pin', 7: 'join', 12: 'megaphone', 18: 'thread', 46: 'check' };

/** Default, reply, command, thread starter and context menu messages are people's or applications' own. */
export const isSystem = ({ type }: APIMessage) => ![0, 19, 20, 21, 23].includes(type);

export function SystemLine({ message }: { message: APIMessage }) {
  const texts = useTexts();
  const language = useLanguage();
  const about = clean(message.content || '…');
  const words: Readonly<Record<number, string>> = {
    4: texts.system.renamed(about),
    6: texts.system.pinned,
    7: texts.system.joined,
    12: texts.system.followed(about),
    18: texts.system.thread(about),
    46: texts.system.pollEnded,
  };
  return (
    <div class="message-row system">
      <Icon name={icons[message.type] ?? 'right'} size={18} />
      <div class="message-body">
        <Author message={message} /> <bdi>{words[message.type] ?? message.content}</bdi>{' '}
        <time class="message-time" dateTime={message.timestamp}>
          {showMoment(Date.parse(message.timestamp), language, Date.now())}
        </time>
      </div>
    </div>
  );
}
