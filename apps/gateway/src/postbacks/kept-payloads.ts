import { Injectable } from '@nestjs/common';
import type { TenantContext } from '#libs/domain';
import { SealedTexts } from '#libs/tenancy';
import type { PostbackOfApp, PostbackPayload } from './postback.model.js';

/** The answer to a write as its idempotency record keeps it. */
export interface KeptPayload extends Pick<PostbackPayload, 'messages' | 'warnings'> {
  postback: Omit<PostbackOfApp, 'context'>;
  /** The context, sealed: it may hold a partner's keys. By this name the audit keeps a fingerprint of it alone. */
  secret: string;
}

const PURPOSE = 'postback context';

/** Answers to writes, put away and brought back. */
@Injectable()
export class KeptPayloads {
  constructor(private readonly texts: SealedTexts) {}

  keep({ tenantId }: TenantContext, payload: PostbackPayload): KeptPayload {
    const { context, ...postback } = payload.postback;
    return { ...payload, postback, secret: this.texts.seal(tenantId, PURPOSE, JSON.stringify(context)) };
  }

  payload({ tenantId }: TenantContext, { postback, messages, warnings, secret }: KeptPayload): PostbackPayload {
    const text = this.texts.open(tenantId, PURPOSE, secret);
    const context = JSON.parse(text ?? '{}') as Record<string, unknown>;
    const gone = 'The context can not be told again: the encryption keys have changed since. Read the postback.';
    return {
      postback: { ...postback, context },
      messages,
      warnings: text === undefined ? [...warnings, gone] : warnings,
    };
  }
}
