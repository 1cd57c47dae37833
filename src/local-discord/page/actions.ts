/** What a reader does, as the page carries it out: asks the server, and keeps the state in step. */
import type { APIMessage, APIUser } from 'discord-api-types/v10';
import type { AnswerView, AskName, Gives, MessageRef, Of, WireField } from '../page-api/protocol.js';
import { type Connection, LineLost, Refusal } from './connection.js';
import { arrive, push, read, reading } from './state/changes.js';
import { home, type Pending, type Place, type State } from './state/model.js';
import { wasSeen } from './state/read-marks.js';
import { channelById, firstChannel } from './state/reading.js';
import type { Store } from './state/store.js';
import { type Language, textsIn } from './texts/index.js';

export interface Draft {
  readonly content: string;
  readonly files: readonly File[];
  readonly replyTo?: string;
}

export type Actions = ReturnType<typeof createActions>;

export function createActions(store: Store<State>, connection: Connection) {
  let lastKey = 0;

  const notice = (text: string | undefined) => store.set((state) => ({ ...state, notice: text }));
  const words = () => textsIn(store.get().language);

  const reasonOf = (error: unknown): string => {
    if (error instanceof Refusal) return words().refused[error.refused.code] ?? error.message;
    if (error instanceof LineLost) return words().link.lost;
    throw error;
  };

  /** Asks; a refusal is said in the corner and gives undefined. */
  async function attempt<N extends AskName>(ask: N, of: Of<N>): Promise<Gives<N> | undefined> {
    try {
      return await connection.ask(ask, of);
    } catch (error) {
      notice(reasonOf(error));
      return undefined;
    }
  }

  const uploaded = (files: readonly File[]) => Promise.all(files.map((file) => connection.upload(file)));

  const pend = (pending: Omit<Pending, 'key' | 'state'>): number => {
    const key = ++lastKey;
    store.set((state) => ({ ...state, pending: [...state.pending, { ...pending, key, state: 'sending' }] }));
    return key;
  };
  const settlePending = (key: number, change: Partial<Pending> | undefined) =>
    store.set((state) => ({
      ...state,
      pending: change
        ? state.pending.map((one) => (one.key === key ? { ...one, ...change } : one))
        : state.pending.filter((one) => one.key !== key),
    }));

  const openModal = (answer: AnswerView, channel: string) => {
    if (answer.kind === 'modal') store.set((state) => ({ ...state, modal: { view: answer.modal, channel } }));
  };

  /** Follows a command from "sending…" to its message, its modal or its failure. */
  async function follow(key: number, channel: string, asking: Promise<AnswerView>): Promise<void> {
    try {
      const answer = await asking;
      openModal(answer, channel);
      if (answer.kind === 'deferred') {
        // Where the deferral already put a "thinking" message into the channel, that one is shown instead.
        const there = store
          .get()
          .histories[channel]?.messages.some((one) => one.interaction_metadata?.id === answer.interaction);
        settlePending(key, there ? undefined : { state: 'thinking', interaction: answer.interaction });
      } else settlePending(key, answer.kind === 'failed' ? { state: answer.reason } : undefined);
    } catch (error) {
      settlePending(key, { state: 'refused', reason: reasonOf(error) });
    }
  }

  /** Follows a press or pick on a message. */
  async function followOn(ref: MessageRef, custom: string, asking: Promise<AnswerView>): Promise<void> {
    const mark = (state: 'waiting' | 'no-answer' | 'offline' | undefined) =>
      store.set((now) => {
        const { [ref.message]: _before, ...others } = now.pressed;
        return { ...now, pressed: state ? { ...others, [ref.message]: { custom, state } } : others };
      });
    mark('waiting');
    try {
      const answer = await asking;
      openModal(answer, ref.channel);
      mark(answer.kind === 'failed' ? answer.reason : undefined);
    } catch (error) {
      mark(undefined);
      notice(reasonOf(error));
    }
  }

  async function loadHistory(channel: string, before?: string): Promise<void> {
    store.set((state) => reading(state, channel));
    const page = await attempt('history', { channel, before });
    store.set((state) => read(state, channel, page ?? { messages: [], more: false }));
  }

  /** Reads one page further back, unless the message is there. Gives whether there may be more to read. */
  async function readUntil(channel: string, message: string): Promise<boolean> {
    const history = store.get().histories[channel];
    if (history?.messages.some(({ id }) => id === message)) return false;
    if (history && !history.loading && !history.more) return false;
    await loadHistory(channel, history?.messages[0]?.id);
    return true;
  }

  const refOf = ({ channel_id: channel, id: message }: APIMessage): MessageRef => ({ channel, message });

  return {
    attempt,
    notice,
    uploaded,
    refOf,
    loadHistory,
    readUntil,

    /** Goes somewhere; without a channel, to the first one. A channel that is not in view is asked for. */
    async go(place: Place): Promise<void> {
      if (place.channel !== undefined && place.guild !== home && !channelById(store.get(), place.channel)) {
        const view = await attempt('look', { guild: place.guild, channel: place.channel });
        if (view) store.set((state) => push(state, { push: 'guild', guild: view }));
      }
      const state = store.get();
      const guild = state.guilds.find((view) => view.guild.id === place.guild);
      const wanted = place.channel ?? state.lastIn[place.guild];
      const known = wanted !== undefined && channelById(state, wanted) ? wanted : undefined;
      const fallback = place.guild === home ? state.direct[0]?.id : guild && firstChannel(guild)?.id;
      const channel = known ?? fallback;
      const lastIn = channel === undefined ? state.lastIn : { ...state.lastIn, [place.guild]: channel };
      const unseen = state.me !== undefined && channel !== undefined && !wasSeen(state.me.id, channel);
      store.set((now) => arrive({ ...now, lastIn }, { guild: place.guild, channel, unseen }));
    },

    speak(language: Language) {
      store.set((state) => ({ ...state, language }));
      void attempt('speak', { locale: language });
    },

    /** Sends a message; gives whether it is there. */
    async say(channel: string, { content, files, replyTo }: Draft): Promise<boolean> {
      try {
        const uploads = await uploaded(files);
        await connection.ask('say', { channel, content, uploads, replyTo });
        return true;
      } catch (error) {
        notice(reasonOf(error));
        return false;
      }
    },

    async post(forum: string, title: string, tags: readonly string[], { content, files }: Draft): Promise<boolean> {
      try {
        const uploads = await uploaded(files);
        const { thread } = await connection.ask('post', { forum, title, content, tags, uploads });
        await this.go({ guild: store.get().place.guild, channel: thread });
        return true;
      } catch (error) {
        notice(reasonOf(error));
        return false;
      }
    },

    async join(guild: string, invite: string | undefined) {
      if ((await attempt('join', { guild, invite })) === undefined) return false;
      store.set((state) => ({ ...state, place: { guild } }));
      return true;
    },
    leave(guild: string) {
      void attempt('leave', { guild });
    },

    async message(user: string) {
      const opened = await attempt('direct', { user });
      if (!opened) return;
      store.set((state) => ({ ...state, place: { guild: home, channel: opened.channel } }));
    },

    use(of: Of<'use'>, command: string, application: APIUser) {
      void follow(pend({ channel: of.channel, command, application }), of.channel, connection.ask('use', of));
    },
    userMenu(of: Of<'userMenu'>, application: APIUser) {
      void follow(
        pend({ channel: of.channel, command: of.name, application }),
        of.channel,
        connection.ask('userMenu', of),
      );
    },
    messageMenu(of: Of<'messageMenu'>, application: APIUser) {
      const asking = connection.ask('messageMenu', of);
      void follow(pend({ channel: of.channel, command: of.name, application }), of.channel, asking);
    },
    forget: (key: number) => settlePending(key, undefined),

    press(message: APIMessage, button: string) {
      const ref = refOf(message);
      void followOn(ref, button, connection.ask('press', { ...ref, button }));
    },
    select(message: APIMessage, select: string, values: readonly string[]) {
      const ref = refOf(message);
      void followOn(ref, select, connection.ask('select', { ...ref, select, values }));
    },

    /** Choices for the option being typed; an empty list when the application does not answer. */
    async complete(of: Of<'complete'>) {
      const answer = await connection.ask('complete', of).catch((error) => void reasonOf(error));
      return answer?.kind === 'choices' ? answer.choices : undefined;
    },

    /** Submits the open modal. Gives why it could not be, or undefined when it closed. */
    async submit(fields: Readonly<Record<string, WireField>>): Promise<string | undefined> {
      const { modal } = store.get();
      if (!modal) return undefined;
      try {
        const answer = await connection.ask('submit', { modal: modal.view.id, fields });
        if (answer.kind === 'failed') return words().failed[answer.reason];
        store.set((state) => ({ ...state, modal: undefined }));
        openModal(answer, modal.channel);
        if (answer.kind === 'deferred') {
          const { channel } = modal;
          const key = pend({ channel, application: undefined, interaction: answer.interaction });
          settlePending(key, { state: 'thinking' });
        }
        return undefined;
      } catch (error) {
        return reasonOf(error);
      }
    },
    dismiss() {
      const { modal } = store.get();
      if (!modal) return;
      store.set((state) => ({ ...state, modal: undefined }));
      void attempt('dismiss', { modal: modal.view.id });
    },
  };
}
