import type { Sandbox } from '../sandbox.js';
import { startSandbox } from '../sandbox.js';
import type { Answer } from '../testing.js';
import { ask } from '../testing.js';

const APP = '2eb2na2w54c3';
const OTHER = '44cdcdck2syc';
const MAY = 'start_date=2026-05-01&end_date=2026-05-31';

describe('CSV answers', () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await startSandbox({ now: new Date('2026-06-10T12:30:00Z') });
  });
  afterAll(() => sandbox.close());

  async function lines(path: string, headers?: Record<string, string>): Promise<string[]> {
    const answer: Answer = await ask(sandbox, path, headers);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/csv']);
    expect(answer.text.charCodeAt(0)).toBe(0xfeff);
    expect(answer.text.endsWith('\n')).toBe(true);
    expect(answer.text).not.toContain('\r');
    return answer.text.slice(1, -1).split('\n');
  }

  it('come by the suffix, else by Accept; the suffix wins', async () => {
    const query = `${MAY}&kpis=installs`;
    const bySuffix = await lines(`/kpis/v1/${APP}.csv?${query}`);
    expect(await lines(`/kpis/v1/${APP}?${query}`, { accept: 'text/csv' })).toEqual(bySuffix);
    expect(await lines(`/kpis/v1.csv?app_tokens=${APP}&${query}`)).toEqual(bySuffix);
    const [tracker] = (bySuffix[1] as string).split(',');
    expect(await lines(`/kpis/v1/${APP}/trackers/${tracker}.csv?${query}`)).toHaveLength(2);
    const json = await ask(sandbox, `/kpis/v1/${APP}.json?${query}`, { accept: 'text/csv' });
    expect(json.headers.get('content-type')).toMatch(/^application\/json/);
    expect(json.json.result_parameters.kpis).toEqual(['installs']);
  });

  it.each([
    ['', 'tracker_token,tracker_name,installs'],
    ['&grouping=network,campaign,adgroup,creative', 'tracker_token,network,campaign,adgroup,creative,installs'],
    ['&grouping=days,campaign,network', 'date,tracker_token,campaign,network,installs'],
    [
      '&grouping=countries,region,device_types,os_names,partners',
      'country,region,device_type,os_name,partner,installs',
    ],
    ['&grouping=apps,hours', 'app_token,app_name,date,installs'],
  ])('have the columns of their grouping: %s', async (grouping, header) => {
    expect((await lines(`/kpis/v1/${APP}.csv?${MAY}&kpis=installs${grouping}`))[0]).toBe(header);
  });

  it('of events and cohorts name the event and the period', async () => {
    const events = await lines(`/kpis/v1/${APP}/events.csv?${MAY}&grouping=week,event`);
    expect(events[0]).toBe('date,event_token,event_name,revenue_events,revenue');
    expect(events[1]).toMatch(/^2026-04-27,rg4k2a,Registration,0,0$/);
    const cohorts = await lines(`/kpis/v1/${APP},${OTHER}/cohorts.csv?${MAY}&kpis=converted_users,sessions`);
    expect(cohorts[0]).toBe('app_token,app_name,period,converted_users,sessions');
    expect(cohorts[1]).toMatch(/^2eb2na2w54c3,Orbit Runner iOS,0,\d+,\d+$/);
  });

  it('give one tracker_token, the deepest one of the row', async () => {
    const rows = await lines(`/kpis/v1/${APP}.csv?${MAY}&kpis=installs&grouping=network,campaign`);
    const campaigns = await lines(`/kpis/v1/${APP}.csv?${MAY}&kpis=installs&grouping=campaign`);
    const tokens = (list: string[]): string[] => list.slice(1).map((line) => line.split(',')[0] as string);
    expect(tokens(rows)).toEqual(tokens(campaigns));
  });

  it('quote what has to be quoted', async () => {
    const rows = await lines(`/kpis/v1/${APP}.csv?${MAY}&kpis=installs&grouping=network,campaign`);
    const line = rows.find((row) => row.includes('Herbst'));
    expect(line).toMatch(/^[a-z0-9]{6},"Smith, Jones & Co","Rückkehr ""Herbst""",\d+$/);
  });

  it('have a header even where no row follows', async () => {
    expect(await lines(`/kpis/v1/${APP}.csv?start_date=2010-01-01&end_date=2010-01-31&kpis=installs`)).toEqual([
      'tracker_token,tracker_name,installs',
    ]);
  });

  it('hold no token that readers could take for a number', async () => {
    const rows = await lines(`/kpis/v1/${APP},${OTHER}.csv?${MAY}&kpis=installs&grouping=apps,creatives`);
    const tokens = rows.slice(1).flatMap((row) => [row.split(',')[0], row.split(',')[2]]);
    expect(tokens.length).toBeGreaterThan(100);
    expect(tokens.filter((token) => !/^[a-z0-9]*[a-z][a-z0-9]*$/.test(token as string))).toEqual([]);
    expect(tokens.filter((token) => !Number.isNaN(Number(token)))).toEqual([]);
  });

  it('speak to people where human_readable_kpis asks for it, in any case of true', async () => {
    const header = async (path: string): Promise<string> =>
      (await lines(`${path}&human_readable_kpis=True`))[0] as string;
    expect(
      await header(`/kpis/v1/${APP},${OTHER}.csv?${MAY}&kpis=sessions,click_conversion_rate,daus,ctr,first_events`),
    ).toBe('App Token,App Name,Sessions,Conversion,Daily Active Users,ctr,First_events');
    expect(
      await header(
        `/kpis/v1/${APP}/cohorts.csv?${MAY}&kpis=lifetime_value,revenue_per_user&period=week&grouping=os_names`,
      ),
    ).toBe('OS Name,Weeks after Install,Lifetime Value,Revenue per User');
    expect(
      await header(`/kpis/v1/${APP}.csv?${MAY}&kpis=cost,revenue_events&event_kpis=pu9q5c_revenue&grouping=day`),
    ).toBe('Date,cost,Revenue Events,Purchase (pu9q5c) (Revenue)');
    const json = await ask(sandbox, `/kpis/v1/${APP}?${MAY}&kpis=sessions&human_readable_kpis=true`);
    expect(json.json.result_parameters.kpis).toEqual(['Sessions']);
    expect((await lines(`/kpis/v1/${APP}.csv?${MAY}&kpis=sessions&human_readable_kpis=yes`))[0]).toContain(',sessions');
  });

  it('hold the numbers of the JSON answer', async () => {
    const query = `${MAY}&kpis=installs,revenue,ctr&grouping=countries`;
    const rows = await lines(`/kpis/v1/${APP}.csv?${query}`);
    const { json } = await ask(sandbox, `/kpis/v1/${APP}?${query}`);
    const countries = json.result_set.countries as { country: string; kpi_values: number[] }[];
    expect(rows.slice(1)).toEqual(countries.map((node) => [node.country, ...node.kpi_values].join(',')));
  });
});
