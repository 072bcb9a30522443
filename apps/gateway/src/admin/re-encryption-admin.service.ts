import { Injectable } from '@nestjs/common';
import type { OperatorContext } from '#libs/domain';
import { type ReEncryption, ReEncryptor } from '#libs/tenancy';
import { OperatorActs } from './operator-acts.js';

@Injectable()
export class ReEncryptionAdmin {
  constructor(
    private readonly reEncryptor: ReEncryptor,
    private readonly acts: OperatorActs,
  ) {}

  /** Moves every credential to the first key of CREDENTIAL_KEYS. */
  run(operator: OperatorContext, onProgress: (sofar: ReEncryption) => void): Promise<ReEncryption> {
    return this.acts.beyond(operator, 'credentials.reEncrypt', {}, async (note) => {
      const result = await this.reEncryptor.reEncrypt(onProgress);
      note({ after: result });
      return result;
    });
  }
}
