// A summary report's file, of the world of answers.mjs: what was asked for, by day or hour. The same every time.
import { COUNTRIES, networkOf } from './answers.mjs';

const COUNTERS = {
  click: ['clicks', 'amount_spent_on_clicks'],
  impression: ['impressions', 'amount_spent_on_impressions'],
  install: ['installs'],
  event: ['events', 'revenue_generating_events', 'revenue'],
  reengagement: ['reengagements'],
};

/** `networks`: how many there are, each in every country. */
export function summaryFile({ traffic, traffic_grouping, time_series, time_start, time_end }, networks) {
  const cells = {
    network: Array.from({ length: networks }, (_, index) => `${100 + index},${networkOf(index).name}`),
    country: COUNTRIES.map((country) => country.toUpperCase()),
  };
  const groups = traffic_grouping.reduce(
    (all, name) => all.flatMap((before) => cells[name].map((cell) => `${before},${cell}`)),
    [''],
  );
  const columns = traffic_grouping.flatMap((name) => (name === 'network' ? [name, `${name}_name`] : [name]));
  const counters = traffic.flatMap((name) => COUNTERS[name]);
  const lines = [['date_adjusted', 'date_utc', ...columns, ...counters].join(',')];
  const step = Number(time_series) * 3_600_000;
  for (let at = time_start * 1000, bucket = 0; at < time_end * 1000; at += step, bucket++) {
    const time = new Date(at).toISOString().slice(0, 19).replace('T', ' ');
    groups.forEach((group, index) => {
      const values = counters.map((name, column) => {
        const value = 1000 * column + bucket * 31 + index * 7;
        return /spent|revenue$/.test(name) ? value.toFixed(2) : value;
      });
      lines.push(`${time},${time}${group},${values.join(',')}`);
    });
  }
  return Buffer.from(`${lines.join('\n')}\n`);
}
