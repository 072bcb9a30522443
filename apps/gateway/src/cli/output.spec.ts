import { PassThrough } from 'node:stream';
import { Printer } from './output.js';

describe('answers of the command line', () => {
  const KEYS = [
    { name: 'dashboards', id: '1', scopes: ['apps:read', 'kpis:read', 'reports:read'], expiresAt: null },
    { name: 'a partner', id: '22', scopes: ['kpis:read'], expiresAt: new Date('2026-01-31T13:00:00Z') },
  ];
  const shown = (columns: number | undefined, records: object[] = KEYS) => {
    const stdout = Object.assign(new PassThrough(), { columns });
    new Printer({ stdout, stderr: new PassThrough() }).many(records, ['name', 'id', 'scopes', 'expiresAt'], {});
    return String(stdout.read());
  };
  const TABLE = `NAME        ID  SCOPES                            EXPIRES AT
dashboards  1   apps:read,kpis:read,reports:read  -
a partner   22  kpis:read                         2026-01-31T13:00:00.000Z
`;

  it('are tables where there is room, and where nobody says how much there is', () => {
    expect(shown(120)).toBe(TABLE);
    expect(shown(undefined)).toBe(TABLE);
    expect(shown(10, [])).toBe('NAME  ID  SCOPES  EXPIRES AT\n');
  });

  it('stand one below the other in a narrow terminal, and no line is wider than it', () => {
    const text = shown(40);
    expect(text).toBe(`NAME        dashboards
ID          1
SCOPES      apps:read,kpis:read,
            reports:read
EXPIRES AT  -

NAME        a partner
ID          22
SCOPES      kpis:read
EXPIRES AT  2026-01-31T13:00:00.000Z
`);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(40);
  });
});
