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
});
