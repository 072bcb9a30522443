import { numbersInto } from './adjust-numbers.js';
import type { KpiCells } from './kpi-layout.js';

describe('numbersInto', () => {
  it('reads each number as JSON does', () => {
    const values = [
      '0',
      '-0',
      '7',
      '-12',
      '123456789012345',
      '999999999999999',
      '9007199254740993',
      '-1234567890123456',
    ];
    const others = ['1.5', '-0.25', '1e3', '2E-7', 'null', '123456789.123456789', '0.1', '1e308'];
    for (const value of [...values, ...others]) {
      const rows: KpiCells[] = [
        ['a', null, null],
        ['b', null, null],
      ];
      numbersInto(rows, 1, Buffer.from(`${value},1\n2,${value}\n`));
      expect(rows).toEqual([
        ['a', JSON.parse(value), 1],
        ['b', 2, JSON.parse(value)],
      ]);
    }
  });

  it('reads what no number can hold as null', () => {
    const rows: KpiCells[] = [['a', null, null]];
    numbersInto(rows, 1, Buffer.from('1e400,-1e400\n'));
    expect(rows).toEqual([['a', null, null]]);
  });
});
