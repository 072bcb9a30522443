import { GatewayError, type Scope, type TenantContext } from '#libs/domain';
import type { AnswerFrame } from './answer-frame.js';
import { KPI_PARAMS } from './kpi-params.js';
import { KpiSourceView } from './kpi-source-view.js';
import type { SourceReport } from './kpi-source.js';
import { SourceTexts } from './source-texts.js';

const SHARED: SourceReport = {
  vendor: 'ADJUST',
  service: 'ADJUST_KPI_SERVICE',
  apps: [{ id: '1', name: 'An "app", "fetchedAt":"2020' }],
  status: 'FRESH',
  fetchedAt: new Date('2026-05-01T10:00:00.123Z'),
  currencies: ['EUR'],
  warnings: ['The numbers are young.'],
  settings: { utcOffset: '+00:00' },
  metricNames: [{ metric: 'INSTALLS', vendorName: 'installs' }],
  unsupported: ['filter.campaigns'],
  error: null,
  reports: [],
};

const viewOf = (more: Partial<SourceReport>, scopes: Scope[]): KpiSourceView => {
  const tenant = { scopes: new Set(scopes) } as unknown as TenantContext;
  return new KpiSourceView({ ...SHARED, ...more }, { tenant } as AnswerFrame);
};

describe('SourceTexts', () => {
  const texts = new SourceTexts();

  const rows: [string, Partial<SourceReport>, Scope[]?][] = [
    ['the first time', {}],
    ['fetched later', { fetchedAt: new Date('2026-05-01T10:00:01Z') }],
    ['from the cache', { status: 'CACHED' }],
    ['with other currencies', { currencies: ['EUR', 'USD'] }],
    ['with the same in another list', { currencies: ['EUR'], warnings: ['The numbers are young.'] }],
    ['with another warning', { warnings: ['The numbers are old.'] }],
    ['about other apps', { apps: [{ id: '2', name: 'Another' }] }],
    ['of other metrics', { metricNames: [{ metric: 'CLICKS', vendorName: 'clicks' }] }],
    ['for a key without apps:read', {}, ['kpis:read']],
    ['failed', { status: 'FAILED', error: new GatewayError('UPSTREAM_TIMEOUT', 'Too late.') }],
    ['not there yet', { status: 'PENDING', fetchedAt: null }],
    ['as at first', {}],
  ];

  it.each(rows.map(([name, more, scopes = ['kpis:read', 'apps:read'] as Scope[]]) => ({ name, more, scopes })))(
    'says what JSON says: $name',
    ({ more, scopes }) => {
      for (const params of [undefined, KPI_PARAMS]) {
        const view = viewOf(more, scopes);
        expect(texts.of(view, params)).toBe(JSON.stringify(view.toRest([], params)));
      }
    },
  );
});
