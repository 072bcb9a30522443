import { Global, Module } from '@nestjs/common';
import { KeyGuard } from './key-guard.js';
import { ScopeGuard } from './needs-scope.js';
import { ErrorPages } from './problem.js';
import { ProblemFilter } from './problem-filter.js';
import { RateLimits } from './rate-limits.js';

@Global()
@Module({
  providers: [KeyGuard, ScopeGuard, ErrorPages, ProblemFilter, RateLimits],
  exports: [KeyGuard, ScopeGuard, ErrorPages, ProblemFilter, RateLimits],
})
export class EdgeModule {}
