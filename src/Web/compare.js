// Two people send the same request; rows that are in one response only are marked.
import { needed, policyText, readCatalogue } from './monitor.js';
import { keyOf, labelOf } from './rows.js';
import { avatar, count, empty, failed, html, nameOf, nothing, View } from './ui.js';

const REQUESTS = [
  { name: 'Chats of my organization', path: () => '/chats?scope=organization', tables: ['Chat'] },
  { name: 'My chats', path: () => '/chats?scope=mine', tables: ['Chat'] },
  { name: 'Public chats', path: () => '/chats?scope=public', tables: ['Chat'] },
  { name: 'One chat', path: chat => `/chats/${chat}`, tables: ['Chat'], chat: true },
  { name: 'Messages of one chat', path: chat => `/chats/${chat}/messages`, tables: ['Message', 'Chat'], chat: true },
  { name: 'Votes in one chat', path: chat => `/chats/${chat}/votes`, tables: ['Vote', 'Message', 'Chat'], chat: true },
  { name: 'Documents', path: () => '/documents', tables: ['Document'] },
  { name: 'Credit entries', path: () => '/me/credits', tables: ['CreditEntry'] },
  { name: 'Me', path: () => '/me', tables: ['User', 'Organization'] },
];

/** For so many rows, the deciding policies are asked for. */
const FEW = 20;

class Compare extends View {
  static properties = { app: {}, people: {}, request: {}, chat: {} };

  constructor() {
    super();
    this.request = REQUESTS[0];
    this.chat = null;
  }

  willUpdate() {
    const known = this.app.setup?.people ?? [];
    if (!this.people && known.length > 1) {
      this.people = [known[0].email, (known.find(person => person.email.split('@')[1] !== known[0].email.split('@')[1]) ?? known[1]).email];
      this.#ask();
    }

    const { monitor } = this.app;
    if (monitor !== this.read) {
      this.read = monitor;
      monitor && this.load('catalogue', () => readCatalogue(monitor));
    }
  }

