// Signing in and up; in development, as one of the demo people.
import { Session } from './api.js';
import { avatar, choices, html, nothing, View } from './ui.js';

class SignIn extends View {
  static properties = { app: {}, mode: {}, compact: { type: Boolean } };

  constructor() {
    super();
    this.mode = 'in';
  }

  async #enter(work) {
    const { problem, data } = await this.load('enter', work);
    if (problem) {
      return;
    }

    if (data instanceof Session) {
      const before = this.app.session;
      this.app.act(data);
      (before.operator ?? before).signOut();
      location.hash = '#/chat';
    }
  }

  #submit(event) {
    event.preventDefault();
    const { email, password } = Object.fromEntries(new FormData(event.target));
    this.#enter(() => this.mode === 'in' ? Session.signIn(email, password, true)
      : this.mode === 'up' ? Session.register(email, password)
      : new Session().post('/auth/password/request', { email }).then(() => 'sent'));
  }

  render() {
    const setup = this.app.setup;
    const busy = this.isBusy('enter');
    const result = this.loaded('enter');
    return html`
      <section class="sign-in panel" aria-labelledby="sign-in">
        <h2 id="sign-in">${this.app.session.user ? 'Act as somebody else' : 'Sign in'}</h2>
        ${this.#people(setup?.people ?? [], busy)}
        ${choices('Sign in or sign up', [['in', 'Sign in'], ['up', 'Sign up'], ...(setup?.mail ? [['lost', 'New password']] : [])],
          this.mode, mode => { this.mode = mode; this.forget('enter'); this.requestUpdate(); })}
        <form @submit=${this.#submit}>
          <label>E-mail address <input name="email" type="email" required autocomplete="username" maxlength="254"></label>
          ${this.mode === 'lost' ? nothing : html`
            <label>Password <input name="password" type="password" required minlength=${this.mode === 'up' ? 8 : 1}
              autocomplete=${this.mode === 'up' ? 'new-password' : 'current-password'}></label>`}
          <button class="primary" ?disabled=${busy}>${busy ? 'One moment…'
            : this.mode === 'in' ? 'Sign in' : this.mode === 'up' ? 'Create account' : 'Send a link'}</button>
          ${setup?.gitHub ? html`<a class="button" href="/auth/github?returnUrl=/%23/github">Sign in with GitHub</a>` : nothing}
        </form>
        <div>
          ${result === 'sent' ? html`<p class="fine" role="status">If that address has an account, a link is on its way. In development it is in .data/mail.</p>` : nothing}
          ${this.fault('enter')}
        </div>
      </section>
      ${setup?.mail && this.app.session.user && !this.app.session.user.emailVerified ? this.#unverified(this.app.session.user) : nothing}`;
  }

  /** An address that is not verified cannot accept invitations. */
  #unverified({ email }) {
    const sent = this.loaded('verify');
    return html`
      <section class="panel sign-in"><h2>Your address is not verified</h2>
        <p class="fine">${email} can accept invitations once it is. The link goes to that address${this.app.setup.development ? '; in development the mail is in .data/mail' : nothing}.</p>
        ${sent ? html`<p role="status"><span class="pill good">Sent</span></p>` : html`<div class="buttons"><button type="button" ?disabled=${this.isBusy('verify')}
          @click=${() => this.load('verify', () => this.app.session.post('/auth/verify-email/request', { email }).then(() => true))}>Send a link</button></div>`}
        ${this.fault('verify')}
      </section>`;
  }

  #people(people, busy) {
    return people.length === 0 ? nothing : html`
      <p class="fine">Development: these people of the demo world have public passwords. One click signs you in.</p>
      <ul class="people">
        ${people.map(person => html`
          <li><button type="button" ?disabled=${busy} aria-current=${String(this.app.session.user?.email === person.email)}
            @click=${() => this.#enter(() => Session.signIn(person.email, person.password, true))}>
            ${avatar(person.email)} <span><b>${person.name}</b> <small>${person.is}</small></span>
          </button></li>`)}
      </ul>
      <p class="divider"><span>or with an account of your own</span></p>`;
  }
}

customElements.define('rls-sign-in', SignIn);
