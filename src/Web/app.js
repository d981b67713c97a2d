// The frame: who acts, the tabs, and which one is shown.
import { onOtherTab, Session, waiting } from './api.js';
import { avatar, html, loading, nameOf, nothing, View } from './ui.js';
import './sign-in.js';

const TABS = {
  '': { title: 'Start', load: () => import('./start.js'), view: app => html`<rls-start .app=${app}></rls-start>` },
  chat: { title: 'Chat', load: () => import('./chat.js'), view: app => html`<rls-chat .app=${app} .session=${app.session} .path=${app.path}></rls-chat>` },
  documents: {
    title: 'Documents', load: () => import('./documents.js'),
    view: app => html`<rls-documents .app=${app} .session=${app.session} .path=${app.path}></rls-documents>`,
  },
  compare: {
    title: 'Side by side', development: true,
    load: () => import('./compare.js'), view: app => html`<rls-compare .app=${app}></rls-compare>`,
  },
  policies: { title: 'Policies', load: () => import('./policies.js'), view: app => html`<rls-policies .app=${app}></rls-policies>` },
  why: { title: 'Why', load: () => import('./why.js'), view: app => html`<rls-why .app=${app} .path=${app.path}></rls-why>` },
  health: { title: 'Health', load: () => import('./health.js'), view: app => html`<rls-health .app=${app}></rls-health>` },
};
/** So many milliseconds pass before a sign of progress. */
const LONG = 500;
const HIDDEN = {
  account: {
    title: 'Account', load: () => import('./account.js'),
    view: app => html`<h1 class="unseen">Account</h1><div class="account"><rls-sign-in .app=${app}></rls-sign-in><rls-account .app=${app}></rls-account></div>`,
  },
  mailed: {
    title: 'Mail', load: () => import('./mailed.js'),
    view: app => html`<rls-mailed .app=${app} kind=${location.pathname.slice(1)}></rls-mailed>`,
  },
};

class App extends View {
  static properties = { session: {}, setup: {}, path: {}, notice: {} };

  constructor() {
    super();
    this.path = [];
    this.setup = null;
    this.notice = null;
    this.operator = null;
    this.people = new Map();
    this.views = new Set();
    this.act(Session.kept());
  }

  connectedCallback() {
    super.connectedCallback();
    this.replaceChildren();
    addEventListener('hashchange', () => this.go());
    onOtherTab(tokens => tokens?.user.id !== (this.session.operator ?? this.session).user?.id && this.act(Session.kept()));
    addEventListener('pagehide', event => event.persisted || [...this.people.values()].forEach(session => session.signOut(true)));
    // What is kept may be old: roles change.
    this.session.user && this.session.reread().catch(() => {});
    document.documentElement.dataset.theme = localStorage.getItem('rlschat.theme') ?? '';
    this.load('setup', async () => { this.setup = (await new Session().get('/page/setup.json')).data; });
    this.go();
  }

  updated() {
    this.views.forEach(view => view.requestUpdate());
  }