  /** The chats that either of them can see, to choose one of. */
  async #chats(people) {
    const lists = await Promise.all(people.flatMap(email => ['mine', 'organization', 'public'].map(async scope =>
      (await (await this.app.personOf(email)).get(`/chats?scope=${scope}&limit=50`)).data.items)));
    return [...new Map(lists.flat().map(chat => [chat.id, chat])).values()];
  }

  async #ask() {
    const { people, request } = this;
    this.forget('deciders');
    await this.load('answers', async () => {
      // One after the other, so that each person is signed in once.
      for (const email of people) {
        await this.app.personOf(email);
      }

      if (request.chat) {
        const options = await this.#chats(people);
        if (people !== this.people) {
          return this.loaded('answers');
        }

        this.options = options;
        this.chat = options.some(chat => chat.id === this.chat) ? this.chat : options[0]?.id;
      }

      const path = request.path(this.chat);
      return { path, sides: await Promise.all(people.map(email => this.#side(email, path))) };
    });
  }

  async #side(email, path) {
    const session = await this.app.personOf(email);
    const { id } = session.user;
    try {
      const { status, data, timing, statements } = await session.get(path, { shown: true });
      return { email, id, status, statements, rows: data.items ?? [data], ms: timing?.match(/db;dur=([\d.]+)/)?.[1], more: Boolean(data.nextCursor) };
    } catch (problem) {
      if (!problem.status) {
        throw problem;
      }

      return { email, id, status: problem.status, statements: problem.statements, rows: [], problem };
    }
  }

  /** Of each row and person, whether policies let them see it: one question after the other, each in the audit. */
  #decide(rows, { people } = this) {
    const [table] = this.request.tables;
    return this.load('deciders', async () => {
      const deciders = new Map();
      for (const row of rows) {
        for (const person of people) {
          const { items: [told] } = (await this.app.monitor.post('/monitor/explain', { person, table, key: keyOf(table, row), command: 'select' })).data;
          deciders.set(`${row.id} ${person}`, told);
        }
      }

      return deciders;
    });
  }

  #set(change) {
    Object.assign(this, change);
    this.#ask();
  }

  render() {
    const known = this.app.setup?.people ?? [];
    return html`
      <header class="page-head">
        <h1>Side by side</h1>
        <p class="lead">Two people send the same request, and the API runs one statement for both. Where a row is in one response only, either a policy hides it from the other person, or the statement’s WHERE leaves it out.</p>
      </header>
      ${known.length < 2 ? html`<section class="panel">${empty('No demo people here', 'In development, make db-seed creates them.')}</section>` : html`
        <form class="panel ask" @submit=${event => { event.preventDefault(); this.#ask(); }}>
          <label>Request <select @change=${event => this.#set({ request: REQUESTS[event.target.selectedIndex] })}>
            ${REQUESTS.map(request => html`<option .selected=${request === this.request}>${request.name}</option>`)}</select></label>
          ${this.request.chat && this.options ? html`<label>Chat <select @change=${event => this.#set({ chat: event.target.value })}>
            ${this.options.map(chat => html`<option value=${chat.id} .selected=${chat.id === this.chat}>${chat.title}</option>`)}</select></label>` : nothing}
          ${[0, 1].map(n => html`<label>${n ? 'and' : 'as'} <select aria-label=${n ? 'Second person' : 'First person'} @change=${event => this.#set({ people: this.people.with(n, event.target.value) })}>
            ${known.map(person => html`<option value=${person.email} .selected=${person.email === this.people?.[n]}>${person.name}, ${person.is}</option>`)}</select></label>`)}
          <button class="primary" ?disabled=${this.isBusy('answers')}>${this.isBusy('answers') ? 'Asking…' : 'Ask again'}</button>
        </form>
        ${this.show('answers', 'both answers', answers => this.#answers(answers))}`}`;
  }

  #answers({ path, sides }) {
    const rows = [...new Map(sides.flatMap(side => side.rows).map(row => [row.id, row])).values()]
      .sort((one, other) => (one.createdAt < other.createdAt ? 1 : -1));
    const seen = sides.map(side => new Map(side.rows.map(row => [row.id, row])));
    const both = rows.filter(row => seen.every(side => side.has(row.id))).length;
    return html`
      <p class="sent"><code>GET ${path}</code> <span class="fine">${count(rows.length, 'row')} in all: ${both} in both responses, ${rows.length - both} in one</span></p>
      ${this.app.monitor && rows.length && rows.every(row => row.id) ? html`<div class="buttons deciding"><button type="button" ?disabled=${this.isBusy('deciders')} @click=${() => this.#decide(rows.slice(0, FEW))}>
        ${this.isBusy('deciders') ? 'Asking PostgreSQL…' : 'Name the policy that shows or hides each row'}</button><span class="fine">Each question is in the audit.</span></div>${this.fault('deciders')}` : nothing}
      <div class="sides" role="table" aria-label="Rows of each response">
        <div role="row" class="heads">${sides.map(side => html`<div role="columnheader">
          ${avatar(side.email)} <b>${nameOf(side.email)}</b>
          <span class="pill ${side.status === 200 ? 'good' : 'warn'}">${side.status}</span>
          <small>${count(side.rows.length, 'row')}${side.ms ? ` · ${side.ms} ms in the database` : ''}${side.more ? ' · first page' : ''}</small></div>`)}</div>
        ${rows.map(row => html`<div role="row">${seen.map((side, n) => this.#cell(side.get(row.id), row, seen[1 - n].has(row.id), sides[n]))}</div>`)}
        ${sides.some(side => side.problem) || rows.length === 0 ? html`<div role="row">${sides.map(side => html`<div role="cell">
          ${side.problem ? failed(side.problem) : rows.length === 0 ? empty('No rows') : nothing}</div>`)}</div>` : nothing}
      </div>
      ${this.#sql(sides)}
      <section class="panel decided" aria-labelledby="decided">
        <h2 id="decided">The policies that decided</h2>
        <p class="fine">Select policies for people of ${this.request.tables.map((table, n) => html`${n ? ', ' : ''}<b>${table}</b>`)}. A row is visible when one of them is true for it, and every restrictive one.</p>
        ${this.app.monitor ? this.show('catalogue', 'the policies', tables => this.request.tables.map(name => html`
          <div class="policies-of"><h3>${name}</h3>${tables.find(table => table.name === name)?.policies
            .filter(policy => policy.command === 'select' && policy.roles.some(role => role === 'regular_user' || role === 'anonymous')).map(policyText)}</div>`))
        : needed(this.app, this)}
      </section>`;
  }

  /** Development alone tells it. The statement is the same for both: nothing in it filters for safety. */
  #sql(sides) {
    const [one, other] = sides.map(side => side.statements);
    if (!one.length) {
      return nothing;
    }

    const same = JSON.stringify(one.map(batch => batch.statements)) === JSON.stringify(other.map(batch => batch.statements));
    return html`
      <section class="panel decided" aria-labelledby="sql">
        <h2 id="sql">The SQL that ran</h2>
        <p class="fine">One transaction a round trip, in one batch: the first statement says who is asking. ${same ? 'Both people ran the same text.' : 'The number of round trips differs: an empty list asks about its parent.'}</p>
        <ul class="facts">${sides.map(({ email, id, statements: [{ role }] }) => html`<li><b>${nameOf(email)}</b>: role <code>${role}</code>, <code>auth.uid</code> = <code>${id}</code>, and <code>auth.session</code>, the secret of the access token</li>`)}</ul>
        ${(same ? [one] : [one, other]).map((batches, n) => html`${same ? nothing : html`<h3>${nameOf(sides[n].email)}</h3>`}
          ${batches.map(({ statements }) => statements.map((text, place) => html`<p class="fine">${place ? 'The statement of the request' : 'Who is asking'}</p><pre class="ran">${outdent(text)}</pre>`))}`)}
      </section>`;
  }

  #cell(row, other, shared, { email }) {
    const name = nameOf(email);
    const told = this.loaded('deciders')?.get(`${(row ?? other).id} ${email}`);
    return row
      ? html`<div role="cell" class="seen ${shared ? '' : 'only'}"><b>${labelOf(row)}</b>
          <small>${row.visibility ? html`<span class="tag ${row.visibility}">${row.visibility}</span> ` : nothing}${shared ? nothing : html`<span class="tag mark">Only in ${name}’s response</span> `}<code>${row.id?.slice?.(0, 8) ?? ''}</code>${told?.verdict === 'yes' ? html` by ${told.admits}` : nothing}</small></div>`
      : html`<div role="cell" class="unseen-row"><span>Not in ${name}’s response${told ? told.verdict === 'yes' ? html`: the WHERE or LIMIT leaves it out, ${name} can see it by ${told.admits}.` : told.verdict === 'hidden' ? ': hidden by the policies.' : `: ${told.verdict}.` : nothing}${this.request.tables[0] && other.id
        ? html` <a href="#/why/${email}/${this.request.tables[0]}/${encodeURIComponent(keyOf(this.request.tables[0], other))}/select" aria-label="Why is ${labelOf(other)} not in ${name}’s response?">Why?</a>` : nothing}</span></div>`;
  }
}

/** Without the indentation and the empty lines of the program's source. */
function outdent(text) {
  const lines = text.split('\n').filter(line => line.trim());
  const least = Math.min(...lines.map(line => line.search(/\S/)));
  return lines.map(line => line.slice(least).replace(/(?<=\S) {2,}/g, ' ')).join('\n');
}

customElements.define('rls-compare', Compare);
