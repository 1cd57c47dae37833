/** The middle of the page: a channel's head, its messages or posts, and where one writes. */
import type { APIMessage } from 'discord-api-types/v10';
import { useEffect, useState } from 'preact/hooks';
import type { ChannelView } from '../../page-api/protocol.js';
import { Composer } from '../composer/composer.js';
import { focusComposer } from '../composer/focus.js';
import { useApp, usePart } from '../context.js';
import { isForum } from '../discord.js';
import { Forum } from './forum.js';
import { Messages } from './messages.js';
import { TypingLine } from './typing.js';

export function Channel({ channel }: { channel: ChannelView }) {
  const { store } = useApp();
  const me = usePart((state) => state.me?.id);
  const [replyTo, setReplyTo] = useState<APIMessage>();
  const [editing, setEditing] = useState<string>();

  useEffect(() => {
    setReplyTo(undefined);
    setEditing(undefined);
  }, [channel.id, me]);

  if (isForum(channel.type)) return <Forum key={channel.id} forum={channel} />;

  const reply = (message: APIMessage) => {
    setReplyTo(message);
    focusComposer();
  };
  const edit = (message: APIMessage | undefined) => setEditing(message?.id);
  const editLast = () => {
    const { me, histories } = store.get();
    edit(
      histories[channel.id]?.messages.findLast(
        ({ author, type }) => author.id === me?.id && (type === 0 || type === 19),
      ),
    );
  };

  return (
    <>
      <Messages key={channel.id} channel={channel} editing={editing} reply={reply} edit={edit} />
      <Composer
        key={`write-${me}-${channel.id}`}
        channel={channel}
        replyTo={replyTo}
        noReply={() => setReplyTo(undefined)}
        editLast={editLast}
      />
      <TypingLine channel={channel.id} />
    </>
  );
}
