/** An answer that is not what the KPI Service says. Its message is a clause about the answer, and names no value of it. */
export class Unreadable extends Error {
  readonly failure: 'malformed' | 'truncated' | 'too-large';

  constructor(message: string, failure: 'malformed' | 'truncated' | 'too-large' = 'malformed') {
    super(message);
    this.name = 'Unreadable';
    this.failure = failure;
  }
}

/** A refusal in the body of a 200, in Adjust's words. */
export class AdjustSaysNo extends Error {
  constructor(words: string) {
    super(words);
    this.name = 'AdjustSaysNo';
  }
}
