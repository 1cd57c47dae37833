import { useEffect, useMemo, useState } from 'preact/hooks';
import { useApp, usePart, useTexts } from '../context.js';
import { guildHere, lookOf } from '../state/reading.js';

/** "ana is typing…" below the composer, until 10 s have passed or the message is there. */
export function TypingLine({ channel }: { channel: string }) {
  const texts = useTexts();
  const { store } = useApp();
  const typing = usePart((state) => state.typing[channel]);
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!typing?.length) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [typing]);
  const names = useMemo(() => {
    const state = store.get();
    const guild = guildHere(state);
    return (typing ?? []).flatMap(({ user, until }) => {
      const member = guild && state.members[guild.guild.id]?.[user];
      return until > now && member ? [lookOf(state, guild, member.user).name] : [];
    });
  }, [typing, now, store]);
  return (
    <div class="typing" aria-live="polite">
      {names.length > 0 && (
        <>
          <span class="dots" aria-hidden="true" /> {texts.typing(names)}
        </>
      )}
    </div>
  );
}
