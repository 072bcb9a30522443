import DataLoader from 'dataloader';
import type { Awaitable, TenantContext } from '#libs/domain';
import { type KpiAnswer } from './kpi-answer.js';
import type { KpiQuestion } from './kpi-question.js';

type Ask = (
  tenant: TenantContext,
  question: KpiQuestion,
  about: { appIds: string[]; waitSeconds: number },
) => Awaitable<KpiAnswer>;

/**
 * Fifty apps of one GraphQL answer with the same `kpis` input are one question about fifty apps, split again by app.
 * Gathered per request: a TenantContext is one caller's, for one request.
 */
export class AppQuestions {
  private readonly loaders = new WeakMap<TenantContext, Map<string, DataLoader<string, KpiAnswer>>>();

  constructor(private readonly askAll: Ask) {}

  ask(tenant: TenantContext, appId: string, question: KpiQuestion, waitSeconds: number): Promise<KpiAnswer> {
    let loaders = this.loaders.get(tenant);
    if (!loaders) this.loaders.set(tenant, (loaders = new Map()));
    const key = JSON.stringify([question, waitSeconds]);
    let loader = loaders.get(key);
    if (!loader) {
      loader = new DataLoader((appIds) => this.split(tenant, question, [...appIds], waitSeconds), {
        maxBatchSize: 200,
      });
      loaders.set(key, loader);
    }
    return loader.load(appId);
  }

  private async split(
    tenant: TenantContext,
    question: KpiQuestion,
    appIds: string[],
    waitSeconds: number,
  ): Promise<KpiAnswer[]> {
    const about = { appIds, waitSeconds };
    if (appIds.length === 1) return [await this.askAll(tenant, question, about)];
    const byApp = question.groupBy.includes('APP');
    const asked: KpiQuestion = byApp ? question : { ...question, groupBy: ['APP', ...question.groupBy] };
    const answer = await this.askAll(tenant, asked, about);
    return appIds.map((appId) =>
      answer.ofApp(appId, !byApp, () => this.ask(tenant, appId, { ...question, groupBy: [] }, waitSeconds)),
    );
  }
}
