// Answers that are being written in a chat, chunk by chunk.
import { follow } from './events.js';
import { html } from './ui.js';

/** Follows the open streams of a chat; `grown` is called whenever a text has. */
export class Answers {
  #open = new Map();
  #session;
  #grown;

  constructor(session, grown) {
    this.#session = session;
    this.#grown = grown;
  }

  /** Those that were open before. */
  async read(chat) {
    const { data } = await this.#session.get(`/chats/${chat}/streams?limit=20`).catch(() => ({}));
    data?.items.filter(stream => stream.state === 'open').forEach(stream => this.follow(stream.id));
  }

  follow(id) {
    if (this.#open.has(id)) {
      return;
    }

    const answer = { chunks: [], stop: new AbortController() };
    this.#open.set(id, answer);
    follow(this.#session, `/streams/${id}`, {
      signal: answer.stop.signal, tell: () => {}, hear: (type, data) => {
        if (type === 'chunk') {
          answer.chunks[data.index] = data.data;
        } else if (['finished', 'abandoned', 'end'].includes(type)) {
          this.end(id);
        }

        this.#grown();
      },
    });
  }

  end(id) {
    this.#open.get(id)?.stop.abort();
    this.#open.delete(id);
  }

  close() {
    [...this.#open.keys()].forEach(id => this.end(id));
  }

  render() {
    return [...this.#open.values()].map(answer => html`
      <article class="message role-assistant" aria-label="An answer that is being written">
        <span class="avatar nobody" aria-hidden="true">…</span>
        <div><p class="by"><b>Assistant</b> <span class="tag">writing</span></p><div class="text">${answer.chunks.join('')}</div></div>
      </article>`);
  }
}
