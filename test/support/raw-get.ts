import { get, type IncomingMessage } from 'node:http';

export interface RawAnswer {
  status: number;
  headers: IncomingMessage['headers'];
  text: string;
  /** Did the answer end as HTTP ends one, or did the connection break? */
  whole: boolean;
}

/** A GET as a plain client sees it, broken answers included. `onData` may hang up. */
export function rawGet(
  url: string,
  headers: Record<string, string>,
  onData: (hangUp: () => void, text: string) => void = () => undefined,
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const request = get(url, { headers, agent: false }, (answer) => {
      let text = '';
      const end = (): void =>
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text, whole: answer.complete });
      answer.setEncoding('utf8').on('data', (piece: string) => {
        text += piece;
        onData(() => request.destroy(), text);
      });
      answer.on('close', end).on('error', () => undefined);
    });
    request.on('error', reject);
  });
}
