// The tab of chats: the list, live, and the chat that is open.
import { newKey } from './api.js';
import { follow } from './events.js';
import { choices, empty, html, nameOf, nothing, View } from './ui.js';
import './thread.js';

const SCOPES = [['mine', 'Mine'], ['organization', 'Organization'], ['public', 'Public']];
const STATES = { live: 'Live', waiting: 'Reconnecting…', over: 'Not live' };

class Chat extends View {
  static properties = { app: {}, session: {}, path: {}, live: {}, creating: {} };

  #following = null;

  willUpdate(changed) {
    if (changed.has('session')) {
      this.#start();
    }

    if (changed.has('path') || changed.has('session')) {
      const scope = SCOPES.some(([name]) => name === this.path[1]) ? this.path[1] : this.session.user ? 'mine' : 'public';
      const other = scope !== this.scope || changed.has('session');
      this.scope = this.session.user ? scope : 'public';
      this.open = this.path[2] ?? null;
      if (other) {
        this.forget('chats');
        this.#read();
      }
    }
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#following?.abort();
  }

  /** Another person: other names and other events. */
  #start() {
    this.#following?.abort();
    this.live = null;
    this.creating = false;
    this.names = new Map();
    if (!this.session.user) {
      return;
    }

    this.#following = new AbortController();
    follow(this.session, '/me/events', {
      signal: this.#following.signal, hear: (type, data) => this.#hear(type, data), tell: state => { this.live = state; },
    });
    this.#readNames();
  }

  async #readNames() {
    this.names = await this.session.names();
    this.requestUpdate();
  }

  #read() {
    return this.load('chats', () => this.session.list(`/chats?scope=${this.scope}`, 200));
  }

  async #hear(type, data) {
    if (type === 'reset') {
      this.#read();
    } else if (type.startsWith('chat.')) {
      this.#change(type, data);
    } else if (type.startsWith('member.')) {
      // One's own role or organization may have changed, and with it everything that one sees.
      const before = JSON.stringify(this.session.user);
      const user = await this.session.reread().catch(() => null);
      this.#readNames();
      if (user && JSON.stringify(user) !== before) {
        this.#read();
        this.querySelector('rls-thread')?.check();
      }
    }

    this.querySelector('rls-thread')?.hear(type, data);
  }

  #belongs(chat) {
    const { user } = this.session;
    return this.scope === 'mine' ? chat.userId === user?.id
      : this.scope === 'organization' ? chat.organizationId !== null && chat.organizationId === user?.organization?.id
      : chat.visibility === 'public';
  }

  #change(type, data) {
    const list = this.loaded('chats');
    if (!list) {
      return;
    }

    const others = list.items.filter(chat => chat.id !== data.id);
    const at = list.items.findIndex(chat => chat.id === data.id);
    if (type !== 'chat.deleted' && this.#belongs(data)) {
      others.splice(at < 0 ? 0 : at, 0, data);
    }

    list.items = others;
    this.requestUpdate();
  }

  async #create(event) {
    event.preventDefault();
    const { title, visibility, where } = Object.fromEntries(new FormData(event.target));
    this.key ??= newKey();
    const { data, problem } = await this.load('create', async () => (await this.session.post('/chats', {
      title, visibility, organizationId: where === 'organization' ? this.session.user.organization.id : null,
    }, { key: this.key })).data);
    if (!problem) {
      this.key = null;
      this.creating = false;
      this.forget('create');
      location.hash = `#/chat/${where === 'organization' ? 'organization' : 'mine'}/${data.id}`;
      this.#change('chat.created', data);
    }
  }

  render() {
    return html`
      <h1 class="unseen">Chat</h1>
      <div class="chats ${this.open ? 'has-open' : ''}">
        <section class="panel list" aria-labelledby="chats">
          <header>
            <h2 id="chats">Chats</h2>
            ${this.live ? html`<span class="pill live-${this.live}" role="status">${STATES[this.live]}</span>` : nothing}
          </header>
          ${choices('Whose chats', this.session.user ? SCOPES : SCOPES.slice(2), this.scope, scope => { location.hash = `#/chat/${scope}`; })}
          ${this.session.user ? this.#newChat() : html`<p class="fine">Anonymous: <a href="#/account">sign in</a> to see your own chats and your organization's.</p>`}
          ${this.show('chats', 'chats', list => list.items.length === 0 ? this.#none() : html`
            <ul class="rows">${list.items.map(chat => this.#row(chat))}</ul>
            ${list.more ? html`<p class="fine">Only the newest ${list.items.length} are shown.</p>` : nothing}`)}
        </section>
        ${this.open
          ? html`<rls-thread .app=${this.app} .session=${this.session} .chatId=${this.open} .names=${this.names}
              .back=${`#/chat/${this.scope}`} @changed=${event => this.#change(...event.detail)}></rls-thread>`
          : html`<section class="panel thread none">${empty('No chat is open', this.session.user ? 'Choose one, or create one.' : 'Choose one.')}</section>`}
      </div>`;
  }

  #none() {
    return this.scope === 'organization' && !this.session.user?.organization
      ? empty('You are in no organization', 'An organization’s chats are seen by its members.')
      : empty('No chats here', this.scope === 'public' ? 'There is no public chat.' : 'Chats that you can see are listed here.');
  }

  #row(chat) {
    const mine = chat.userId === this.session.user?.id;
    return html`
      <li><a href="#/chat/${this.scope}/${chat.id}" aria-current=${String(chat.id === this.open)}>
        <b>${chat.title}</b>
        <small>${mine ? 'Yours' : this.names.has(chat.userId) ? nameOf(this.names.get(chat.userId)) : 'Somebody’s'}
          ${chat.organizationId ? html`<span class="tag">organization</span>` : nothing}
          ${chat.visibility === 'public' ? html`<span class="tag public">public</span>` : html`<span class="tag">private</span>`}</small>
      </a></li>`;
  }

  #newChat() {
    const { organization } = this.session.user;
    const busy = this.isBusy('create');
    return !this.creating
      ? html`<button type="button" class="wide" @click=${() => { this.creating = true; this.updateComplete.then(() => this.querySelector('[name=title]').focus()); }}>New chat</button>`
      : html`
        <form class="new" @submit=${this.#create}>
          <label>Title <input name="title" required maxlength="255" autocomplete="off"></label>
          <label>For <select name="where"><option value="mine">me</option>
            ${organization ? html`<option value="organization" ?selected=${this.scope === 'organization'}>${organization.name}</option>` : nothing}</select></label>
          <label>Visibility <select name="visibility"><option>private</option><option ?selected=${this.scope === 'public'}>public</option></select></label>
          <div class="buttons"><button class="primary" ?disabled=${busy}>${busy ? 'Creating…' : 'Create'}</button>
            <button type="button" @click=${() => { this.creating = false; this.forget('create'); }}>Cancel</button></div>
          ${this.fault('create')}
        </form>`;
  }
}

customElements.define('rls-chat', Chat);
