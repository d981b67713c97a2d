// Why a person can or cannot do something to a row: POST /monitor/explain; everyone who can: POST /monitor/who; and how
// many rows of each table a person can reach.
import { COMMANDS, needed, readAs, readCatalogue } from './monitor.js';
import { choices, count, empty, html, nameOf, nothing, View } from './ui.js';

const MARKS = { true: ['✓', 'true'], false: ['✗', 'false'], null: ['∅', 'null, which lets nothing pass'], error: ['!', 'an error'] };
const VERDICTS = { yes: 'good', hidden: 'warn', denied: 'bad', failed: 'bad', absent: 'warn' };

/** The tables whose rows can be chosen by title, and how to list them. */
const LISTED = {
  Chat: async session => (await Promise.all((session.user ? ['mine', 'organization', 'public'] : ['public']).map(scope => session.list(`/chats?scope=${scope}`, 100)))).flatMap(list => list.items),
  Message: async session => {
    const chats = await LISTED.Chat(session);
    return (await Promise.all(chats.slice(0, 20).map(chat => session.list(`/chats/${chat.id}/messages`, 50)))).flatMap(list => list.items);
  },
  User: async session => (session.user ? [session.user] : []),
};

const titleOf = row => row.title ?? row.email ?? row.parts?.map(part => part.text ?? '').join(' ').slice(0, 60) ?? row.id;

class Why extends View {
  static properties = { app: {}, path: {}, person: {}, table: {}, key: {}, command: {}, asks: {} };

  constructor() {
    super();
    Object.assign(this, { person: '', table: 'Chat', key: '', command: 'select', asks: 'explain' });
  }

  willUpdate(changed) {
    if (changed.has('path')) {
      this.trace = this.path[1] === 'trace' ? this.path[2] : null;
    }

    if (changed.has('path') && this.trace) {
      this.asks = 'explain';
      this.app.monitor && this.app.monitor === this.read && this.#ask();
    } else if (changed.has('path') && this.path.length > 3) {
      [, this.person, this.table, this.key, this.command] = this.path;
      this.command ??= 'select';
    }

    const people = this.app.setup?.people ?? [];
    this.person ||= (people.find(person => person.name === 'Dan') ?? people[0])?.email ?? '';
    const { monitor } = this.app;
    if (monitor !== this.read) {
      this.read = monitor;
      this.forget('answer');
      if (monitor) {
        this.load('catalogue', () => readCatalogue(monitor));
        this.trace && this.#ask();
        this.#rows().then(() => this.key && !this.trace && this.#ask());
      }
    }
  }

