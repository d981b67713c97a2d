// A document that is open: its versions, what differs between two, and what readers suggest.
import { newKey } from './api.js';
import { diff } from './diff.js';
import { bytes, count, empty, html, loading, nameOf, nothing, refused, time, View } from './ui.js';

const MUCH = 20_000;
/** Unchanged lines around a change. */
const AROUND = 3;

class Document extends View {
  static properties = { app: {}, session: {}, documentId: {}, names: {}, back: {}, at: {}, against: {}, editing: {}, refusal: {} };

  willUpdate(changed) {
    if (changed.has('documentId') || changed.has('session')) {
      Object.assign(this, { at: null, against: null, editing: null, refusal: null, whole: false });
      ['versions', 'shown', 'other', 'suggestions', 'save'].forEach(name => this.forget(name));
      this.#read();
    }
  }

  get #path() {
    return `/documents/${this.documentId}`;
  }

  /** The versions, and the one that is shown: the newest, unless another is chosen. */
  async #read() {
    const id = this.documentId;
    const { data } = await this.load('versions', async () => (await this.session.list(`${this.#path}/versions`)).items);
    if (data && id === this.documentId) {
      await this.#choose(data.some(version => version.createdAt === this.at) ? this.at : data[0].createdAt);
    }
  }

  #choose(at) {
    this.at = at;
    at === this.against && this.#compare(null);
    return Promise.all([
      this.load('shown', async () => (await this.session.get(`${this.#path}?at=${at}`)).data),
      this.load('suggestions', async () => (await this.session.list(`${this.#path}/suggestions?at=${at}`)).items),
    ]);
  }

  #compare(against) {
    this.against = against || null;
    this.forget('other');
    against && this.load('other', async () => (await this.session.get(`${this.#path}?at=${against}`)).data);
  }

  /** Sends what an editor holds, and says so while it does; an error leaves the editor as it is. */
  async #send(what, work, row) {
    const { problem } = await this.load('save', work);
    return this.attempt(what, () => (problem ? Promise.reject(problem) : Promise.resolve()), row);
  }

  async #save(event) {
    event.preventDefault();
    const body = Object.fromEntries(new FormData(event.target));
    await this.#send('write a new version', () => this.#write(body), this.#version(body)) && this.#written();
  }

  async #write(body) {
    this.at = (await this.session.post(`${this.#path}/versions`, body, { key: newKey() })).data.createdAt;
  }

  /** What inserts a version. No policy asks for its content, which may be long. */
  #version({ title }) {
    const { title: before, kind, organizationId } = this.loaded('shown');
    return { table: 'Document', command: 'insert', values: { id: this.documentId, title: title ?? before, text: kind, organizationId } };
  }

  async #written() {
    this.editing = null;
    this.dispatchEvent(new CustomEvent('changed'));
    await this.#read();
    this.reveal('.content');
  }

  async #delete() {
    if (await this.attempt('delete this document', () => this.session.request('DELETE', this.#path), { table: 'Document', key: `${this.documentId},${this.at}`, command: 'delete' })) {
      this.dispatchEvent(new CustomEvent('changed'));
      location.hash = this.back;
    }
  }

  /** What is selected in the content is what the suggestion is about. */
  #begin() {
    const selection = getSelection();
    this.selected = this.querySelector('.content')?.contains(selection.anchorNode) ? String(selection) : '';
    this.editing = 'suggestion';
    this.updateComplete.then(() => this.querySelector(`[name=${this.selected ? 'suggestedText' : 'originalText'}]`).focus());
  }

  async #suggest(event) {
    event.preventDefault();
    const { description, ...texts } = Object.fromEntries(new FormData(event.target));
    const isDone = await this.#send('suggest a change', () => this.session.post(`${this.#path}/suggestions?at=${this.at}`,
      { ...texts, description: description || null }, { key: newKey() }),
    { table: 'Suggestion', command: 'insert', values: { documentId: this.documentId, documentCreatedAt: this.at, originalText: '', suggestedText: '' } });
    if (isDone) {
      this.editing = null;
      this.#choose(this.at);
    }
  }

  /** A new version with the change, and then the suggestion is resolved. */
  async #accept(one) {
    const before = this.loaded('shown').content ?? '';
    const content = one.originalText ? before.replace(one.originalText, () => one.suggestedText) : before + one.suggestedText;
    if (await this.attempt('accept this suggestion, which writes a new version', () => this.#write({ content }), this.#version({}))) {
      await this.#change(one, 'resolve', 'PATCH', { isResolved: true });
      await this.#written();
    }
  }

  async #change(one, what, method, body) {
    await this.attempt(`${what} this suggestion`, async () => {
      await this.session.request(method, `/suggestions/${one.id}`, body && { body });
      await this.#choose(this.at);
    }, { table: 'Suggestion', key: one.id, command: method === 'DELETE' ? 'delete' : 'update', values: body });
  }

  render() {
    return html`<section class="panel thread document" aria-label="Document">
      <a class="back" href=${this.back}>← All documents</a>
      ${this.show('versions', 'the document', versions => this.show('shown', 'the version', shown => html`
        ${this.#head(shown, versions)}
        ${refused(this.refusal)}
        <div class="log" tabindex="0" role="group" aria-label="Content">
          ${this.editing === 'version' ? this.#editor(shown) : this.against ? this.#difference(shown) : this.#content(shown)}
          ${this.editing === 'version' ? nothing : this.#suggestions(versions)}
        </div>`))}
    </section>`;
  }

  #head(shown, versions) {
    const option = (version, chosen) => html`<option value=${version.createdAt} .selected=${version.createdAt === chosen}>${TIME.format(new Date(version.createdAt))}${version === versions[0] ? ' (newest)' : ''}</option>`;
    return html`<header>
      <h2>${shown.title}</h2>
      <p class="fine">${shown.organizationId ? 'Of the organization' : 'Personal'} · ${this.#name(shown.userId)} · <span class="tag">${shown.kind}</span> ${count(versions.length, 'version')}</p>
      ${this.editing === 'delete' ? html`<div class="buttons" role="alertdialog" aria-label="Delete this document?"><span>Delete all versions?</span>
        <button type="button" class="danger" @click=${() => { this.editing = null; this.#delete(); }}>Delete</button>
        <button type="button" @click=${() => { this.editing = null; }}>Keep</button></div>`
      : html`<div class="buttons">
        <button type="button" @click=${() => { this.editing = 'version'; this.updateComplete.then(() => this.querySelector('[name=content]').focus()); }}>New version</button>
        <button type="button" class="danger" @click=${() => { this.editing = 'delete'; }}>Delete</button></div>`}
      <div class="fields">
        <label>Version <select @change=${event => this.#choose(event.target.value)}>${versions.map(version => option(version, this.at))}</select></label>
        <label>Compare with <select ?disabled=${versions.length < 2} @change=${event => this.#compare(event.target.value)}>
          <option value="">${versions.length < 2 ? 'no other version' : 'nothing'}</option>${versions.filter(version => version.createdAt !== this.at).map(version => option(version, this.against))}</select></label>
      </div>
    </header>`;
  }

  #name(id) {
    return id === this.session.user?.id ? 'yours' : this.names.has(id) ? nameOf(this.names.get(id)) : id === null ? 'a deleted account' : 'somebody’s';
  }

  #content({ content }) {
    const long = content?.length > MUCH && !this.whole;
    return content ? html`<div class="text content">${long ? `${content.slice(0, MUCH)}…` : content}</div>
      ${long ? html`<button type="button" @click=${() => { this.whole = true; this.requestUpdate(); }}>Show all (${bytes(content.length)})</button>` : nothing}`
    : empty('This version has no content');
  }

  /** From the older to the newer of the two. */
  #difference(shown) {
    return this.show('other', 'the other version', other => {
      const [older, newer] = other.createdAt < shown.createdAt ? [other, shown] : [shown, other];
      const lines = diff(older.content ?? '', newer.content ?? '');
      const near = lines.map((_, n) => lines.slice(Math.max(0, n - AROUND), n + AROUND + 1).some(([kind]) => kind !== ' '));
      const changed = kind => lines.filter(line => line[0] === kind).length;
      return html`
        <p class="fine" role="status">From ${time(older.createdAt)} to ${time(newer.createdAt)}: ${older.title === newer.title ? nothing : html`the title was <b>${older.title}</b>; `}
          ${changed('+') + changed('-') === 0 ? 'the content is the same.' : `${count(changed('+'), 'line')} added, ${count(changed('-'), 'line')} removed.`}</p>
        <ol class="diff">${lines.map(([kind, line], n) => !near[n]
          ? (n === 0 || near[n - 1] ? html`<li class="gap">…</li>` : nothing)
          : kind === ' ' ? html`<li>${line || ' '}</li>`
          : kind === '+' ? html`<li><ins><span class="unseen">added: </span>${line || ' '}</ins></li>`
          : html`<li><del><span class="unseen">removed: </span>${line || ' '}</del></li>`)}</ol>`;
    });
  }

  #editor(shown) {
    const busy = this.isBusy('save');
    return html`<form @submit=${this.#save}>
      <label>Title <input name="title" required maxlength="255" .value=${shown.title}></label>
      <label>Content <textarea name="content" rows="14" .value=${shown.content ?? ''}></textarea></label>
      <div class="buttons"><button class="primary" ?disabled=${busy}>${busy ? 'Saving…' : 'Save as a new version'}</button>
        <button type="button" @click=${() => { this.editing = null; this.refusal = null; }}>Cancel</button></div>
    </form>`;
  }

  #suggestions(versions) {
    const busy = this.isBusy('save');
    return html`<section class="suggestions" aria-labelledby="suggestions">
      <header><h3 id="suggestions">Suggestions to this version</h3>
        ${this.editing === 'suggestion' ? nothing : html`<button type="button" @click=${this.#begin}>Suggest a change</button>`}</header>
      ${this.editing !== 'suggestion' ? nothing : html`<form class="new" @submit=${this.#suggest}>
        <label>Text now <textarea name="originalText" rows="2" .value=${this.selected}></textarea></label>
        <label>Text suggested <textarea name="suggestedText" rows="2"></textarea></label>
        <label>Why (optional) <input name="description"></label>
        <div class="buttons"><button class="primary" ?disabled=${busy}>${busy ? 'Sending…' : 'Suggest'}</button>
          <button type="button" @click=${() => { this.editing = null; this.refusal = null; }}>Cancel</button></div></form>`}
      ${this.isBusy('suggestions') ? loading('suggestions') : this.show('suggestions', 'suggestions', list => list.length === 0 ? html`<p class="fine">None yet. Select a passage and suggest another wording.</p>` : html`
        <ul>${list.map(one => this.#suggestion(one, versions))}</ul>`)}
    </section>`;
  }

  #suggestion(one, versions) {
    const fits = this.at === versions[0].createdAt && (this.loaded('shown')?.content ?? '').includes(one.originalText);
    return html`<li class="suggestion">
      <p class="text"><del>${one.originalText}</del> <ins>${one.suggestedText}</ins></p>
      ${one.description ? html`<p>${one.description}</p>` : nothing}
      <p class="fine">${one.userId === this.session.user?.id ? 'You' : this.names.has(one.userId) ? nameOf(this.names.get(one.userId)) : 'Somebody'} · ${time(one.createdAt)}
        ${one.isResolved ? html`<span class="pill good">resolved</span>` : nothing}</p>
      <div class="buttons">
        ${one.isResolved ? nothing : html`
          <button type="button" class="small" ?disabled=${!fits} title=${fits ? '' : 'The newest version does not contain that text'} @click=${() => this.#accept(one)}>Accept</button>
          <button type="button" class="small" @click=${() => this.#change(one, 'resolve', 'PATCH', { isResolved: true })}>Resolve</button>`}
        ${one.isResolved ? html`<button type="button" class="small" @click=${() => this.#change(one, 'reopen', 'PATCH', { isResolved: false })}>Reopen</button>` : nothing}
        <button type="button" class="small" @click=${() => this.#change(one, 'delete', 'DELETE')}>Delete</button></div>
    </li>`;
  }
}

const TIME = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'medium' });

customElements.define('rls-document', Document);
