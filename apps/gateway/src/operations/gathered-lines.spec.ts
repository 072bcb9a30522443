import { GatheredLines } from './gathered-lines.js';

describe('lines that are gathered', () => {
  const passed: string[] = [];
  const lines = new GatheredLines((text) => passed.push(text));
  beforeEach(() => passed.splice(0));

  it('go on together, in their order, and each once', () => {
    for (let line = 0; line < 3; line++) lines.write(`${line}\n`);
    expect(passed).toEqual([]);
    expect([lines.take(), lines.take()]).toEqual(['0\n1\n2\n', '']);
    expect(passed).toEqual([]);
  });

  it('go on by themselves after a moment', async () => {
    lines.write('alone\n');
    while (passed.length === 0) await new Promise((later) => setTimeout(later, 10));
    expect(passed).toEqual(['alone\n']);
  });

  it('go on at once when there are enough', () => {
    const line = `${'x'.repeat(5_000)}\n`;
    lines.write(line);
    lines.write(line);
    lines.write('rest\n');
    expect(passed).toEqual([line + line]);
    expect(lines.take()).toBe('rest\n');
  });
});
