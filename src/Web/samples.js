// What the monitor and /metrics say, sampled while the page is open: the last hour, in memory only.

const EVERY = 5000;
const MOST = 3600_000 / EVERY;

/** Samples of one session; says `sample` after each. */
export class Samples extends EventTarget {
  times = [];
  series = { requests: [], latency: [], used: [], waiting: [], connections: [], subscribers: [] };
  latest = {};
  #timer = null;
  #before = null;

  constructor(session) {
    super();
    this.session = session;
  }

  start() {
    if (this.#timer === null) {
      this.#timer = setInterval(() => document.hidden || this.take(), EVERY);
      this.take();
    }
  }

  stop() {
    clearInterval(this.#timer);
    this.#timer = null;
  }

  async take() {
    const read = async path => (await this.session.get(path)).data;
    // One after the other: the monitor has two connections.
    const [[activity], [ready, metrics]] = await Promise.all([
      Promise.allSettled([read('/monitor/activity')]), Promise.allSettled([read('/health/ready'), this.#metrics()]),
    ]);
    const [pool] = await Promise.allSettled([read('/monitor/pool')]);
    const [standbys] = await Promise.allSettled([read('/monitor/standbys')]);
    this.latest = {
      pool: pool.value?.items, standbys: standbys.value?.items, activity: activity.value?.items, metrics: metrics.value,
      ready: ready.status === 'fulfilled', problem: [pool, standbys, activity].find(result => result.status === 'rejected')?.reason,
      at: Date.now(),
    };
    this.#keep(this.latest);
    this.dispatchEvent(new Event('sample'));
  }

  /** The sums of /metrics by name; null where it is not open to this page. */
  async #metrics() {
    const response = await fetch('/metrics');
    if (!response.ok) {
      return null;
    }

    const sums = new Map();
    for (const [, name, value] of (await response.text()).matchAll(/^([a-z_]+)(?:\{[^\n]*\})? ([\d.eE+-]+)/gm)) {
      sums.set(name, (sums.get(name) ?? 0) + Number(value));
    }

    return sums;
  }

  #keep({ pool, activity, metrics, at }) {
    const before = this.#before;
    this.#before = metrics && { metrics, at };
    const rise = name => before && metrics ? Math.max(0, (metrics.get(name) ?? 0) - (before.metrics.get(name) ?? 0)) : null;
    const calls = rise('rlschat_database_operation_duration_seconds_count');
    const sum = (list, value) => list?.reduce((total, item) => total + value(item), 0) ?? null;
    const now = {
      requests: before && metrics ? rise('http_server_request_duration_seconds_count') / ((at - before.at) / 1000) : null,
      latency: calls ? (rise('rlschat_database_operation_duration_seconds_sum') / calls) * 1000 : null,
      used: sum(pool, one => one.inUse), waiting: sum(pool, one => one.waiting),
      connections: sum(activity, one => one.count), subscribers: metrics?.get('rlschat_live_subscribers') ?? null,
    };
    this.times.push(at / 1000);
    Object.entries(now).forEach(([name, value]) => this.series[name].push(value));
    if (this.times.length > MOST) {
      [this.times, ...Object.values(this.series)].forEach(list => list.shift());
    }
  }
}
