// The first page: what this is for.
import { html, nothing, View } from './ui.js';

const USES = app => [
  {
    title: 'Query as different people', href: app.setup?.development ? '#/compare' : '#/chat', link: app.setup?.development ? 'Open side by side' : 'Open chat',
    text: 'Ana and Dan send the same request and get different rows. Where one of them lacks a row, the page tells why.',
    picture: html`
      <div class="mini two" aria-hidden="true">
        <div><b>Ana</b><i>Plans for the spring</i><i>Onboarding</i><i class="hidden">not visible</i></div>
        <div><b>Dan</b><i class="hidden">not visible</i><i class="hidden">not visible</i><i>The merger</i></div>
      </div>`,
  },
  {
    title: 'Run the policy tests', href: '#/health', link: 'Run the checks now',
    text: 'Rules over the catalogue find a table without policies, a grant too many, or drift. Access matrices test every table.',
    picture: html`
      <pre class="mini" aria-hidden="true"><span>$ make test-rls</span>
who        read    rename  delete
owner      <u>yes</u>     <u>yes</u>     <u>yes</u>
others     hidden  hidden  hidden
anonymous  hidden  denied  denied</pre>`,
  },
  {
    title: 'Inspect pg_policies', href: '#/policies', link: 'Open the policies',
    text: 'Every table by every command: who may, in words, and on click the expression that PostgreSQL evaluates.',
    picture: html`
      <pre class="mini" aria-hidden="true"><span>select_reader</span> on "Vote"
for select to anonymous, …
using ((select true
  from "Chat" c
  where c."id" = "chatId"))</pre>`,
  },
];

class Start extends View {
  static properties = { app: {} };

  render() {
    return html`
      <div class="hero">
        <div>
          <h1>PostgreSQL decides what each person can see</h1>
          <p class="lead">RlsChat is a multi-tenant chat backend whose access rules are row-level security policies. Here you watch them work.</p>
        </div>
      </div>
      <ul class="uses">
        ${USES(this.app).map((use, n) => html`
          <li class="panel">
            ${use.picture}
            <h2><span class="number" aria-hidden="true">${n + 1}</span> ${use.title}</h2>
            <p>${use.text}</p>
            <a href=${use.href}>${use.link} <span aria-hidden="true">→</span></a>
          </li>`)}
      </ul>
      ${this.app.session.user ? nothing : html`<rls-sign-in .app=${this.app}></rls-sign-in>`}
      <p class="fine foot">The API behind this page: <a href="/docs">reference</a>. Every request of this page is one of its requests; the page has no other way in.</p>`;
  }
}

customElements.define('rls-start', Start);