  /** The tab of the address, whose code is loaded when it is first shown. */
  async go() {
    const path = location.pathname === '/' ? location.hash.replace(/^#\/?/, '').split('/').map(decodeURIComponent) : ['mailed'];
    if (path[0] === 'github') {
      const { data, problem } = await this.load('github', () => Session.exchange());
      this.act(data ?? this.session);
      this.notice = problem ? `GitHub did not sign you in: ${problem.message}` : null;
      location.hash = problem ? '#/account' : '#/chat';
      return;
    }

    this.path = TABS[path[0]] ?? HIDDEN[path[0]] ? path : [''];
    const tab = this.tab;
    document.title = tab.title === 'Start' ? 'RlsChat' : `${tab.title} · RlsChat`;
    await this.load(`tab ${this.path[0]}`, async () => {
      await tab.load?.();
      return true;
    });
  }

  get tab() {
    return TABS[this.path[0]] ?? HIDDEN[this.path[0]];
  }

  /** Everything is asked as this person from now on. */
  act(session) {
    this.session = session;
    this.notice = null;
    session.addEventListener('renewed', () => this.requestUpdate());
    session.addEventListener('ended', () => {
      if (this.session === session) {
        this.notice = session.operator ? 'You are yourself again.' : 'The session has ended. You see what everybody may see.';
        this.session = session.operator ?? new Session();
      }
    });
  }

  /** A second sign-in of a demo person, in this page's memory only. */
  async personOf(email) {
    if (!this.people.has(email)) {
      const { password } = this.setup.people.find(person => person.email === email);
      const session = await Session.signIn(email, password);
      session.addEventListener('ended', () => this.people.delete(email));
      this.people.set(email, session);
    }

    return this.people.get(email);
  }

  /** Who may look at the monitor: the person, or the operator of the demo world if they have asked for that. */
  get monitor() {
    return this.session.can('can_view_monitoring') ? this.session : this.operator;
  }

  get demoOperator() {
    return this.setup?.people.find(person => person.is.startsWith('operator'));
  }

  async lookAsOperator() {
    this.operator = await this.personOf(this.demoOperator.email);
    this.requestUpdate();
  }

  async signOut() {
    const session = this.session;
    this.act(new Session());
    location.hash = '#/';
    await session.signOut();
  }

  theme() {
    const root = document.documentElement;
    const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
    root.dataset.theme = dark ? 'light' : 'dark';
    localStorage.setItem('rlschat.theme', root.dataset.theme);
  }

  render() {
    const [name] = this.path;
    return html`
      <a class="skip" href="#content" @click=${event => { event.preventDefault(); this.querySelector('main').focus(); }}>Skip to content</a>
      <header class="top">
        <a class="brand" href="#/"><img src="/page/icon.svg" alt="" width="24" height="24"> RlsChat</a>
        <nav aria-label="Tabs">
          ${Object.entries(TABS).filter(([, tab]) => !tab.development || this.setup?.development).map(([key, tab]) => html`
            <a href="#/${key}" aria-current=${key === name ? 'page' : 'false'}>${tab.title}</a>`)}
        </nav>
        <div class="acting">${this.#acting()}
          <button type="button" class="icon" aria-label="Switch between light and dark" title="Light or dark" @click=${this.theme}>◐</button>
        </div>
      </header>
      ${this.notice ? html`<p class="notice" role="status">${this.notice} ${this.session.user ? nothing : html`<a href="#/account">Sign in</a>`}</p>` : nothing}
      ${this.session.operator ? html`<p class="notice" role="status">You see what <b>${nameOf(this.session.user?.email)}</b> sees, for at most 15 minutes. Every change is refused, and nothing is live.</p>` : nothing}
      <main id="content" tabindex="-1" class="tab-${name || 'start'}">
        ${name === undefined ? loading('the page') : this.show(`tab ${name}`, this.tab.title, () => this.tab.view(this))}
      </main>
      <rls-waiting></rls-waiting>`;
  }

  /** Shows the person in whose name the page acts. */
  #acting() {
    const { user } = this.session;
    return user ? html`
      ${avatar(user.email)}
      <span class="who"><b title=${user.email}>${nameOf(user.email)}</b> <small>${this.session.operator ? `read by ${nameOf(this.session.operator.user?.email)}` : user.organization?.name ?? (this.session.can('can_view_monitoring') ? 'operator' : 'no organization')}</small></span>
      <a class="button" href="#/account">Account</a>
      ${this.session.operator ? html`<button type="button" @click=${() => this.session.end()}>Stop</button>` : html`<button type="button" @click=${this.signOut}>Sign out</button>`}`
    : html`<span class="avatar nobody" aria-hidden="true">?</span><span class="who"><b>Anonymous</b> <small>sees what is public</small></span>
      <a class="button primary" href="#/account">Sign in</a>`;
  }
}

/** A sign of progress for all that shows none of its own, once a response takes long. */
class Waiting extends View {
  static properties = { isLong: {} };

  #timer = null;

  connectedCallback() {
    super.connectedCallback();
    waiting.addEventListener('change', () => {
      if (waiting.count > 0) {
        this.#timer ??= setTimeout(() => { this.isLong = true; }, LONG);
        return;
      }

      clearTimeout(this.#timer);
      this.#timer = null;
      this.isLong = false;
    });
  }

  render() {
    return this.isLong ? html`<p class="waiting" role="status"><span class="spinner" aria-hidden="true"></span> Waiting for the API…</p>` : nothing;
  }
}

customElements.define('rls-waiting', Waiting);
customElements.define('rls-app', App);
