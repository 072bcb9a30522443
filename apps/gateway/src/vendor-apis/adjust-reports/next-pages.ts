import type { FastifyRequest } from 'fastify';

/** Bytes at a chunk's end that wait for the next one: more than what stands before and in an address's beginning. */
const LONGEST = 512;
const NEXT = Buffer.from('"next"');

/**
 * `pagination.next` of a report (FACTS §7.1): an address of the vendor's, which a client would follow with its gateway
 * key. It leads to this door instead. Nothing here is followed.
 */
export class NextPages {
  private readonly atVendor: RegExp;

  /**
   * @param baseUrl where the vendor's API is
   * @param publicUrl where this gateway is; undefined: where the caller found it
   */
  constructor(
    baseUrl: string,
    private readonly publicUrl: string | undefined,
  ) {
    // JSON may write a slash as `\/`.
    const literally = baseUrl.replace(/^https?:/, '').replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
    const address = `https?:${literally}(?=/(?:control-center/)?reports-service/)`.replaceAll('/', '\\\\?/');
    this.atVendor = new RegExp(`("next"\\s{0,8}:\\s{0,8}")${address}`, 'g');
  }

  /** The same bytes as they come, but for the beginning of that address, which becomes the door that `request` came to. */
  async *here(body: AsyncIterable<Buffer>, { protocol, host }: FastifyRequest): AsyncGenerator<Buffer> {
    const door = `${this.publicUrl ?? `${protocol}://${host.replaceAll(/[^\w.:[\]-]/g, '')}`}/vendor/adjust-reports`;
    let rest: Buffer = Buffer.alloc(0);
    for await (const chunk of body) {
      const bytes = this.changed(rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk, door);
      const ready = Math.max(0, bytes.length - LONGEST);
      rest = bytes.subarray(ready);
      if (ready > 0) yield bytes.subarray(0, ready);
    }
    if (rest.length > 0) yield rest;
  }

  private changed(bytes: Buffer, door: string): Buffer {
    if (!bytes.includes(NEXT)) return bytes;
    // As latin1, every byte comes back as it was.
    const text = bytes.toString('latin1').replace(this.atVendor, (_, before: string) => before + door);
    return Buffer.from(text, 'latin1');
  }
}
