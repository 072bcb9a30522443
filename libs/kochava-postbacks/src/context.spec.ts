import { contextProblems, destinationProblem, destinationsOf, type KochavaPostbackTemplate } from './index.js';

const TEMPLATE: KochavaPostbackTemplate = {
  id: '3127',
  name: 'Smith, Jones & Co',
  fields: [
    { id: 'cpi_smith_mostback_url', name: 'Destination', type: 'text', required: true, options: [] },
    { id: 'cpi_smith_advertiser', name: 'Advertiser', type: 'text', required: false, options: [] },
    {
      id: 'window',
      name: 'Lookback',
      type: 'select',
      required: true,
      defaultValue: '7',
      options: [
        { value: 1, label: '1 day' },
        { value: '7', label: '7 days' },
      ],
    },
  ],
};
const GOOD = { cpi_smith_mostback_url: 'https://partner.example/in?id={device_id}', window: 1 };
const problems = (given: unknown, stored?: Record<string, unknown>) =>
  contextProblems(TEMPLATE, given, stored).map(({ parameter, detail }) => `${parameter}: ${detail}`);

describe('a context against its template', () => {
  it('takes what the template asks for, options as numbers and as strings', () => {
    for (const window of [1, '1', 7, '7']) expect(problems({ ...GOOD, window })).toEqual([]);
    expect(problems({ ...GOOD, cpi_smith_advertiser: '' })).toEqual([]);
  });

  it('names everything that is wrong at once', () => {
    expect(problems({ cpi_smith_advertiser: 'x', window: 2, unknown_id: 1 })).toEqual([
      'context.window: Give one of 1 (1 day), 7 (7 days).',
      'context.unknown_id: Template 3127 has no such field; it has cpi_smith_mostback_url, cpi_smith_advertiser, window.',
      'context.cpi_smith_mostback_url: Template 3127 needs this field (Destination).',
    ]);
    expect(problems({ ...GOOD, window: null })).toEqual(['context.window: Template 3127 needs this field (Lookback).']);
  });

  it('checks an update with what stands there, and no key that is not given', () => {
    expect(problems({ window: 7 }, { cpi_smith_mostback_url: 'http://old.example', legacy: 1 })).toEqual([]);
    expect(problems({ cpi_smith_mostback_url: '' }, GOOD)).toHaveLength(1);
    expect(problems({}, {})).toHaveLength(2);
  });

  it('takes a destination that the template does not declare', () => {
    expect(problems({ ...GOOD, cpi_mostback_url: 'https://example.com/ingest' })).toEqual([]);
    expect(problems({ ...GOOD, cpi_mostback_url: 'http://example.com/ingest' })).toEqual([
      'context.cpi_mostback_url: Give an https URL.',
    ]);
  });

  it('takes nothing but a flat object', () => {
    for (const given of [null, undefined, [], 'x', 1]) expect(problems(given)).toHaveLength(1);
    expect(problems({ ...GOOD, window: { a: 1 } })[0]).toContain('nothing nested');
    expect(problems(JSON.parse('{"__proto__": 1}'))[0]).toContain('context.__proto__');
    expect(problems({ ...GOOD, constructor: 'x' })[0]).toContain('context.constructor');
    expect(problems({ ...GOOD, 'a b': 'x' })[0]).toContain('not the id of a field');
  });

  it('finds an address under any key', () => {
    const context = { ...GOOD, cpi_smith_advertiser: 'https://10.0.0.1/x', window: 1 };
    expect(destinationsOf(context).map(({ fieldId }) => fieldId)).toEqual([
      'cpi_smith_mostback_url',
      'cpi_smith_advertiser',
    ]);
    expect(problems(context)[0]).toContain('public host');
    expect(problems({ ...GOOD, cpi_smith_advertiser: '\thttps://x.example' })[0]).toContain('control characters');
  });
});

describe('a destination', () => {
  it.each([
    'https://partner.example/postback?id={device_id}&x=%20',
    'https://93.184.216.34:8443/',
    'https://[2606:2800:220:1::1]/',
    'https://münchen.example/',
  ])('%s is one', (url) => expect(destinationProblem(url)).toBeUndefined());

  it.each([
    [''],
    [7],
    ['partner.example'],
    ['javascript:alert(1)'],
    ['http://partner.example'],
    ['https://user:secret@partner.example'],
    ['https://user@partner.example'],
    ['https://partner.example/a b'],
    ['java\nscript:alert(1)'],
    ['https:\\\\partner.example'],
    ['https://localhost/x'],
    ['https://gateway/x'],
    ['https://db.internal/x'],
    ['https://printer.local./x'],
    ['https://127.0.0.1/'],
    ['https://2130706433/'],
    ['https://0x7f.1/'],
    ['https://10.1.2.3/'],
    ['https://169.254.169.254/latest'],
    ['https://[::1]/'],
    ['https://[::ffff:10.0.0.1]/'],
    ['https://[fd00::1]/'],
    ['https://[64:ff9b::7f00:1]/'],
    ['https://[::127.0.0.1]/'],
    ['https://[64:ff9b:1::a00:1]/'],
    ['https://[fec0::1]/'],
    ['https://[2001::1]/'],
    ['https://[2001:db8::1]/'],
    ['https://192.0.2.1/'],
    ['https://203.0.113.5/'],
    ['https://localhost../'],
    ['https://localhost.localdomain/'],
  ])('%s is none', (url) => expect(destinationProblem(url)).toEqual(expect.any(String)));
});
