// One message. Its text is only ever text: lit escapes it, and the browser would refuse markup of it.
import { avatar, bytes, html, nameOf, nothing, time } from './ui.js';

const MUCH = 4000;

/** A message of a thread, with its votes. */
export function message(row, thread) {
  const { user } = thread.session;
  const mine = user && row.userId === user.id;
  const author = mine ? user.email : thread.names.get(row.userId);
  const votes = (thread.loaded('votes') ?? []).filter(vote => vote.messageId === row.id);
  const own = votes.find(vote => vote.userId === user?.id);
  const isAnswer = row.role === 'assistant';
  const by = mine ? 'you' : author ? nameOf(author) : row.userId ? 'somebody' : 'a deleted account';
  return html`
    <article class="message ${mine ? 'mine' : ''} role-${row.role}" aria-label=${isAnswer ? `Answer to ${by}` : `Message of ${mine ? 'yours' : by}`}>
      ${isAnswer ? html`<span class="avatar assistant" aria-hidden="true">✦</span>` : author ? avatar(author) : html`<span class="avatar nobody" aria-hidden="true">?</span>`}
      <div>
        <p class="by"><b title=${author ?? ''}>${isAnswer ? 'Assistant' : by[0].toUpperCase() + by.slice(1)}</b>
          ${isAnswer ? html`<span class="fine">for ${by}</span>` : row.role === 'user' ? nothing : html`<span class="tag">${row.role}</span>`} ${time(row.createdAt)}</p>
        ${row.parts === null ? html`<p class="fine" role="status">Loading a long message…</p>` : row.parts.map((part, n) => body(part, `${row.id} ${n}`, thread))}
        ${(row.attachments ?? []).length ? html`<p class="fine">${row.attachments.length} attached</p>` : nothing}
        <div class="votes">
          ${['up', 'down'].map(value => {
            const n = votes.filter(vote => vote.value === value).length;
            return html`<button type="button" aria-pressed=${String(own?.value === value)} ?disabled=${!user}
              aria-label="Vote ${value}: ${n}" @click=${() => thread.vote(row.id, value, own)}>${value === 'up' ? '▲' : '▼'} ${n || ''}</button>`;
          })}
          ${user ? html`<button type="button" aria-label="Delete this message" @click=${() => thread.deleteMessage(row.id)}>Delete</button>` : nothing}
        </div>
      </div>
    </article>`;
}

function body(part, key, thread) {
  const isText = typeof part?.text === 'string' && (part.type === 'text' || part.type === undefined);
  const text = isText ? part.text : JSON.stringify(part, null, 2);
  const short = text.length > MUCH && !thread.whole.has(key);
  return html`
    <div class=${isText ? 'text' : 'text code'}>${short ? `${text.slice(0, MUCH)}…` : text}</div>
    ${short ? html`<button type="button" @click=${() => { thread.whole.add(key); thread.requestUpdate(); }}>Show all (${bytes(text.length)})</button>` : nothing}`;
}
