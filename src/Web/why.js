// Why a person can or cannot do something to a row: POST /monitor/explain; everyone who can: POST /monitor/who; and how
// many rows of each table a person can reach.
import { COMMANDS, needed, readAs, readCatalogue } from './monitor.js';
import { keyOf, labelled, LISTS } from './rows.js';
import { choices, count, empty, html, nameOf, nothing, View } from './ui.js';

const MARKS = { true: ['✓', 'true'], false: ['✗', 'false'], null: ['∅', 'null, which lets nothing pass'], error: ['!', 'an error'] };
const JOINS = ['all of', 'one of', 'not', 'case'];
const VERDICTS = { yes: 'good', hidden: 'warn', denied: 'bad', failed: 'bad', absent: 'warn' };

class Why extends View {
  static properties = { app: {}, path: {}, person: {}, table: {}, key: {}, command: {}, values: {}, asks: {} };

  constructor() {
    super();
    Object.assign(this, { person: '', table: 'Chat', key: '', command: 'select', values: '', asks: 'explain' });
  }

  willUpdate(changed) {
    const isAsked = changed.has('path') && this.path.length > 2;
    if (isAsked) {
      this.trace = this.path[1] === 'trace' ? this.path[2] : null;
      this.asks = 'explain';
      this.forget('answer');
      if (!this.trace) {
        [, this.person, this.table, this.key = '', this.command = 'select', this.values = ''] = this.path;
      }
    }

    const people = this.app.setup?.people ?? [];
    this.person ||= (people.find(person => person.name === 'Dan') ?? people[0])?.email ?? '';
    const { monitor } = this.app;
    const isOther = monitor !== this.read;
    this.read = monitor;
    if (isOther) {
      this.forget('answer');
      monitor && this.load('catalogue', () => readCatalogue(monitor));
    }

    if (monitor && (isOther || isAsked)) {
      this.trace || this.key || this.values ? this.#ask() : null;
      this.#rows();
    }
  }

