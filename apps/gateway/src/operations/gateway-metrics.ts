import { Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { UpstreamAttempt } from '#libs/upstream-http';

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** What Prometheus reads at /metrics. Labels are closed sets: no tenant, key, app or path ever becomes one. */
@Injectable()
export class GatewayMetrics {
  readonly registry = new Registry();
  private readonly requests = new Histogram({
    name: 'gateway_request_seconds',
    help: 'Requests answered, by route pattern and status.',
    labelNames: ['method', 'route', 'status'],
    buckets: SECONDS,
    registers: [this.registry],
  });
  private readonly refusedKeys = new Counter({
    name: 'gateway_refused_keys_total',
    help: 'Keys that were refused, by reason.',
    labelNames: ['reason'],
    registers: [this.registry],
  });
  private readonly attempts = new Histogram({
    name: 'gateway_upstream_attempt_seconds',
    help: 'Tries of vendor calls, by vendor API, operation and outcome.',
    labelNames: ['vendor', 'operation', 'outcome'],
    buckets: SECONDS,
    registers: [this.registry],
  });
  private readonly answers = new Counter({
    name: 'gateway_kpi_sources_total',
    help: 'KPI sources answered, by service and status (fresh, cached, stale, failed …).',
    labelNames: ['service', 'status'],
    registers: [this.registry],
  });
  private readonly auditDropped = new Counter({
    name: 'gateway_audit_dropped_total',
    help: 'Audit events of reads that could not be kept because the database was away for too long.',
    registers: [this.registry],
  });
  private readonly scheduleRuns = new Counter({
    name: 'gateway_schedule_runs_total',
    help: 'Runs of schedules at vendors that are accounted for: came, or missing.',
    labelNames: ['outcome'],
    registers: [this.registry],
  });
  readonly draining = new Gauge({
    name: 'gateway_draining',
    help: '1 while the gateway finishes what is under way and takes nothing new.',
    registers: [this.registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  request(labels: { method: string; route: string; status: number }, seconds: number): void {
    this.requests.observe(labels, seconds);
  }

  refusedKey(reason: string): void {
    this.refusedKeys.inc({ reason });
  }

  attempt(attempt: UpstreamAttempt): void {
    const { vendor, operation, outcome } = attempt;
    this.attempts.observe({ vendor, operation, outcome }, attempt.durationMs / 1000);
  }

  scheduleRun(outcome: 'came' | 'missing'): void {
    this.scheduleRuns.inc({ outcome });
  }

  kpiSource(service: string, status: string): void {
    this.answers.inc({ service, status });
  }

  auditDrop(count: number): void {
    this.auditDropped.inc(count);
  }
}
