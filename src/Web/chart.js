// A chart of samples over time (uPlot), and its last values in words.
import uPlot from './vendor/uplot.js';
import { html, View } from './ui.js';

const CLOCK = new Intl.DateTimeFormat('en', { timeStyle: 'medium', hourCycle: 'h23' });
/** The shortest time that is shown, in seconds. */
const LEAST = 120;

class Chart extends View {
  static properties = { name: {}, unit: {}, lines: {}, times: {}, tick: {} };

  #plot = null;
  #watch = new ResizeObserver(() => this.#plot?.setSize(this.#size()));

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#watch.disconnect();
    this.#plot?.destroy();
    this.#plot = null;
  }

  /** A scale of one sample is not what uPlot makes of it: a day. */
  #span(times) {
    const last = times.at(-1) ?? Date.now() / 1000;
    return [Math.min(times[0] ?? last, last - LEAST), last];
  }

  #size() {
    return { width: Math.max(200, this.querySelector('.plot').clientWidth), height: 150 };
  }

  updated() {
    const data = [this.times, ...this.lines.map(([, values]) => values)];
    if (this.#plot) {
      this.#plot.setData(data);
      return;
    }

    const colour = n => getComputedStyle(this.querySelectorAll('.key')[n], '::before').backgroundColor;
    const axis = { stroke: () => getComputedStyle(this).getPropertyValue('color'), grid: { stroke: '#8884', width: 1 }, ticks: { show: false }, font: '11px system-ui', size: 44 };
    this.#plot = new uPlot({
      ...this.#size(), legend: { show: false }, cursor: { drag: { x: false, y: false } },
      scales: { x: { time: true, range: plot => this.#span(plot.data[0]) }, y: { range: (_, low, high) => [0, Math.max(1, (high ?? 0) * 1.15)] } },
      axes: [{ ...axis, size: 26, space: 70, values: (_, ticks) => ticks.map(tick => CLOCK.format(tick * 1000)) }, axis],
      series: [{}, ...this.lines.map((_, n) => ({ stroke: () => colour(n), width: 2, points: { show: plot => plot.data[0].length < 3, size: 6 }, spanGaps: true }))],
    }, data, this.querySelector('.plot'));
    this.#watch.observe(this.querySelector('.plot'));
  }

  render() {
    const last = values => values.findLast(value => value !== null);
    const words = this.lines.map(([label, values]) => [label, last(values)]);
    return html`
      <figure class="chart">
        <figcaption><b>${this.name}</b> ${words.map(([label, value], n) => html`<span class="key key-${n}">${label} ${value === undefined ? '–' : `${value.toFixed(value < 10 && value % 1 ? 1 : 0)} ${this.unit}`}</span>`)}</figcaption>
        <div class="plot" role="img" aria-label="${this.name}: ${words.map(([label, value]) => `${label} ${value?.toFixed(1) ?? 'unknown'} ${this.unit}`).join(', ')}"></div>
      </figure>`;
  }
}

customElements.define('rls-chart', Chart);
