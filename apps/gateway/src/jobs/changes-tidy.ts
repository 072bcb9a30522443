import { Injectable, type OnModuleInit } from '@nestjs/common';
import { TenantChanges } from '#libs/tenancy';
import { Chores } from './chores.js';

const EVERY_MS = 3_600_000;

/** Lets go of changes of tenants that every replica has heard of. */
@Injectable()
export class ChangesTidy implements OnModuleInit {
  constructor(
    private readonly changes: TenantChanges,
    private readonly chores: Chores,
  ) {}

  onModuleInit(): void {
    this.chores.register({ name: 'tidying changes', everyMs: EVERY_MS, work: () => this.changes.tidy() });
  }
}
