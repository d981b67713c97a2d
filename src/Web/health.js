// The state of the API and its database, live, and the checks of the policies.
import { needed, readAs } from './monitor.js';
import { Samples } from './samples.js';
import { count, empty, failed, html, nothing, time, View } from './ui.js';
import './chart.js';

// Kept while the page is open, also while another tab is shown.
let samples = null;

class Health extends View {
  static properties = { app: {} };

  #refresh = () => this.requestUpdate();

  willUpdate() {
    const { monitor } = this.app;
    if (monitor !== this.read) {
      this.read = monitor;
      ['checks', 'statements', 'migrations', 'denials'].forEach(name => this.forget(name));
      if (samples?.session !== monitor) {
        samples?.stop();
        samples = monitor && new Samples(monitor);
      }

      if (monitor) {
        samples.addEventListener('sample', this.#refresh);
        samples.start();
        this.#check();
        this.#denials();
        this.load('statements', async () => (await monitor.get('/monitor/statements')).data);
        this.load('migrations', async () => (await monitor.get('/monitor/migrations')).data.items);
      }
    }
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    samples?.removeEventListener('sample', this.#refresh);
    this.read = undefined;
  }

  #check() {
    return this.load('checks', async () => ({ items: (await this.app.monitor.get('/monitor/checks')).data.items, at: new Date().toISOString() }));
  }

  #denials() {
    return this.load('denials', async () => (await this.app.monitor.get('/monitor/denials')).data.items);
  }