  /** The rows to choose from: those that the demo people, or the person, can see. An operator sees none. */
  async #rows() {
    const list = LISTED[this.table];
    await this.load('rows', async () => {
      const sessions = this.app.setup?.people.length
        ? await this.#everybody() : [this.app.session];
      const found = list ? (await Promise.all(sessions.map(session => list(session).then(rows => rows.map(row => ({ row, by: session.user?.email })))))).flat() : [];
      const seen = Map.groupBy(found, one => one.row.id);
      return [...seen.values()].map(([one, ...more]) => ({ row: one.row, by: [one, ...more].map(other => (other.by ? nameOf(other.by) : 'everybody')).filter((name, n, all) => all.indexOf(name) === n) }));
    });
    const rows = this.loaded('rows') ?? [];
    if (!this.key && rows.length) {
      this.key = rows[0].row.id;
    }
  }

  async #everybody() {
    const sessions = [];
    for (const person of this.app.setup.people.filter(one => !one.is.startsWith('operator'))) {
      sessions.push(await this.app.personOf(person.email));
    }

    return sessions;
  }

  #ask() {
    const { table, key, command, person, app, trace } = this;
    if (trace) {
      const [, , , caller] = this.path;
      const known = this.#known(user => user.id === caller);
      return this.load('answer', async () => ({
        person: known?.email ?? caller ?? 'anonymous', trace, items: (await app.monitor.post('/monitor/explain', { traceId: trace })).data.items,
      }));
    }

    return this.load('answer', async () => this.asks === 'reach'
      ? { person, reach: (await app.monitor.get(`/monitor/people/${this.#known(user => user.email === person)?.id ?? person}/reach`)).data.items }
      : this.asks === 'who' ? { who: (await app.monitor.post('/monitor/who', { table, key })).data }
      : { person, items: (await app.monitor.post('/monitor/explain', { person, table, key, command })).data.items });
  }

  /** A person who is signed in here, as the page or beside it. */
  #known(isThem) {
    return [...this.app.people.values(), this.app.session].map(session => session.user).find(user => user && isThem(user));
  }

  render() {
    return html`
      <header class="page-head">
        <h1>Why</h1>
        <p class="lead">Why a person can or cannot do something to a row: the command is tried as that person and rolled back, and each policy is evaluated leg by leg.</p>
        ${this.app.monitor ? readAs(this.app) : nothing}
      </header>
      ${this.app.monitor ? html`${this.#form()}
        ${this.isBusy('answer') || this.loaded('answer') || this.fault('answer') !== nothing ? this.show('answer', 'the explanation', answer => answer.who ? this.#audience(answer.who) : answer.reach ? this.#reach(answer) : html`${answer.trace ? html`<p class="fine">Of the refused request <code>${answer.trace}</code></p>` : nothing}${answer.items.map(told => explanation(told, answer.person))}`)
          : html`<section class="panel">${empty('Nothing was asked yet', 'Choose a person, a row and a command.')}</section>`}`
      : needed(this.app, this)}`;
  }

  #form() {
    const people = this.app.setup?.people ?? [];
    const rows = this.loaded('rows') ?? [];
    const listed = rows.some(one => one.row.id === this.key);
    return html`
      <form class="panel question" @submit=${event => { event.preventDefault(); this.trace = null; this.#ask(); }}>
        ${choices('Question', [['explain', 'Why can, or can’t, somebody?'], ['who', 'Who can?'], ['reach', 'What can somebody reach?']], this.asks, asks => { this.asks = asks; this.forget('answer'); })}
        <div class="fields">
          ${this.asks === 'who' ? nothing : html`
            <label>Person <input list="people" required .value=${this.person} @input=${event => { this.person = event.target.value.trim(); }} placeholder="an address, an id, or anonymous"></label>
            <datalist id="people">${people.map(person => html`<option value=${person.email}>${person.name}, ${person.is}</option>`)}<option value="anonymous"></option></datalist>`}
          ${this.asks !== 'explain' ? nothing : html`
            <label>Command <select @change=${event => { this.command = event.target.value; }}>
              ${COMMANDS.map(command => html`<option ?selected=${command === this.command}>${command}</option>`)}</select></label>`}
          ${this.asks === 'reach' ? nothing : html`
          <label>Table <select @change=${event => { this.table = event.target.value; this.key = ''; this.#rows(); }}>
            ${(this.loaded('catalogue') ?? [{ name: 'Chat' }]).map(({ name }) => html`<option ?selected=${name === this.table}>${name}</option>`)}</select></label>
          ${LISTED[this.table] ? html`
            <label>Row <select @change=${event => { this.key = event.target.value; }}>
              ${this.isBusy('rows') && !rows.length ? html`<option>Loading rows…</option>` : nothing}
              ${rows.map(({ row, by }) => html`<option value=${row.id} ?selected=${row.id === this.key}>${titleOf(row)} (seen by ${by.join(', ')})</option>`)}
              ${this.key && !listed ? html`<option value=${this.key} selected>${this.key}</option>` : nothing}</select></label>` : nothing}
          <label>Key <input required .value=${this.key} @input=${event => { this.key = event.target.value.trim(); }} placeholder="the primary key"></label>`}
        </div>
        <div class="buttons"><button class="primary" ?disabled=${this.isBusy('answer') || (!this.key && this.asks !== 'reach')}>${this.isBusy('answer') ? 'Explaining…' : { who: 'Who can?', reach: 'Count' }[this.asks] ?? 'Explain'}</button>
          <span class="fine">Each question is in the audit. The answer holds no value of the row.</span></div>
        ${this.fault('rows')}
      </form>`;
  }

  #reach({ person, reach }) {
    return html`
      <section class="panel"><h2>Rows that ${person.includes('@') ? nameOf(person) : person} can reach</h2>
        <p class="fine">Rows that the policies let them read, change and delete, counted up to 10,000. Checks of new values, constraints and triggers are not asked.</p>
        <div class="scroll" tabindex="0" role="group" aria-label="Tables"><table>
          <thead><tr><th scope="col">Table</th><th scope="col">read</th><th scope="col">change</th><th scope="col">delete</th></tr></thead>
          <tbody>${reach.map(one => html`<tr><td><b>${one.table}</b></td>${[one.select, one.update, one.delete].map(n => html`<td>${rows(n)}</td>`)}</tr>`)}</tbody></table></div>
      </section>`;
  }

  #audience({ people, asked, all }) {
    const known = new Map([...this.app.people.values()].map(session => [session.user?.id, session.user?.email]));
    return html`
      <section class="panel"><h2>Who can do something to this row</h2>
        <p class="fine">${asked < all ? `${asked} of ${all} people were asked in the time that there is.` : `All ${count(all, 'person', 'people')} were asked.`}</p>
        ${people.length === 0 ? empty('Nobody') : html`<div class="scroll" tabindex="0" role="group" aria-label="People"><table>
          <thead><tr><th scope="col">Who</th><th scope="col">read</th><th scope="col">change</th><th scope="col">delete</th></tr></thead>
          <tbody>${people.map(reach => html`<tr><td><b>${reach.id === null ? 'Anonymous' : known.has(reach.id) ? nameOf(known.get(reach.id)) : reach.id}</b></td>
            ${[reach.select, reach.update, reach.delete].map(by => html`<td>${by ?? html`<span class="fine">no</span>`}</td>`)}</tr>`)}</tbody></table></div>`}
      </section>`;
  }
}

