/** An answer that is not what the KPI Service says; the client makes an UpstreamError of it. Names no value of the answer. */
export class Unreadable extends Error {
  readonly failure: 'malformed' | 'truncated' | 'too-large';

  constructor(message: string, failure: 'malformed' | 'truncated' | 'too-large' = 'malformed') {
    super(message);
    this.name = 'Unreadable';
    this.failure = failure;
  }
}
