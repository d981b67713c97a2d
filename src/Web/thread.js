// A chat that is open: its messages, votes, and what can be done to it.
import { newKey } from './api.js';
import { follow } from './events.js';
import { count, empty, html, nothing, refused, View } from './ui.js';
import { Answers } from './answers.js';
import { message } from './message.js';

const PAGE = 300;

class Thread extends View {
  static properties = { app: {}, session: {}, chatId: {}, names: {}, back: {}, editing: {}, refusal: {}, asks: {} };

  #key = null;
  #isAtEnd = true;
  #top = 0;
  #following = null;

  willUpdate(changed) {
    if (changed.has('chatId') || changed.has('session')) {
      this.editing = null;
      this.refusal = null;
      this.asks = null;
      this.whole = new Set();
      this.answers?.close();
      this.answers = new Answers(this.session, () => (this.requestUpdate(), this.#toEnd()));
      this.#isAtEnd = true;
      ['chat', 'messages', 'votes', 'send', 'ask'].forEach(name => this.forget(name));
      this.check();
    }
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#following?.abort();
    this.answers?.close();
  }

  /** Reads it all again: a right may have been given or withdrawn. */
  async check() {
    const id = this.chatId;
    const session = this.session;
    const { data: chat, problem } = await this.load('chat', async () => (await session.get(`/chats/${id}`)).data);
    if (problem || id !== this.chatId || session !== this.session) {
      return;
    }

    await Promise.all([
      this.load('messages', () => session.list(`/chats/${id}/messages`, PAGE)),
      this.load('votes', async () => (await session.list(`/chats/${id}/votes`, 2000)).items),
    ]);
    this.#listen(chat);
    this.answers.read(id);
    this.#toEnd();
  }

  /** The list hears of one's own and one's organization's chats; any other has events of its own. */
  #listen(chat) {
    this.#following?.abort();
    const { user } = this.session;
    if (user && (chat.userId === user.id || (chat.organizationId && chat.organizationId === user.organization?.id))) {
      return;
    }

    this.#following = new AbortController();
    follow(this.session, `/chats/${chat.id}/events`, {
      signal: this.#following.signal, tell: () => {}, hear: (type, data) => (type === 'end' || type === 'reset' ? this.check() : this.hear(type, data)),
    });
  }

  /** An event, of this chat or another. */
  hear(type, data) {
    const [what, how] = type.split('.');
    const chat = this.loaded('chat');
    if (!chat || (what === 'chat' ? data.id : data.chatId) !== chat.id) {
      return;
    }

    if (what === 'chat' && how === 'deleted') {
      this.deleting === data.id || this.check();
    } else if (what === 'chat') {
      Object.assign(chat, data);
    } else if (what === 'message') {
      this.#put(this.loaded('messages')?.items, data, how);
      data.parts === null && this.#readMessage(data.id);
    } else if (what === 'vote') {
      this.#put(this.loaded('votes'), data, how);
    } else if (what === 'stream') {
      how === 'created' ? this.answers.follow(data) : this.answers.end(data.id);
    }

    this.requestUpdate();
  }

  #put(list, row, how) {
    const messages = this.loaded('messages');
    if (!list || (how === 'created' && list === messages?.items && messages.more)) {
      return;
    }

    const at = list.findIndex(other => other.id === row.id);
    if (how === 'deleted') {
      at < 0 || list.splice(at, 1);
    } else {
      list.splice(at < 0 ? list.length : at, at < 0 ? 0 : 1, row);
      how === 'created' && this.#toEnd();
    }
  }

