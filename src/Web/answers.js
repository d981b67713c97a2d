// Answers that are being written in a chat, chunk by chunk.
import { follow } from './events.js';
import { html, nothing } from './ui.js';

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
    data?.items.filter(stream => stream.state === 'open').forEach(stream => this.follow(stream));
  }

  follow({ id, userId }) {
    if (this.#open.has(id)) {
      return;
    }

    const answer = { chunks: [], stop: new AbortController(), mine: userId !== null && userId === this.#session.user?.id };
    this.#open.set(id, answer);
    this.#grown();
    follow(this.#session, `/streams/${id}`, {
      signal: answer.stop.signal, tell: () => {}, hear: (type, data) => {
        if (type === 'chunk') {
          answer.chunks[data.index] = data.data;
        } else if (type === 'abandoned') {
          answer.broken = true;
          answer.stop.abort();
        } else if (['finished', 'end'].includes(type)) {
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

  /** Keeps the text so far as a message; without any, abandons the stream. The API stops writing when it finds the stream closed. */
  async #stop(id, answer) {
    answer.stopping = true;
    this.#grown();
    await this.#session.post(`/streams/${id}/finish`, {})
      .catch(problem => (problem.code === 'stream_incomplete' ? this.#session.post(`/streams/${id}/abandon`) : null))
      .catch(() => { answer.stopping = false; });
    this.#grown();
  }

  close() {
    [...this.#open.keys()].forEach(id => this.end(id));
  }

  render() {
    return [...this.#open].map(([id, answer]) => html`
      <article class="message role-assistant" aria-busy=${String(!answer.broken)} aria-label="An answer that is being written">
        <span class="avatar assistant" aria-hidden="true">✦</span>
        <div><p class="by"><b>Assistant</b> <span class="tag ${answer.broken ? 'bad' : ''}">${answer.broken ? 'broken off' : 'writing'}</span></p>
          <div class="text">${answer.chunks.join('')}${answer.broken ? nothing : html`<span class="caret" aria-hidden="true"></span>`}</div>
          ${answer.mine && !answer.broken ? html`<button type="button" class="small" ?disabled=${answer.stopping} @click=${() => this.#stop(id, answer)}>${answer.stopping ? 'Stopping…' : 'Stop'}</button>` : nothing}</div>
      </article>`);
  }
}
