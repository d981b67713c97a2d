// The tab of documents: the list, and the document that is open.
import { newKey } from './api.js';
import { choices, empty, html, nameOf, nothing, time, View } from './ui.js';
import './document.js';

const SCOPES = [['mine', 'Mine'], ['organization', 'Organization']];
export const KINDS = ['text', 'code', 'image', 'sheet', 'canvas'];

class Documents extends View {
  static properties = { app: {}, session: {}, path: {}, creating: {} };

  willUpdate(changed) {
    const scope = this.path[1] === 'organization' ? 'organization' : 'mine';
    const other = scope !== this.scope || changed.has('session');
    this.scope = scope;
    this.open = this.path[2] ?? null;
    if (other) {
      this.forget('documents');
      this.creating = false;
      this.session.user && this.#read();
    }

    if (changed.has('session')) {
      this.names = new Map();
      this.session.names().then(names => { this.names = names; this.requestUpdate(); });
    }
  }

  #read() {
    return this.load('documents', () => this.session.list(`/documents?scope=${this.scope}`, 200));
  }

  async #create(event) {
    event.preventDefault();
    const { title, content, kind, where } = Object.fromEntries(new FormData(event.target));
    this.key ??= newKey();
    const { data, problem } = await this.load('create', async () => (await this.session.post('/documents', {
      title, content, kind, organizationId: where === 'organization' ? this.session.user.organization.id : null,
    }, { key: this.key })).data);
    if (!problem) {
      this.key = null;
      this.creating = false;
      this.forget('create');
      await this.#read();
      location.hash = `#/documents/${where}/${data.id}`;
    }
  }

  render() {
    return html`
      <h1 class="unseen">Documents</h1>
      ${!this.session.user ? html`<section class="panel">${empty('Anonymous readers see no documents', html`<a href="#/account">Sign in</a> to see your own and your organization’s.`)}</section>` : html`
      <div class="chats ${this.open ? 'has-open' : ''}">
        <section class="panel list" aria-labelledby="documents">
          <header><h2 id="documents">Documents</h2></header>
          ${choices('Whose documents', SCOPES, this.scope, scope => { location.hash = `#/documents/${scope}`; })}
          ${this.#form()}
          ${this.show('documents', 'documents', list => list.items.length === 0 ? this.#none() : html`
            <ul class="rows">${list.items.map(row => this.#row(row))}</ul>
            ${list.more ? html`<p class="fine">Only the newest ${list.items.length} are shown.</p>` : nothing}`)}
        </section>
        ${this.open
          ? html`<rls-document .app=${this.app} .session=${this.session} .documentId=${this.open} .names=${this.names}
              .back=${`#/documents/${this.scope}`} @changed=${() => this.#read()}></rls-document>`
          : html`<section class="panel thread none">${empty('No document is open', 'Choose one, or create one.')}</section>`}
      </div>`}`;
  }

  #none() {
    return this.scope === 'mine' ? empty('No documents yet')
      : this.session.user.organization ? empty('No documents here', 'You see your own, those of people you manage and, with the permission can_view_documents, all of the organization.')
      : empty('You are in no organization', 'Its members can have documents in common.');
  }

  #row(row) {
    const mine = row.userId === this.session.user.id;
    return html`
      <li><a href="#/documents/${this.scope}/${row.id}" aria-current=${String(row.id === this.open)}>
        <b>${row.title}</b>
        <small>${mine ? 'Yours' : this.names.has(row.userId) ? nameOf(this.names.get(row.userId)) : 'Somebody’s'} · ${time(row.createdAt)}
          ${row.organizationId ? html`<span class="tag">organization</span>` : nothing} <span class="tag">${row.kind}</span></small>
      </a></li>`;
  }

  #form() {
    const { organization } = this.session.user;
    const busy = this.isBusy('create');
    return !this.creating
      ? html`<button type="button" class="wide" @click=${() => { this.creating = true; this.updateComplete.then(() => this.querySelector('[name=title]').focus()); }}>New document</button>`
      : html`
        <form class="new" @submit=${this.#create}>
          <label>Title <input name="title" required maxlength="255" autocomplete="off"></label>
          <label>Content <textarea name="content" rows="4"></textarea></label>
          <label>Kind <select name="kind">${KINDS.map(kind => html`<option>${kind}</option>`)}</select></label>
          <label>For <select name="where"><option value="mine">me</option>
            ${organization ? html`<option value="organization" ?selected=${this.scope === 'organization'}>${organization.name}</option>` : nothing}</select></label>
          <div class="buttons"><button class="primary" ?disabled=${busy}>${busy ? 'Creating…' : 'Create'}</button>
            <button type="button" @click=${() => { this.creating = false; this.forget('create'); }}>Cancel</button></div>
          ${this.fault('create')}
        </form>`;
  }
}

customElements.define('rls-documents', Documents);
