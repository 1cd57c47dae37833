import { render } from 'preact';
import { createActions } from './actions.js';
import { Page } from './app.js';
import { connect } from './connection.js';
import { type App, AppContext } from './context.js';
import { become, personInAddress, placeInAddress, rememberAddress } from './shell/become.js';
import { lose, push } from './state/changes.js';
import { initial } from './state/model.js';
import { markRead } from './state/read-marks.js';
import { createStore } from './state/store.js';
import { languageOf } from './texts/index.js';
import './styles/base.css';
import './styles/button.css';
import './styles/frame.css';
import './styles/channel.css';
import './styles/forum.css';
import './styles/message.css';
import './styles/markdown.css';
import './styles/media.css';
import './styles/components.css';
import './styles/composer.css';
import './styles/popover.css';
import './styles/select.css';
import './styles/dialog.css';
import './styles/narrow.css';

const store = createStore({ ...initial, place: placeInAddress(), language: languageOf(navigator.language) });

const connection = connect({
  opened: () => void become(app, store.get().me?.id ?? personInAddress()),
  lost: () => store.set(lose),
  pushed: (it) => store.set((state) => push(state, it)),
});
const app: App = { store, actions: createActions(store, connection) };

let { me: lastMe, place: lastPlace } = store.get();
store.subscribe(() => {
  const state = store.get();
  // Only a move is written down: the address may already be ahead, when the reader went back or typed one.
  if (state.me && (state.me.id !== lastMe?.id || state.place !== lastPlace)) rememberAddress(state.me.id, state.place);
  ({ me: lastMe, place: lastPlace } = state);
  markRead(state);
});
addEventListener('popstate', () => void app.actions.go(placeInAddress()));

const page = document.getElementById('page');
if (page) {
  render(
    <AppContext.Provider value={app}>
      <Page />
    </AppContext.Provider>,
    page,
  );
}
