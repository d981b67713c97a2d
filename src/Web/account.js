// The person's own: organization with members and invitations, sessions, credits. The database decides what they may change.
import { newKey, Session } from './api.js';
import { avatar, clientOf, count, empty, html, nameOf, nothing, time, View } from './ui.js';

class Account extends View {
  static properties = { app: {}, invited: {} };

  willUpdate() {
    const { session } = this.app;
    const key = `${session.user?.id} ${session.user?.organization?.id}`;
    if (key !== this.known) {
      this.known = key;
      this.invited = null;
      ['organization', 'sessions', 'credits', 'audit', 'act', 'impersonate'].forEach(name => this.forget(name));
      session.user && this.#read();
    }
  }

  #read() {
    const { session } = this.app;
    const { organization } = session.user;
    this.load('sessions', async () => (await session.list('/me/sessions')).items);
    this.load('credits', async () => (await session.get('/me/credits')).data.items);
    this.load('audit', async () => (await session.get('/me/audit?limit=20')).data.items);
    return this.load('organization', async () => {
      if (!organization) {
        return null;
      }

      const [members, roles] = await Promise.all(['members', 'roles'].map(what => session.list(`/organizations/${organization.id}/${what}`)));
      const invitations = session.can('can_manage_members') ? (await session.list(`/organizations/${organization.id}/invitations`)).items : [];
      // Nobody becomes an operator by an organization.
      const given = roles.items.filter(role => !role.permissions.includes('can_view_monitoring') || members.items.some(member => member.roleId === role.id));
      return { members: members.items, roles: given, invitations: invitations.filter(one => !one.acceptedAt) };
    });
  }

  /** Does what the policies may refuse; then reads everything again, because rights may have changed. Null if it was refused. */
  async #act(work) {
    const { problem, data } = await this.load('act', work);
    await this.app.session.reread().catch(() => {});
    this.app.session.user && this.#read();
    return problem ? null : data;
  }

  async #give(member, select) {
    const { id } = this.app.session.user.organization;
    const given = await this.#act(() => this.app.session.request('PATCH', `/organizations/${id}/members/${member.id}`, { body: { roleId: select.value } }));
    if (!given) {
      select.value = member.roleId;
    }
  }

  /** The API takes an id; those of the demo people are asked of them. */
  #impersonate(event) {
    event.preventDefault();
    const { person, reason } = Object.fromEntries(new FormData(event.target));
    return this.load('impersonate', async () => {
      const isDemo = this.app.setup?.people.some(one => one.email === person);
      this.app.act(await Session.impersonate(this.app.session, isDemo ? (await this.app.personOf(person)).user.id : person, reason));
      location.hash = '#/chat';
    });
  }

  #form(event, work) {
    event.preventDefault();
    const form = event.target;
    const all = new FormData(form);
    return this.#act(async () => {
      const made = (await work(Object.fromEntries(all), all)).data;
      form.reset();
      return made;
    });
  }

  render() {
    const { session } = this.app;
    return !session.user ? nothing : html`
      <section class="panel mine" aria-labelledby="who">
        <header>${avatar(session.user.email)} <div><h2 id="who">${session.user.email}</h2>
          <p class="fine">${session.user.organization?.name ?? 'In no organization'} · ${session.user.permissions.length ? session.user.permissions.join(', ') : 'no permissions'}</p></div></header>
        ${this.fault('act')}
        ${this.show('organization', 'the organization', found => (found ? this.#organization(found) : this.#outside()))}
      </section>
      <div class="halves">
        <section class="panel"><h2>Sessions</h2>
          ${this.show('sessions', 'sessions', list => html`<div class="few" tabindex="0" role="group" aria-label="Sessions"><ul class="plainly">${list.map(one => html`
            <li><span>${clientOf(one.client)}<br><span class="fine">last used ${time(one.lastUsed)}</span></span>
              ${one.current ? html`<span class="pill good">this one</span>` : html`<button type="button" @click=${() => this.#act(() => session.request('DELETE', `/me/sessions/${one.id}`))}>End</button>`}</li>`)}</ul></div>`)}</section>
        <section class="panel"><h2>Credits <span class="pill">${session.user.creditBalance}</span></h2>
          ${this.show('credits', 'credits', list => list.length === 0 ? empty('No entries yet') : html`<ul class="plainly">${list.map(one => html`
            <li><span>${one.reason}<br><span class="fine">${time(one.createdAt)}</span></span><b>${one.amount}</b></li>`)}</ul>`)}</section>
      </div>
      <section class="panel"><h2>What happened</h2>
        ${this.show('audit', 'the audit', list => html`<div class="few" tabindex="0" role="group" aria-label="Audit"><ul class="plainly">${list.map(one => html`
          <li><span>${one.action.replaceAll('_', ' ')}${one.details?.reason ? html`: ${one.details.reason}` : nothing}</span><span class="fine">${time(one.createdAt)}</span></li>`)}</ul></div>`)}</section>
      ${session.can('can_impersonate') ? this.#impersonating() : nothing}`;
  }

  #impersonating() {
    const busy = this.isBusy('impersonate');
    return html`
      <section class="panel mine"><h2>Read as a person</h2>
        <p class="fine">You see for 15 minutes what they see; every change is refused. They find you and your reason in their audit.</p>
        <form class="invite" @submit=${this.#impersonate}>
          <label>Person <input name="person" required list="persons" placeholder="an id"></label>
          <datalist id="persons">${(this.app.setup?.people ?? []).map(one => html`<option value=${one.email}>${one.name}, ${one.is}</option>`)}</datalist>
          <label>Reason <input name="reason" required maxlength="255"></label>
          <button class="primary" ?disabled=${busy}>${busy ? 'One moment…' : 'Read as them'}</button></form>
        ${this.fault('impersonate')}</section>`;
  }

  #outside() {
    const { session } = this.app;
    return html`
      <p>Chats of an organization are seen by its members.</p>
      <div class="halves">
        <form @submit=${event => this.#form(event, ({ name }) => session.post('/organizations', { name }, { key: newKey() }))}>
          <label>Create an organization <input name="name" required maxlength="255" placeholder="Its name"></label><div class="buttons"><button class="primary">Create</button></div></form>
        <form @submit=${event => this.#form(event, ({ token }) => session.post('/invitations/accept', { token }))}>
          <label>Accept an invitation <input name="token" required placeholder="The token of the invitation"></label><div class="buttons"><button>Accept</button></div></form>
      </div>`;
  }

  #organization({ members, roles, invitations }) {
    const { session } = this.app;
    const { id, name } = session.user.organization;
    const manages = session.can('can_manage_members');
    const email = new Map(members.map(member => [member.id, member.email]));
    return html`
      <h3>${name}: ${count(members.length, 'member')}</h3>
      <div class="scroll" tabindex="0" role="group" aria-label="Members"><table>
        <thead><tr><th scope="col">Member</th><th scope="col">Role</th><th scope="col">Manager</th>${manages ? html`<th scope="col"><span class="unseen">Actions</span></th>` : nothing}</tr></thead>
        <tbody>${members.map(member => html`<tr><td>${member.email}</td>
          <td>${manages ? html`<select aria-label="Role of ${nameOf(member.email)}" @change=${event => this.#give(member, event.target)}>
            ${roles.map(role => html`<option value=${role.id} .selected=${role.id === member.roleId}>${role.name}</option>`)}</select>` : member.role}</td>
          <td>${email.get(member.managerId) ?? '–'}</td>
          ${manages ? html`<td><button type="button" class="danger" aria-label="Remove ${nameOf(member.email)}" 
            @click=${() => confirm(`Remove ${member.email} from ${name}?`) && this.#act(() => session.request('DELETE', `/organizations/${id}/members/${member.id}`))}>Remove</button></td>` : nothing}</tr>`)}</tbody>
      </table></div>
      ${manages ? html`
        <form class="invite" @submit=${async event => { this.invited = await this.#form(event, ({ email: to, role }) => session.post(`/organizations/${id}/invitations`, { email: to, roleId: role }, { key: newKey() })); }}>
          <label>Invite <input name="email" type="email" required placeholder="name@example.org"></label>
          <label>as <select name="role">${roles.map(role => html`<option value=${role.id} ?selected=${role.name === 'member'}>${role.name}</option>`)}</select></label>
          <button class="primary">Invite</button></form>
        ${this.invited ? html`<p role="status">${this.invited.email} is invited. The token, shown once: <code>${this.invited.token}</code></p>` : nothing}
        ${invitations.length ? html`<h3>Open invitations</h3><ul class="plainly">${invitations.map(one => html`<li><span>${one.email}<br><span class="fine">until ${time(one.expires)}</span></span>
          <button type="button" @click=${() => this.#act(() => session.request('DELETE', `/invitations/${one.id}`))}>Withdraw</button></li>`)}</ul>` : nothing}` : nothing}
      ${session.can('can_manage_roles') ? this.#roles(roles.filter(role => role.organizationId)) : nothing}
      <div class="buttons"><button type="button" @click=${() => confirm(`Leave ${name}?`) && this.#act(() => session.post(`/organizations/${id}/leave`))}>Leave ${name}</button></div>`;
  }

  #roles(own) {
    const { session } = this.app;
    return html`
      <h3>Roles of your own</h3>
      ${own.length ? html`<ul class="plainly">${own.map(role => html`<li><span><b>${role.name}</b><br><span class="fine">${role.permissions.join(', ') || 'no permissions'}</span></span>
        <button type="button" class="danger" aria-label="Delete ${role.name}" @click=${() => this.#act(() => session.request('DELETE', `/roles/${role.id}`))}>Delete</button></li>`)}</ul>` : nothing}
      <details><summary>New role</summary>
        <form class="new" @submit=${event => this.#form(event, ({ name }, all) =>
          session.post(`/organizations/${session.user.organization.id}/roles`, { name, permissions: all.getAll('permission') }, { key: newKey() }))}>
          <label>Name <input name="name" required maxlength="50" autocomplete="off"></label>
          ${session.user.permissions.map(name => html`<label class="check"><input type="checkbox" name="permission" value=${name}> ${name}</label>`)}
          <div class="buttons"><button class="primary">Create role</button></div></form></details>`;
  }
}

customElements.define('rls-account', Account);
