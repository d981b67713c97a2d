// What the tabs have in common.
import { html, nothing, LitElement } from './vendor/lit.js';

/** A component without a shadow root: one stylesheet, and labels that reach across components. */
export class View extends LitElement {
  #loads = {};

  createRenderRoot() {
    return this;
  }

  /** Rendered again whenever the app is: it knows who acts. */
  connectedCallback() {
    super.connectedCallback();
    this.app?.views.add(this);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.app?.views.delete(this);
  }

  /** Loads something; `show` tells how far it is. What was loaded stays until there is something new. */
  async load(name, work) {
    const load = { data: this.#loads[name]?.data, busy: true, work };
    this.#loads[name] = load;
    this.requestUpdate();
    try {
      const data = await work();
      load.data = data;
      load.problem = undefined;
    } catch (problem) {
      load.problem = problem;
    }

    load.busy = false;
    if (this.#loads[name] === load) {
      this.requestUpdate();
      load.problem && this.reveal(`.fault[data-of="${name}"]`);
    }

    return load;
  }

  /** Does what the policies may refuse. `row`: the table, key and command of it, for an insert the values. Whether it was done. */
  async attempt(what, work, row) {
    this.refusal = await work().then(() => null, problem => ({ what, problem, row: this.#asked(row) }));
    this.requestUpdate();
    this.refusal && this.reveal('.refusal');
    return !this.refusal;
  }

  /** Nothing explains what is refused to an operator who reads in the person's name. */
  #asked = row => (row && !this.session.operator ? { person: this.session.user?.email ?? 'anonymous', ...row } : null);

  /** Scrolls to what has just appeared, where it is out of sight. */
  async reveal(selector) {
    await this.updateComplete;
    this.querySelector(selector)?.scrollIntoView({ block: 'nearest', behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth' });
  }

  loaded(name) {
    return this.#loads[name]?.data;
  }

  isBusy(name) {
    return this.#loads[name]?.busy ?? false;
  }

  forget(name) {
    delete this.#loads[name];
  }

  /** Only the error of something that the person did; `row` as in `attempt`. */
  fault(name, row) {
    const { problem, busy } = this.#loads[name] ?? {};
    return problem && !busy ? html`<div class="fault" data-of=${name}>${failed(problem)}${explained(problem, this.#asked(row))}</div>` : nothing;
  }

  /** A sign of progress, the error with a way to try again, or what was loaded. */
  show(name, what, render) {
    const { data, busy, problem, work } = this.#loads[name] ?? { busy: true };
    return problem ? failed(problem, () => this.load(name, work))
      : data !== undefined ? render(data)
      : busy ? loading(what) : nothing;
  }
}

export const loading = what => html`<p class="state" role="status"><span class="spinner" aria-hidden="true"></span> Loading ${what}…</p>`;

export const empty = (title, text = nothing) => html`<div class="state"><strong>${title}</strong>${text === nothing ? nothing : html`<p>${text}</p>`}</div>`;

const HEADLINES = {
  0: 'No connection', 401: 'Sign in first', 403: 'The database refused this', 404: 'Not found', 409: 'That is not possible now',
  invalid_credentials: 'Not signed in', 410: 'No longer valid', 412: 'It has changed meanwhile', 413: 'Too large', 429: 'Too many requests', 503: 'The API is not ready',
};

/** An error as a person reads it; `retry` is optional. */
export const failed = (problem, retry) => html`
  <div class="state failed" role="alert">
    <strong>${HEADLINES[problem.code] ?? HEADLINES[problem.status] ?? (problem.status >= 500 ? 'The API failed' : 'That did not work')}</strong>
    <p>${problem.code === 'not_found' ? 'It does not exist, or the policies do not let you see it.' : problem.message}</p>
    ${problem.errors ? html`<ul>${Object.entries(problem.errors).map(([field, errors]) => html`<li><b>${field}</b> ${errors.join(', ')}</li>`)}</ul>` : nothing}
    ${problem.retryAfter ? html`<p>Try again in ${problem.retryAfter} s.</p>` : nothing}
    <p class="fine">${problem.status || ''} ${problem.code ?? ''}${problem.traceId ? html` · trace <code>${problem.traceId}</code>` : nothing}</p>
    ${retry ? html`<button type="button" @click=${retry}>Try again</button>` : nothing}
  </div>`;

/** The way to the explanation of what was refused. */
const explained = ({ status }, row) => status !== 403 || !row ? nothing : html`
  <a href="#/why/${[row.person, row.table, row.key ?? '', row.command, ...(row.values ? [JSON.stringify(row.values)] : [])].map(encodeURIComponent).join('/')}">Why?</a>`;

/** What somebody tried and the policies refused, with the way to its explanation; null for nothing. */
export const refused = refusal => refusal ? html`
  <div class="refusal"><p class="fine">You tried to ${refusal.what}.</p>${failed(refusal.problem)}${explained(refusal.problem, refusal.row)}</div>` : nothing;

/** "Firefox on Windows" of a User-Agent; of a program that is no browser, what it calls itself. */
export function clientOf(agent) {
  const find = words => words.find(([, word]) => agent?.includes(word))?.[0];
  const browser = find([['Edge', 'Edg'], ['Opera', 'OPR/'], ['Firefox', 'Firefox/'], ['Chrome', 'Chrome/'], ['Safari', 'Safari/']]);
  const system = find([['Android', 'Android'], ['iOS', 'iPhone'], ['iPadOS', 'iPad'], ['Windows', 'Windows'], ['macOS', 'Mac OS'], ['Linux', 'Linux']]);
  return browser ? `${browser}${system ? ` on ${system}` : ''}` : agent?.slice(0, 60) || 'Unknown client';
}

/** "Ana" of ana@acme.example. */
export const nameOf = email => email ? email[0].toUpperCase() + email.slice(1).split('@')[0] : 'No address';

/** A round sign with an initial, in a colour of their own. */
export const avatar = email => html`<span class="avatar hue-${[...(email || '?')].reduce((sum, letter) => sum + letter.codePointAt(0), 0) % 6}" aria-hidden="true">${nameOf(email)[0]}</span>`;

export const TIME = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' });

export const time = iso => html`<time datetime=${iso}>${TIME.format(new Date(iso))}</time>`;

export const count = (n, one, many = `${one}s`) => `${n.toLocaleString('en')} ${n === 1 ? one : many}`;

export const bytes = n => n < 1024 ? `${n} B` : n < 1024 ** 2 ? `${(n / 1024).toFixed(1)} KB` : `${(n / 1024 ** 2).toFixed(1)} MB`;

/** A named set of choices, one of which is chosen. */
export const choices = (label, options, chosen, choose) => html`
  <div class="choices" role="group" aria-label=${label}>
    ${options.map(([value, text]) => html`<button type="button" aria-pressed=${String(value === chosen)} @click=${() => choose(value)}>${text}</button>`)}
  </div>`;

export { html, nothing };