  /** The rows to choose from: those that the demo people, or the person, can see. An operator sees none. */
  async #rows() {
    const { table } = this;
    this.forget('rows');
    await this.load('rows', async () => {
      const found = [];
      for (const session of LISTS[table] ? await this.#everybody() : []) {
        found.push(...(await LISTS[table](session)).map(row => ({ row, key: keyOf(table, row), by: session.user ? nameOf(session.user.email) : 'everybody' })));
      }

      const label = labelled([...new Map(found.map(({ key, row }) => [key, row])).values()]);
      return [...Map.groupBy(found, one => one.key)].map(([key, same]) => ({ key, label: `${label(same[0].row)} (seen by ${[...new Set(same.map(one => one.by))].join(', ')})` }));
    });
    const [first] = this.loaded('rows') ?? [];
    if (table === this.table && !this.key && !this.values && first) {
      this.key = first.key;
    }
  }

  /** Another question: the answer to the one before goes. */
  #set(change) {
    Object.assign(this, change);
    this.trace = null;
    this.forget('answer');
    this.requestUpdate();
  }

  async #everybody() {
    const sessions = this.app.setup?.people.length ? [] : [this.app.session];
    for (const person of (this.app.setup?.people ?? []).filter(one => !one.is.startsWith('operator'))) {
      sessions.push(await this.app.personOf(person.email));
    }

    return sessions;
  }

  #ask() {
    const { table, key, command, values, person, app, trace } = this;
    if (trace) {
      const [, , , caller] = this.path;
      const known = this.#known(user => user.id === caller);
      return this.#answer(async () => ({
        person: known?.email ?? caller ?? 'anonymous', trace, items: (await app.monitor.post('/monitor/explain', { traceId: trace })).data.items,
      }));
    }

    const isToken = person.startsWith('eyJ');
    return this.#answer(async () => this.asks === 'reach'
      ? { person, reach: (await app.monitor.get(`/monitor/people/${this.#known(user => user.email === person)?.id ?? person}/reach`)).data.items }
      : this.asks === 'who' ? { who: (await app.monitor.post('/monitor/who', { table, key })).data }
      : { person: isToken ? 'The token’s person' : person, items: (await app.monitor.post('/monitor/explain', { ...(isToken ? { token: person } : { person }), table, key: key || null, command, change: this.#writes && values ? JSON.parse(values) : null })).data.items });
  }

  async #answer(work) {
    await this.load('answer', work);
    this.reveal('.answer');
  }

  get #writes() {
    return this.asks === 'explain' && ['insert', 'update'].includes(this.command);
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
      ${this.app.monitor ? html`${this.#form()}<div class="answer">
        ${this.isBusy('answer') || this.loaded('answer') || this.fault('answer') !== nothing ? this.show('answer', 'the explanation', answer => answer.who ? this.#audience(answer.who) : answer.reach ? this.#reach(answer) : html`${answer.trace ? html`<p class="fine">Of the refused request <code>${answer.trace}</code></p>` : nothing}${answer.items.map(told => explanation(told, answer.person))}`)
          : html`<section class="panel">${empty('Not asked yet', { explain: 'Choose a person, a command and a row, then Explain.', who: 'Choose a row.', reach: 'Choose a person.' }[this.asks])}</section>`}</div>`
      : needed(this.app, this)}`;
  }

  #form() {
    const people = this.app.setup?.people ?? [];
    const rows = this.loaded('rows') ?? [];
    const isListed = rows.some(one => one.key === this.key);
    const isNew = this.#writes && this.command === 'insert' && this.values;
    return html`
      <form class="panel question" @submit=${event => { event.preventDefault(); this.trace = null; this.#ask(); }}>
        ${choices('Question', [['explain', 'Why can, or can’t, somebody?'], ['who', 'Who can?'], ['reach', 'What can somebody reach?']], this.asks, asks => this.#set({ asks }))}
        <div class="fields">
          ${this.asks === 'who' ? nothing : html`
            <label>Person <input list="people" required pattern=${this.asks === 'explain' ? '.*' : '(?!eyJ).*'} .value=${this.person} @input=${event => this.#set({ person: event.target.value.trim() })} placeholder="an address, an id, anonymous, or an access token"></label>
            <datalist id="people">${people.map(person => html`<option value=${person.email}>${person.name}, ${person.is}</option>`)}<option value="anonymous"></option></datalist>`}
          ${this.asks !== 'explain' ? nothing : html`
            <label>Command <select @change=${event => this.#set({ command: event.target.value })}>
              ${COMMANDS.map(command => html`<option .selected=${command === this.command}>${command}</option>`)}</select></label>`}
          ${this.asks === 'reach' ? nothing : html`
          <label>Table <select @change=${event => { this.#set({ table: event.target.value, key: '', values: '' }); this.#rows(); }}>
            ${(this.loaded('catalogue') ?? [{ name: 'Chat' }]).map(({ name }) => html`<option .selected=${name === this.table}>${name}</option>`)}</select></label>
          ${LISTS[this.table] ? html`
            <label>Row <select ?disabled=${this.isBusy('rows')} @change=${event => this.#set({ key: event.target.value })}>
              ${isListed ? nothing : html`<option value=${this.key} .selected=${true}>${this.isBusy('rows') ? 'Loading rows…' : this.key || (isNew ? 'a new one' : rows.length ? 'choose one' : 'nobody here sees one')}</option>`}
              ${rows.map(({ key, label }) => html`<option value=${key} .selected=${key === this.key}>${label}</option>`)}</select></label>` : nothing}
          <label>Key <input ?required=${!isNew} .value=${this.key} @input=${event => this.#set({ key: event.target.value.trim() })} placeholder="the primary key"></label>`}
          ${this.#writes ? html`
            <label class="whole">Values (optional) <input .value=${this.values} @input=${event => this.#set({ values: event.target.value.trim() })} placeholder='{"title": "New"}'></label>` : nothing}
        </div>
        <div class="buttons"><button class="primary" ?disabled=${this.isBusy('answer') || (!this.key && !isNew && this.asks !== 'reach')}>${this.isBusy('answer') ? 'Explaining…' : { who: 'Who can?', reach: 'Count' }[this.asks] ?? 'Explain'}</button>
          <span class="fine">Each question is in the audit. The answer holds no value of the row.${this.#writes ? ` Without values, ${this.command === 'insert' ? 'those of the row are inserted under a new key' : 'the row’s own are written again'}.` : ''}</span></div>
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

/** What would let it pass: lists with their headings of missing grants, of policies of which one is needed, of policies that narrow. */
function ways({ verdict, steps }) {
  const untrue = nodes => (nodes ?? []).filter(node => node.truth !== 'true');
  const legs = node => (node.kind === 'policy' || JOINS.slice(0, 2).includes(node.text) || node.parts[0]?.kind === 'rows' ? untrue(node.parts).flatMap(legs) : [node]);
  const described = policy => [policy.note ?? 'A policy without a comment', policy.text, legs(policy)];
  const lists = verdict === 'yes' || verdict === 'absent' ? [] : [
    ['this would have to be granted', untrue(steps.filter(step => step.kind === 'grant')).map(({ text }) => [text])],
    ...steps.filter(step => step.kind === 'policies').flatMap(({ text, parts: [permissive, restrictive] }) => {
      const policies = untrue([permissive ?? { truth: 'true' }]).flatMap(node => node.parts);
      return [
        [policies.length > 1 ? 'one of these would have to be true' : 'this would have to be true', policies.map(described)],
        ['a policy would be needed', permissive?.parts.length === 0 ? [[text.replace(/^(\w+) policies of (.*?), on the .*$/, 'A permissive $1 policy on $2'), permissive.note]] : []],
        ['this would have to be true', untrue(restrictive?.parts).map(described)],
      ];
    }),
  ];
  // The same policies may judge both the row as it is and the row as it would be.
  return [...new Map(lists.filter(([, items]) => items.length).map(list => [JSON.stringify(list), list])).values()]
    .map(([head, items], n) => [n ? `And ${head}` : head[0].toUpperCase() + head.slice(1), items]);
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
  const lets = ways(told);
  return html`
    <section class="panel told" aria-label="Explanation of ${told.command}">
      <h2><span class="pill ${VERDICTS[told.verdict]}">${told.verdict}</span> ${outcome(told, person)}</h2>
      ${told.verdict === 'yes' && told.command === 'select' ? html`<p class="fine">Where a response lacks the row, the WHERE or the LIMIT of its statement leaves it out.</p>` : nothing}
      ${told.refusal?.because ? html`<p>${told.refusal.because}</p>` : nothing}
      ${lets.length ? html`<div class="lets">${lets.map(([head, items]) => html`<h3>${head}</h3><ul>${items.map(([what, by, legs = []]) => html`<li>${what} ${by ? html`<span class="note">${by}</span>` : nothing}${legs.map(leg => html`<div>Now ${MARKS[leg.truth]?.[1] ?? leg.truth}: <code>${leg.text === 'not' ? `not ${leg.parts[0].text}` : leg.text}</code> ${leg.note ? html`<span class="note">${leg.note}</span>` : nothing}</div>`)}</li>`)}</ul>`)}</div>` : nothing}
      <h3>Who asks</h3><ul class="facts">${told.facts.map(fact => html`<li>${fact}</li>`)}</ul>
      <h3>What PostgreSQL decides, in its order</h3>
      <ul class="tree">${told.steps.map(step => node(step, { isOpen: true }))}</ul>
      ${told.delivery ? html`<h3>Live events</h3><p>${told.delivery.truth === 'true' ? 'Delivered' : 'Not delivered'}${told.delivery.note ? `: ${told.delivery.note}` : ''}</p>
        ${told.delivery.parts.length ? html`<details><summary>Subscription by subscription</summary><ul class="tree">${told.delivery.parts.map(part => node(part, { isPlain: true }))}</ul></details>` : nothing}` : nothing}
      ${told.warnings.length ? html`<h3>Left out</h3><ul class="facts">${told.warnings.map(warning => html`<li>${warning}</li>`)}</ul>` : nothing}
      ${told.isConsistent ? nothing : html`<p class="fine">Grants and policies, evaluated one by one, would predict another outcome: please report this.</p>`}
    </section>`;
}

function node({ kind, text, truth, note, parts, sqlState }, { isOpen = false, isPlain = false } = {}) {
  const [mark, word] = MARKS[truth] ?? ['·', truth];
  const line = html`<span class="truth is-${truth}" title=${word}><span aria-hidden="true">${mark}</span><span class="unseen">${word}: </span></span>
    <span class="said">${kind === 'condition' && !isPlain && !JOINS.includes(text) ? html`<code>${text}</code>` : text}${note ? html` <span class="note">${note}</span>` : nothing}${sqlState ? html` <span class="tag bad">${sqlState}</span>` : nothing}</span>`;
  return html`<li>${parts.length
    ? html`<details ?open=${isOpen || ['permissive', 'restrictive', 'policies', 'policy'].includes(kind) || truth !== 'true'}><summary>${line}</summary><ul>${parts.map(part => node(part, { isPlain: isPlain && kind !== 'policies' }))}</ul></details>`
    : html`<div class="leaf">${line}</div>`}</li>`;
}

customElements.define('rls-why', Why);
