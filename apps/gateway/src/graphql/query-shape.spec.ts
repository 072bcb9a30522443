import { GatewayError } from '#libs/domain';
import { checkQueryShape } from './query-shape.js';

const refusal = (query: string): string | undefined => {
  try {
    checkQueryShape(query);
    return undefined;
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    expect([error.code, error.details.status]).toEqual(['QUERY_TOO_COMPLEX', 200]);
    return error.message;
  }
};

describe(checkQueryShape, () => {
  it.each([
    ['kpis of apps', '{ apps { nodes { name kpis(input: {}) { rows { app { name } metrics { name value } } } } } }'],
    [
      'pages that variables size',
      'query ($n: Int!) { apps(first: $n) { nodes { reports(first: 50) { nodes { id } } } } }',
    ],
    [
      'the same edge side by side',
      '{ app(id: "1") { a: kpis(input: {}) { rowCount } b: kpis(input: {}) { rowCount } } }',
    ],
    ['a fragment twice', '{ a: viewer { ...v } b: viewer { ...v } } fragment v on Viewer { keyName }'],
    [
      'fragments in a circle, which validation refuses',
      '{ viewer { ...a } } fragment a on V { ...b } fragment b on V { ...a }',
    ],
    ['what does not parse, which Apollo refuses', '{ viewer {'],
  ])('lets pass %s', (_, query) => {
    expect(refusal(query)).toBeUndefined();
  });

  it.each([
    ['kpis inside kpis', '{ kpis(input: {}) { rows { app { kpis(input: {}) { rowCount } } } } }', 'kpis'],
    ['reports inside reports', '{ reports { nodes { app { reports { nodes { id } } } } } }', 'reports'],
    [
      'the same through a fragment',
      '{ kpis(input: {}) { rows { app { ...k } } } } fragment k on App { kpis(input: {}) { rowCount } }',
      'kpis',
    ],
    ['pages within pages', '{ apps(first: 200) { nodes { reports(first: 200) { nodes { id } } } } }', 'reports'],
    [
      'pages whose size is a variable',
      'query ($n: Int! = 200) { apps(first: $n) { nodes { reports(first: $n) { nodes { id } } } } }',
      'reports',
    ],
    ['a name many times', `{ ${'viewer { keyName } '.repeat(60)} }`, 'viewer'],
    [
      'a name many times in a fragment',
      `{ ...q } fragment q on Query { ${'viewer { keyName } '.repeat(60)} }`,
      'viewer',
    ],
    [
      'very many fields',
      `{ ${Array.from({ length: 12 }, (_, i) => `a${i}: viewer { ...b }`).join(' ')} } fragment b on Viewer { ${Array.from({ length: 25 }, (_, i) => `c${i}: tenant { ...d }`).join(' ')} } fragment d on Tenant { ${Array.from({ length: 25 }, (_, i) => `e${i}: id`).join(' ')} }`,
      'fields',
    ],
  ])('refuses %s', (_, query, word) => {
    expect(refusal(query)).toContain(word);
  });
});
