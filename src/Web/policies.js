// Who may do what, table by table, from pg_policies.
import { cell, COMMANDS, faults, kind, needed, policyText, readAs, readCatalogue, who } from './monitor.js';
import { count, empty, html, nothing, View } from './ui.js';

class Policies extends View {
  static properties = { app: {}, search: {}, functions: {}, chosen: {} };

  constructor() {
    super();
    this.search = '';
    this.functions = false;
    this.chosen = null;
  }

  willUpdate() {
    const { monitor } = this.app;
    if (monitor !== this.read) {
      this.read = monitor;
      this.forget('catalogue');
      monitor && this.load('catalogue', () => readCatalogue(monitor));
    }
  }

  render() {
    return html`
      <header class="page-head">
        <h1>Policies</h1>
        <p class="lead">Who may do what to each table, as <code>pg_policies</code> has it now. A row passes when one of the sentences applies, and every restrictive one; select a cell to see the expressions.</p>
        ${this.app.monitor ? readAs(this.app) : nothing}
      </header>
      ${this.app.monitor ? this.show('catalogue', 'the policies', tables => this.#grid(tables)) : needed(this.app, this)}`;
  }

  #grid(tables) {
    const words = this.search.toLowerCase().split(/\s+/).filter(Boolean);
    const shown = tables.filter(table => words.every(word => JSON.stringify([table.name, table.comment, table.policies]).toLowerCase().includes(word)));
    const faulty = tables.filter(table => faults(table).length);
    return html`
      <div class="tools">
        <label class="search"><span class="unseen">Search</span>
          <input type="search" placeholder="Search tables, policies and expressions" .value=${this.search} @input=${event => { this.search = event.target.value; }}></label>
        <label class="check"><input type="checkbox" .checked=${this.functions} @change=${event => { this.functions = event.target.checked; }}> Policies of functions, too</label>
        <span class="pill ${faulty.length ? 'bad' : 'good'}">${faulty.length ? `${count(faulty.length, 'table')} not protected` : `${count(tables.length, 'table')}, RLS enabled and forced on all`}</span>
      </div>
      ${shown.length === 0 ? empty('Nothing matches', 'Search for a table, a word of a comment, or a column.') : nothing}
      <div class="grid-head" aria-hidden="true"><span>Table</span>${COMMANDS.map(command => html`<span>${command}</span>`)}</div>
      ${shown.map(table => this.#table(table))}
      ${this.chosen ? this.#details(...this.chosen) : nothing}`;
  }

  #table(table) {
    const wrong = faults(table);
    return html`
      <section class="grid-row ${wrong.length ? 'faulty' : ''}" aria-labelledby="t-${table.name}">
        <div class="about"><h2 id="t-${table.name}">${table.name}</h2>
          ${wrong.map(fault => html`<span class="pill bad">${fault}</span> `)}
          <p class="fine">${table.comment}</p></div>
        ${COMMANDS.map(command => this.#cell(table, command))}
      </section>`;
  }

  #cell(table, command) {
    const { policies, people, others, unguarded, grants } = cell(table, command);
    const lines = this.functions ? policies : people;
    return html`
      <button type="button" class="cell ${lines.length ? '' : 'nobody'} ${faults(table).length ? 'faulty' : ''}"
        aria-haspopup="dialog" @click=${() => this.#choose(table, command)}>
        <span class="unseen">${table.name}, ${command}: </span><span class="command" aria-hidden="true">${command}</span>
        ${lines.map(policy => html`<span class="line">${who(policy.roles)}${kind(policy)}${policy.comment ?? policy.name}</span>`)}
        ${people.length ? nothing : html`<span class="line">${unguarded ? 'Granted, but no policy lets anything pass' : 'No person'}${others.length || Object.keys(grants).length ? ', only functions' : ''}</span>`}
      </button>`;
  }

  async #choose(table, command) {
    this.chosen = [table, command];
    await this.updateComplete;
    this.querySelector('dialog').showModal();
  }

  #details(table, command) {
    const { people, others, grants } = cell(table, command);
    return html`
      <dialog aria-labelledby="details" @close=${() => { this.chosen = null; }} @click=${event => event.target.matches('dialog') && event.target.close()}>
        <div class="dialog">
          <header><h2 id="details">${table.name} <span class="tag">${command}</span></h2>
            <button type="button" class="icon" aria-label="Close" @click=${() => this.querySelector('dialog').close()}>✕</button></header>
          ${people.length ? nothing : html`<p>No policy lets a person do this.</p>`}
          ${people.map(policyText)}
          ${others.length ? html`<h3 class="above">Functions and programs</h3>${others.map(policyText)}` : nothing}
          <h3 class="above">Grants</h3>
          ${Object.keys(grants).length ? html`<dl class="grants">${Object.entries(grants).map(([role, columns]) => html`
            <dt>${who([role])}</dt><dd>${columns.includes('*') ? 'all columns' : html`<code>${columns.join(', ')}</code>`}</dd>`)}</dl>`
          : html`<p class="fine">No role has this privilege: PostgreSQL refuses before it looks at policies.</p>`}
        </div>
      </dialog>`;
  }
}

customElements.define('rls-policies', Policies);
