import { adjustRefusal } from './failure.js';

const answer = (status: number, body: string, type = 'application/json') => ({
  status,
  headers: { 'content-type': type },
  body: Buffer.from(body),
});

describe('adjustRefusal', () => {
  it.each([
    [400, 'rejected', undefined],
    [401, 'credential', undefined],
    [403, 'forbidden', undefined],
    [404, 'not-found', undefined],
    [405, 'rejected', undefined],
    [408, 'unavailable', true],
    [429, 'rate-limited', true],
    [499, 'unavailable', true],
    [500, 'unavailable', true],
    [503, 'unavailable', true],
  ] as const)('%i is %s, in the words of Adjust', (status, failure, trouble) => {
    const refusal = adjustRefusal(answer(status, '{"error":"kpis: foo is unknown"}'));
    expect(refusal).toEqual({ failure, message: 'kpis: foo is unknown', ...(trouble && { trouble }) });
  });

  it('takes a short text as words, never a page or a long text', () => {
    expect(adjustRefusal(answer(400, ' bad dates \n', 'text/plain'))?.message).toBe('bad dates');
    for (const body of ['<html>bad gateway</html>', 'x'.repeat(501), '']) {
      const message = adjustRefusal(answer(400, body))?.message;
      expect(message).toBe('Adjust refused the parameters.');
    }
    expect(adjustRefusal(answer(400, '{"errors":["kpis"]}'))?.message).toBe('{"errors":["kpis"]}');
    expect(adjustRefusal(answer(400, JSON.stringify({ error: 'x'.repeat(2000) })))?.message).toHaveLength(500);
    expect(adjustRefusal(answer(400, '{"error":{"kpis":["unknown"]}}'))?.message).toBe('{"kpis":["unknown"]}');
  });

  it('finds an error in a 200, but not in an answer with rows', () => {
    expect(adjustRefusal(answer(200, '{"error":"no"}'))).toEqual({ failure: 'rejected', message: 'no' });
    expect(adjustRefusal(answer(200, '{"result_set":{"name":"\\"error\\""}}'))).toBeUndefined();
    expect(adjustRefusal(answer(200, '{"result_parameters":{},"result_set":{}}'))).toBeUndefined();
  });

  it('throws a 200 that is no JSON object as malformed, without its text', () => {
    for (const body of ['<html>Sorry</html>', '', 'OK', '[]']) {
      expect(() => adjustRefusal(answer(200, body, 'text/html; charset=utf-8'))).toThrow(
        expect.objectContaining({
          failure: 'malformed',
          message: `Adjust's answer can't be used: it is not JSON (text/html, ${body.length} bytes).`,
        }) as Error,
      );
    }
  });
});
