// What those may read who hold can_view_monitoring: the catalogue, without rows of people.
import { html, nameOf, nothing } from './ui.js';

export const COMMANDS = ['select', 'insert', 'update', 'delete'];

/** The roles that requests of people take; the others are of functions and programs. */
const PEOPLE = { regular_user: 'signed in', anonymous: 'anonymous' };

/** The tables with their policies; one request each, once for each session. */
export async function readCatalogue(session) {
  const [tables, policies] = await Promise.all(['tables', 'policies'].map(async what => (await session.get(`/monitor/${what}`)).data.items));
  return tables.map(table => ({ ...table, policies: policies.filter(policy => policy.table === table.name) }));
}

/** What may be done to a table by a command: the policies of people and of functions, and who has the grant. */
export function cell(table, command) {
  const policies = table.policies.filter(policy => policy.command === command || policy.command === 'all');
  const grants = table.grants?.[command] ?? {};
  const people = policies.filter(policy => policy.roles.some(role => role in PEOPLE && role in grants));
  return {
    policies, grants, people, others: policies.filter(policy => !people.includes(policy)),
    unguarded: Object.keys(grants).some(role => role in PEOPLE) && people.length === 0,
  };
}

/** What is wrong with a table's protection, in words. */
export const faults = table => [
  !table.rlsEnabled && 'RLS is off', table.rlsEnabled && !table.rlsForced && 'RLS is not forced', table.policies.length === 0 && 'no policy',
].filter(Boolean);

/** The people that a policy applies to. */
export const who = roles => (Object.keys(PEOPLE).every(role => roles.includes(role)) ? ['everybody', ...roles.filter(role => !(role in PEOPLE))] : roles)
  .map(role => html`<span class="tag role-${role}">${PEOPLE[role] ?? role}</span> `);

/** Of a restrictive policy, that it narrows what the others admit. */
export const kind = policy => policy.permissive === false ? html`<span class="tag restrictive">restrictive: must hold, too</span>` : nothing;

const TOKEN = /E'(?:[^'\\]|''|\\.)*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|\w+|[^]/g;

/** The parts of an expression between words or brackets of its outermost level, at which `divides(token)`. */
function parts(text, divides) {
  const found = [''];
  let depth = 0;
  for (const [token] of text.matchAll(TOKEN)) {
    depth -= token === ')' || token === ']';
    depth === 0 && divides(token) ? found.push('') : found[found.length - 1] += token;
    depth += token === '(' || token === '[';
  }

  return found.map(part => part.trim());
}

/** An expression of pg_policies: what AND and OR join on lines of its own, without brackets that join nothing. */
function layout(text) {
  let bare = text.trim();
  while (bare.startsWith('(') && parts(bare, token => token === '(').length === 2 && parts(bare, token => token === ')').at(-1) === '' && !/^\(\s*(SELECT|WITH|VALUES)\b/.test(bare)) {
    bare = bare.slice(1, -1).trim();
  }

  for (const word of parts(bare, token => /^(BETWEEN|SELECT|OVER|CASE)$/.test(token)).length > 1 ? [] : ['OR', 'AND']) {
    const legs = parts(bare, token => token === word);
    if (legs.length > 1) {
      return legs.map(layout).map(leg => (/^(AND|OR) /m.test(leg) ? `(\n${leg.replace(/^/gm, '  ')}\n)` : leg)).join(`\n${word} `);
    }
  }

  return bare.replace(/\(\s*SELECT (\w+\.\w+\([^()]*\)) AS \w+\)/g, '(SELECT $1)').replace(/\(\s+SELECT/g, '(SELECT').replace(/\n\s*/g, '\n  ');
}

/** A policy with its expressions, as pg_policies has it. */
export const policyText = policy => html`
  <article class="policy">
    <h3><code>${policy.name}</code> ${who(policy.roles)}${kind(policy)}</h3>
    ${policy.comment ? html`<p>${policy.comment}</p>` : html`<p class="fine">No comment says why.</p>`}
    ${policy.using ? html`<p class="fine">using: rows that it shows or lets touch</p><pre>${layout(policy.using)}</pre>` : nothing}
    ${policy.check ? html`<p class="fine">with check: rows that may come of it</p><pre>${layout(policy.check)}</pre>` : nothing}
  </article>`;

/** What stands in place of a tab that the person may not see. */
export function needed(app, view) {
  const { user } = app.session;
  const { demoOperator } = app;
  return html`
    <section class="panel needed">
      <h2>This needs the permission <code>can_view_monitoring</code></h2>
      <p>${user ? html`You act as <b>${nameOf(user.email)}</b>, whose role does not hold it` : html`You are <b>anonymous</b>`}.
        Operators hold it. They see policies and the state of the database, and no rows of other people.</p>
      ${demoOperator ? html`
        <div class="buttons"><button type="button" class="primary" ?disabled=${view.isBusy('operator')} @click=${() => view.load('operator', () => app.lookAsOperator())}>
          ${view.isBusy('operator') ? 'Signing in…' : `Look as ${demoOperator.name}, the demo operator`}</button></div>
        <p class="fine">Only the monitor is read as ${demoOperator.name}; elsewhere you stay who you are.</p>`
      : html`<p>To make somebody an operator: <code>make db-grant-operator EMAIL=…</code></p>`}
      ${view.fault('operator')}
    </section>`;
}

/** Shows the person in whose name the monitor is read. */
export const readAs = app => app.monitor === app.session ? nothing : html`
  <p class="fine">Read as <b>${nameOf(app.monitor.user?.email)}</b>, the demo operator.
    <button type="button" class="small" @click=${() => { app.operator = null; app.requestUpdate(); }}>Stop</button></p>`;

