/** A credential on its way to a vendor. Its value shows only through `reveal`, never when logged or serialised. */
export interface Secret {
  reveal(): string;
}

/** What a vendor client needs of a credential: an opaque name for it, and a way to ask for its value in each attempt. */
export interface VendorCredential {
  /** Stable per tenant, provider and version; the key of breaker and concurrency bound. Not a secret, safe in logs. */
  readonly id: string;
  readonly secret: () => Secret | Promise<Secret>;
}