/** A number of rows, or why they were not counted. */
const rows = ({ rows: n, isMore, sqlState }) => sqlState === '42501' ? html`<span class="fine">no grant</span>`
  : sqlState ? html`<span class="tag bad">${sqlState}</span>` : n ? html`<b>${n.toLocaleString('en')}${isMore ? '+' : ''}</b>` : html`<span class="fine">0</span>`;

/** What would let it pass: each group of alternatives of which none is true, by their comments. */
function ways(nodes) {
  return nodes.flatMap(node => (node.kind === 'permissive' && node.truth !== 'true'
    ? [node.parts.filter(part => part.kind === 'policy')] : ways(node.parts)));
}

/** The first line: the outcome, and what decides it. */
function outcome({ verdict, command, refusal, admits, sqlState }, person) {
  const name = person.includes('@') ? nameOf(person) : person;
  const act = { select: 'read', insert: 'insert', update: 'change', delete: 'delete' }[command];
  return {
    yes: `${name} can ${act} this row: ${admits}`,
    hidden: `${name} cannot ${act} this row, as if it did not exist: ${refusal?.name}`,
    denied: `PostgreSQL does not let ${name} ${act} this row (${sqlState}): ${refusal?.name}`,
    failed: `${name} cannot ${act} this row, because the command fails (${sqlState}): ${refusal?.name}`,
    absent: 'There is no such row, for anybody',
  }[verdict];
}

function explanation(told, person) {
  const lets = told.verdict === 'yes' ? [] : ways(told.steps);
  return html`
    <section class="panel told" aria-label="Explanation of ${told.command}">
      <h2><span class="pill ${VERDICTS[told.verdict]}">${told.verdict}</span> ${outcome(told, person)}</h2>
      ${told.refusal?.because ? html`<p>${told.refusal.because}</p>` : nothing}
      ${lets.length ? html`<div class="lets">${lets.map((group, n) => html`<h3>${n ? 'And one of these' : 'One of these would have to be true'}</h3>
        <ul>${group.map(policy => html`<li>${policy.note} <span class="note">${policy.text}</span></li>`)}</ul>`)}</div>` : nothing}
      <h3>Who asks</h3><ul class="facts">${told.facts.map(fact => html`<li>${fact}</li>`)}</ul>
      <h3>What PostgreSQL decides, in its order</h3>
      <ul class="tree">${told.steps.map(step => node(step, true))}</ul>
      ${told.delivery ? html`<h3>Live events</h3><p>${told.delivery.truth === 'true' ? 'Delivered' : 'Not delivered'}${told.delivery.note ? `: ${told.delivery.note}` : ''}</p>
        ${told.delivery.parts.length ? html`<ul class="tree">${told.delivery.parts.map(part => node(part))}</ul>` : nothing}` : nothing}
      ${told.warnings.length ? html`<h3>Left out</h3><ul class="facts">${told.warnings.map(warning => html`<li>${warning}</li>`)}</ul>` : nothing}
      ${told.isConsistent ? nothing : html`<p class="fine">Grants and policies, evaluated one by one, would predict another outcome: please report this.</p>`}
    </section>`;
}

function node({ kind, text, truth, note, parts, sqlState }, open = false) {
  const [mark, word] = MARKS[truth] ?? ['·', truth];
  const line = html`<span class="truth is-${truth}" title=${word}><span aria-hidden="true">${mark}</span><span class="unseen">${word}: </span></span>
    <span class="said">${kind === 'condition' ? html`<code>${text}</code>` : text}${note ? html` <span class="note">${note}</span>` : nothing}${sqlState ? html` <span class="tag bad">${sqlState}</span>` : nothing}</span>`;
  return html`<li>${parts.length
    ? html`<details ?open=${open || ['permissive', 'restrictive', 'policies', 'policy'].includes(kind) || truth !== 'true'}><summary>${line}</summary><ul>${parts.map(part => node(part))}</ul></details>`
    : html`<div class="leaf">${line}</div>`}</li>`;
}

customElements.define('rls-why', Why);
