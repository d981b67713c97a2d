// Where links in mails lead: an address is verified, or a new password set. The token is in the fragment, which no server sees.
import { Session } from './api.js';
import { html, nothing, View } from './ui.js';

class Mailed extends View {
  static properties = { app: {}, kind: {} };

  token = new URLSearchParams(location.hash.slice(1)).get('token') ?? '';

  #submit(event) {
    event.preventDefault();
    const password = new FormData(event.target).get('password');
    this.load('done', async () => {
      // A signed-in person proves with their session that the link is theirs, anybody else with the password.
      const session = this.kind === 'verify-email' ? this.app.session : new Session();
      await session.post(`/auth/${this.kind}`, { token: this.token, ...(password && { password }) });
      this.app.session.user && this.kind === 'verify-email' && await this.app.session.reread();
      return true;
    });
  }

  render() {
    const isPassword = this.kind === 'password';
    const asks = isPassword || !this.app.session.user;
    return html`
      <section class="panel needed">
        <h1>${isPassword ? 'Set a new password' : 'Verify your address'}</h1>
        ${this.loaded('done') ? html`<p role="status"><span class="pill good">Done</span> ${isPassword ? 'Sign in with the new password.' : 'The address is verified.'}</p><p><a href="/">Continue</a></p>`
        : !this.token ? html`<p>The link is not complete: open it from the mail again.</p>` : html`
          <form @submit=${this.#submit}>
            ${asks ? html`<label>${isPassword ? 'New password' : 'Your password'}
              <input name="password" type="password" required minlength=${isPassword ? 8 : 1} autocomplete=${isPassword ? 'new-password' : 'current-password'}></label>` : nothing}
            <button class="primary" ?disabled=${this.isBusy('done')}>${this.isBusy('done') ? 'One moment…' : isPassword ? 'Set the password' : 'Verify'}</button>
          </form>
          ${this.fault('done')}`}
      </section>`;
  }
}

customElements.define('rls-mailed', Mailed);