  render() {
    const { monitor } = this.app;
    return html`
      <link rel="stylesheet" href="/page/vendor/uplot.css">
      <header class="page-head">
        <h1>Health</h1>
        <p class="lead">The checks of the policies, and what the API and PostgreSQL are doing now.</p>
        ${monitor ? readAs(this.app) : nothing}
      </header>
      ${!monitor ? needed(this.app, this) : html`
        ${this.#tiles(samples.latest)}
        ${this.#checks()}
        ${this.#refusals()}
        ${this.#charts(samples)}
        <div class="halves">
          <section class="panel"><h2>Connection pools of this process</h2>${table(samples.latest.pool, ['Pool', 'In use', 'Idle', 'Waiting', 'Most'],
            pool => [pool.name, pool.inUse, pool.idle, pool.waiting, pool.max])}</section>
          <section class="panel"><h2>Connections of the database, and their waits</h2>${table(samples.latest.activity, ['Login', 'State', 'Waits for', 'Number'],
            row => [row.role, row.state, row.wait ?? '–', row.count])}</section>
        </div>
        <section class="panel"><h2>Standbys</h2>${samples.latest.standbys?.length === 0 ? empty('None', 'The primary answers every read: POSTGRES_READ_URL names no standby.')
          : table(samples.latest.standbys, ['Host', 'State', 'Lag', 'Answers reads'],
            one => [one.host, one.state, one.lagSeconds === null ? 'unknown' : `${one.lagSeconds.toFixed(1)} s`, one.isUsed ? 'yes' : 'no'])}</section>
        <section class="panel"><h2>Statements that take the most time</h2>
          ${this.show('statements', 'statements', found => found.available
            ? table(found.items.slice(0, 10), ['Login', 'Calls', 'Mean ms', 'Total ms', 'Statement'],
              row => [row.role, row.calls, row.meanMs?.toFixed(2), row.totalMs?.toFixed(0), html`<code class="sql">${row.query ?? 'not told'}</code>`])
            : empty('Not available', `PostgreSQL does not count statements here: ${found.why}.`))}</section>
        <section class="panel"><h2>Migrations</h2>
          ${this.show('migrations', 'migrations', files => this.#migrations(files))}</section>`}`;
  }

  #tiles({ ready, metrics, problem, at }) {
    const { data, isBad } = { data: this.loaded('checks'), isBad: this.loaded('checks')?.items.some(item => !item.isNote) };
    const pending = metrics?.get('rlschat_migrations_pending');
    const version = metrics?.get('rlschat_postgres_version');
    const tile = (name, value, kind = '') => html`<li class="panel tile ${kind}"><span class="fine">${name}</span><b>${value}</b></li>`;
    return html`
      ${problem ? failed(problem) : nothing}
      <ul class="tiles" aria-label="State">
        ${tile('API', at === undefined ? '…' : ready ? 'Ready' : 'Not ready', ready ? 'good' : at ? 'bad' : '')}
        ${tile('Checks', data ? (isBad ? count(data.items.filter(item => !item.isNote).length, 'finding') : 'All pass') : '…', data ? (isBad ? 'bad' : 'good') : '')}
        ${tile('Pending migrations', pending ?? (at ? 'Unknown' : '…'), pending > 0 ? 'bad' : '')}
        ${tile('Live readers', metrics?.get('rlschat_live_subscribers') ?? '–')}
        ${tile('Sessions', metrics?.get('rlschat_sessions') ?? '–')}
        ${tile('PostgreSQL', version ? `${Math.floor(version / 10_000)}.${version % 10_000}` : '–')}
      </ul>
      ${at && !metrics ? html`<p class="fine">/metrics is not open to this page here (METRICS_TOKEN): the figures that come from it are missing.</p>` : nothing}`;
  }

  #checks() {
    const busy = this.isBusy('checks');
    return html`
      <section class="panel checks" aria-labelledby="checks">
        <header><h2 id="checks">Policy checks</h2>
          <button type="button" class="primary" ?disabled=${busy} @click=${this.#check}>${busy ? 'Checking…' : 'Run the checks'}</button></header>
        <p class="fine">Every rule over the catalogue (RLS enabled and forced, policies, grants, indexes), drift from the installed files, and known bugs of the server.
          The access matrices, which try every command as every kind of person, run outside the page: <code>make test-rls</code>.</p>
        ${this.show('checks', 'the findings', ({ items, at }) => html`
          <p role="status">${items.length === 0 ? html`<span class="pill good">All pass</span> No findings.` : html`<span class="pill ${items.every(item => item.isNote) ? 'warn' : 'bad'}">${count(items.length, 'finding')}</span>`}
            <span class="fine">${time(at)}</span></p>
          <ul class="findings">${items.map(item => html`<li><b>${item.object}</b> ${item.finding} <span class="tag">${item.rule}</span>${item.isNote ? html` <span class="tag">note</span>` : nothing}
            <p class="fine">${item.remedy}</p>${item.differences?.length ? drift(item.differences) : nothing}</li>`)}</ul>`)}
      </section>`;
  }

  #refusals() {
    const busy = this.isBusy('denials');
    return html`
      <section class="panel checks" aria-labelledby="refusals">
        <header><h2 id="refusals">Refused requests</h2>
          <button type="button" ?disabled=${busy} @click=${this.#denials}>${busy ? 'Reading…' : 'Read again'}</button></header>
        <p class="fine">What policies, grants and functions refused in this process, the newest of at most 1,000; hidden rows and absent ones alike.</p>
        ${this.show('denials', 'refused requests', list => list.length === 0 ? empty('Nothing was refused') : table(list.slice(0, 20), ['When', 'Operation', 'Status', 'Table', 'Who', 'Trace'],
          one => [time(one.time), one.operation, one.sqlState ? `${one.status} (${one.sqlState})` : one.status, one.table ?? '–', one.callerId?.slice(0, 8) ?? 'anonymous',
            one.table ? html`<a href="#/why/trace/${one.traceId}/${one.callerId ?? 'anonymous'}" aria-label="Why was ${one.operation} refused?">Why?</a> <code>${one.traceId.slice(0, 8)}</code>` : html`<code>${one.traceId.slice(0, 8)}</code>`]))}
      </section>`;
  }

  #charts({ times, series }) {
    const chart = (name, unit, lines) => html`<rls-chart class="panel" .name=${name} .unit=${unit} .times=${times} .lines=${lines} .tick=${times.length + times[0]}></rls-chart>`;
    return html`
      <h2 class="between">The last hour <span class="fine">sampled every 5 seconds while this page is open</span></h2>
      <div class="charts">
        ${chart('Requests', 'per s', [['all', series.requests]])}
        ${chart('Database operation', 'ms', [['mean', series.latency]])}
        ${chart('Pools', '', [['in use', series.used], ['waiting', series.waiting]])}
        ${chart('Connections', '', [['database', series.connections], ['live readers', series.subscribers]])}
      </div>`;
  }

  #migrations(files) {
    const stale = files.filter(file => !file.isCurrent);
    return html`
      <p><span class="pill ${stale.length ? 'warn' : 'good'}">${stale.length ? `${count(stale.length, 'file')} differ from this build` : 'As this build'}</span>
        ${count(files.length, 'file')} applied, the last ${time(files.map(file => file.appliedAt).sort().at(-1))}</p>
      <details><summary>All files</summary><ul class="files">${files.map(file => html`<li><code>${file.name}</code>${file.isCurrent ? nothing : html` <span class="tag bad">differs</span>`}</li>`)}</ul></details>`;
  }
}

/** What differs between the installed files and the catalogue, expression by expression. */
const drift = differences => html`<dl class="drift">${differences.map(({ part, expected, installed }) => html`
  <dt>${part}</dt>
  <dd><span class="fine">expected</span> ${expected === null ? html`<span class="fine">nothing</span>` : html`<ins>${expected}</ins>`}</dd>
  <dd><span class="fine">installed</span> ${installed === null ? html`<span class="fine">nothing</span>` : html`<del>${installed}</del>`}</dd>`)}</dl>`;

const table = (rows, heads, cells) => rows === undefined ? html`<p class="state" role="status"><span class="spinner" aria-hidden="true"></span> Loading…</p>` : html`
  <div class="scroll" tabindex="0" role="group" aria-label=${heads.join(', ')}><table>
    <thead><tr>${heads.map(head => html`<th scope="col">${head}</th>`)}</tr></thead>
    <tbody>${rows.map(row => html`<tr>${cells(row).map(text => html`<td>${text}</td>`)}</tr>`)}</tbody>
  </table></div>`;

customElements.define('rls-health', Health);
