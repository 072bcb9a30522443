import { get } from 'node:http';

export interface ClientAnswer {
  status: number;
  /** The whole header, or undefined. */
  type: string | undefined;
  headers: Record<string, string | string[] | undefined>;
  /** With its byte order mark. */
  text: string;
}

/** A GET as a vendor's client sends it: path and query exactly as they stand, headers as they are given. */
export function clientGet(
  base: string,
  path: string,
  headers: Record<string, string | string[]> = {},
): Promise<ClientAnswer> {
  const { hostname, port } = new URL(base);
  return new Promise((resolve, reject) => {
    const request = get({ hostname, port, path, headers, agent: false }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject);
      answer.on('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          type: answer.headers['content-type'],
          headers: answer.headers,
          text: Buffer.concat(chunks).toString('utf8'),
        }),
      );
    });
    request.on('error', reject);
  });
}

/** What a client can tell of an answer. */
export const seen = ({ status, type, text }: ClientAnswer) => ({ status, type, text });