  /** Of a long message an event has only the id. */
  async #readMessage(id) {
    const { data } = await this.session.get(`/messages/${id}`).catch(() => ({}));
    if (data) {
      this.#put(this.loaded('messages')?.items, data, 'updated');
      this.requestUpdate();
    }
  }

  /** A reader who scrolls up stays there; what grows below the fold scrolls nothing up. */
  #scrolled({ scrollTop, scrollHeight, clientHeight }) {
    const isNear = scrollHeight - scrollTop - clientHeight < 60;
    this.#isAtEnd = isNear || (this.#isAtEnd && scrollTop >= this.#top);
    this.#top = scrollTop;
  }

  /** Shows what was added last, unless the reader has scrolled up. */
  async #toEnd() {
    await this.updateComplete;
    this.#isAtEnd && this.querySelector('.log')?.scrollTo({ top: 1e9 });
  }

  /** An answer is asked for where nobody else is asked: in a chat of one's own. */
  get #wantsAnswer() {
    return this.asks ?? this.loaded('chat')?.organizationId === null;
  }

  async #send(event) {
    event.preventDefault();
    const form = event.target;
    const text = form.elements.text.value;
    if (!text.trim() || this.isBusy('send')) {
      return;
    }

    // Without a response it may have been written: the next attempt is the same request.
    this.#key ??= newKey();
    this.#isAtEnd = true;
    const { data, problem } = await this.load('send', async () => (await this.session.post(`/chats/${this.chatId}/messages`,
      { role: 'user', parts: [{ type: 'text', text }] }, { key: this.#key })).data);
    if (!problem) {
      this.#key = null;
      form.elements.text.value = '';
      this.hear('message.created', data);
      this.forget('ask');
      if (this.#wantsAnswer) {
        const asked = await this.load('ask', async () => (await this.session.post(`/chats/${this.chatId}/answers`, {}, { key: newKey() })).data);
        asked.data && asked.data.chatId === this.chatId && this.answers.follow(asked.data);
      }
    } else if (problem.status) {
      this.#key = null;
    }
  }

  async #change(body, what) {
    await this.attempt(what, async () => {
      const { data } = await this.session.request('PATCH', `/chats/${this.chatId}`, { body });
      this.editing = null;
      this.hear('chat.updated', data);
      this.dispatchEvent(new CustomEvent('changed', { detail: ['chat.updated', data] }));
    }, { table: 'Chat', key: this.chatId, command: 'update', values: body });
  }

  #rename(event) {
    event.preventDefault();
    this.#change({ title: new FormData(event.target).get('title') }, 'rename this chat');
  }

  async #delete() {
    this.deleting = this.chatId;
    if (await this.attempt('delete this chat', () => this.session.request('DELETE', `/chats/${this.deleting}`), { table: 'Chat', key: this.chatId, command: 'delete' })) {
      this.dispatchEvent(new CustomEvent('changed', { detail: ['chat.deleted', { id: this.deleting }] }));
      location.hash = this.back;
    }

    this.deleting = null;
  }

  vote(id, value, mine) {
    const isBack = mine?.value === value;
    return this.attempt('vote', async () => {
      if (isBack) {
        await this.session.request('DELETE', `/messages/${id}/vote`);
        this.hear('vote.deleted', mine);
      } else {
        const { data } = await this.session.request('PUT', `/messages/${id}/vote`, { body: { value } });
        this.hear('vote.created', data);
      }
    }, { table: 'Vote', key: mine?.id, ...(mine ? { command: isBack ? 'delete' : 'update', values: isBack ? null : { value } } : { command: 'insert', values: { message_id: id, value } }) });
  }

  deleteMessage(id) {
    return this.attempt('delete this message', async () => {
      await this.session.request('DELETE', `/messages/${id}`);
      this.hear('message.deleted', { id, chatId: this.chatId });
    }, { table: 'Message', key: id, command: 'delete' });
  }

  render() {
    return html`<section class="panel thread" aria-label="Chat">
      <a class="back" href=${this.back}>← All chats</a>
      ${this.show('chat', 'the chat', chat => html`
        ${this.#head(chat)}
        ${refused(this.refusal)}
        <div class="log" tabindex="0" role="log" aria-label="Messages"
          @scroll=${({ target }) => this.#scrolled(target)}>
          ${this.show('messages', 'messages', list => html`
            ${list.items.length === 0 ? empty('No messages yet') : list.items.map(row => message(row, this))}
            ${list.more ? html`<button type="button" class="wide" ?disabled=${this.isBusy('messages')} @click=${() => this.#further(list)}>Load later messages</button>` : nothing}
            ${this.answers.render()}`)}
        </div>
        ${this.session.user ? this.#composer() : html`<p class="fine composer">Anonymous readers cannot write. <a href="#/account">Sign in</a>.</p>`}`)}
    </section>`;
  }

  #further(list) {
    this.load('messages', async () => {
      const next = await this.session.list(`/chats/${this.chatId}/messages`, PAGE, list.more);
      return { ...next, items: [...list.items, ...next.items] };
    });
  }

  #head(chat) {
    const isPublic = chat.visibility === 'public';
    return html`<header>
      ${this.editing === 'title' ? html`
        <form class="inline" @submit=${this.#rename}>
          <label><span class="unseen">Title</span> <input name="title" required maxlength="255" .value=${chat.title}></label>
          <button class="primary">Save</button><button type="button" @click=${() => { this.editing = null; }}>Cancel</button>
        </form>` : html`<h2>${chat.title}</h2>`}
      <p class="fine">${isPublic ? 'Public: everybody can read it' : chat.organizationId ? 'Private to its organization' : 'Private'}
        · ${count(this.loaded('messages')?.items.length ?? 0, 'message')}</p>
      ${!this.session.user || this.editing ? nothing : html`<div class="buttons">
        <button type="button" @click=${() => { this.editing = 'title'; this.updateComplete.then(() => this.querySelector('[name=title]').focus()); }}>Rename</button>
        <button type="button" @click=${() => this.#change({ visibility: isPublic ? 'private' : 'public' }, `make this chat ${isPublic ? 'private' : 'public'}`)}>
          Make ${isPublic ? 'private' : 'public'}</button>
        <button type="button" class="danger" @click=${() => { this.editing = 'delete'; }}>Delete</button></div>`}
      ${this.editing === 'delete' ? html`<div class="buttons" role="alertdialog" aria-label="Delete this chat?"><span>Delete it with its messages?</span>
        <button type="button" class="danger" @click=${() => { this.editing = null; this.#delete(); }}>Delete</button>
        <button type="button" @click=${() => { this.editing = null; }}>Keep</button></div>` : nothing}
    </header>`;
  }

  #composer() {
    const busy = this.isBusy('send');
    return html`<form class="composer" @submit=${this.#send}>
      <label><span class="unseen">Message</span>
        <textarea name="text" rows="2" placeholder="Write a message" @keydown=${event => {
          if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
            event.preventDefault();
            event.target.form.requestSubmit();
          }
        }}></textarea></label>
      <button class="primary" ?disabled=${busy}>${busy ? 'Sending…' : 'Send'}</button>
      <label class="check"><input type="checkbox" .checked=${this.#wantsAnswer} @change=${event => { this.asks = event.target.checked; }}>
        Answer by ${this.app.setup?.model ?? 'the demo assistant'}</label>
      ${this.fault('send', { table: 'Message', command: 'insert', values: { chatId: this.chatId, role: 'user', parts: [] } })}${this.fault('ask')}
    </form>`;
  }
}

customElements.define('rls-thread', Thread);
