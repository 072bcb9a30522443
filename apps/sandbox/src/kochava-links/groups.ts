import type { KochavaAccount, KochavaApp } from '../world/kochava.js';
import type { LinksKey } from './access.js';
import { accountOf, appIn, demandWrite, mayWrite } from './access.js';
import { groupInList } from './documents.js';
import type { Body } from './input.js';
import { flag, pageOf, sorted, textIn } from './input.js';
import type { Group } from './records.js';
import { LinksRefusal } from './refusal.js';
import type { LinksStore } from './store.js';

function appsIn(store: LinksStore, account: KochavaAccount, raw: unknown, group?: Group): KochavaApp[] {
  if (!Array.isArray(raw) || raw.length === 0) throw new LinksRefusal(400, 'apps must be a list of App IDs');
  const apps = [...new Set(raw.map((id: unknown) => appIn(account, id)))];
  for (const app of apps) {
    const other = store.groupOf(app);
    if (other && other !== group) throw new LinksRefusal(409, `App ${app.id} is already in another App Group`);
    if (apps.some(({ platform, id }) => platform === app.platform && id !== app.id)) {
      throw new LinksRefusal(409, `The App Group already contains an App for ${app.platform}`);
    }
  }
  return apps;
}

export function createGroup(store: LinksStore, key: LinksKey, body: Body, now: number): Group {
  if (typeof body.account_id !== 'number') throw new LinksRefusal(400, 'account_id must be a number');
  const account = accountOf(key, body.account_id);
  demandWrite(key, account.id);
  const name = textIn(body, 'name');
  const apps = appsIn(store, account, body.apps);
  const group = {
    id: store.nextId('group'),
    name,
    account,
    apps,
    isActive: body.is_active !== false,
    subdomains: [],
    created: now,
    updated: now,
  };
  store.groups.push(group);
  return group;
}

/** "Apps cannot be removed from an App Group": every app that is there must be named again. */
export function updateGroup(store: LinksStore, key: LinksKey, group: Group, body: Body, now: number): Group {
  demandWrite(key, group.account.id);
  if (!group.isActive) throw new LinksRefusal(409, 'The App Group is archived');
  const name = 'name' in body ? textIn(body, 'name') : group.name;
  const apps = appsIn(store, group.account, body.apps, group);
  const missing = group.apps.find((app) => !apps.includes(app));
  if (missing) throw new LinksRefusal(400, `App ${missing.id} cannot be removed from the App Group`);
  return Object.assign(group, { name, apps, updated: now });
}

export function archiveGroup(store: LinksStore, key: LinksKey, group: Group, now: number): void {
  demandWrite(key, group.account.id);
  if (!group.isActive) throw new LinksRefusal(409, 'The App Group is already archived');
  if (store.activeLinks(group).length > 0) throw new LinksRefusal(409, 'The App Group has active SmartLinks');
  Object.assign(group, { isActive: false, updated: now });
}

export function listGroups(store: LinksStore, key: LinksKey, query: Map<string, string>) {
  const isActive = flag(query, 'is_active');
  const writable = flag(query, 'has_write_access', 'has_written_access');
  const search = query.get('search')?.toLowerCase() ?? '';
  const platforms = query.get('platform')?.toLowerCase().split(',').filter(Boolean) ?? [];
  const account = query.get('account');
  const found = store.groups.filter(
    (group) =>
      key.reads.includes(group.account) &&
      (isActive === undefined || group.isActive === isActive) &&
      (writable === undefined || mayWrite(key, group.account.id) === writable) &&
      (account === undefined || String(group.account.id) === account) &&
      (platforms.length === 0 || group.apps.some(({ platform }) => platforms.includes(platform))) &&
      [group.name, ...group.apps.map(({ name }) => name)].some((name) => name.toLowerCase().includes(search)),
  );
  const inOrder = sorted(query, found, {
    name: ({ name }) => name.toLowerCase(),
    smartlink_count: (group) => store.activeLinks(group).length,
    app_count: ({ apps }) => apps.length,
    created: ({ created }) => created,
  });
  return pageOf(query, inOrder).map((group) =>
    groupInList(group, store.activeLinks(group).length, group.isActive && mayWrite(key, group.account.id)),
  );
}
