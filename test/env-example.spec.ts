import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { loadConfig } from '../apps/gateway/src/config.js';

const example = parseEnv(readFileSync('.env.example', 'utf8'));

describe('.env.example', () => {
  it('names every variable that the gateway reads, and no other', () => {
    const asked = new Set<string>();
    loadConfig(new Proxy({}, { get: (_, name) => void asked.add(String(name)) }));
    expect(Object.keys(example).sort()).toEqual([...asked].sort());
  });

  it('tells the defaults', () => {
    expect(loadConfig(example)).toEqual(loadConfig({}));
  });

  it('takes headers of Kochava’s summaries with what they mean, and no meaning that there is none of', () => {
    const { vendors } = loadConfig({ KOCHAVA_SUMMARY_COLUMNS: 'Media Source=network_name, klicks = clicks' });
    expect(vendors.summaryColumns).toEqual({ 'Media Source': 'network_name', klicks: 'clicks' });
    for (const wrong of ['klicks', 'klicks=', '=clicks', 'klicks=klicks', 'a=clicks=b']) {
      expect(() => loadConfig({ KOCHAVA_SUMMARY_COLUMNS: wrong })).toThrow(/^KOCHAVA_SUMMARY_COLUMNS must be /);
    }
  });
});
