import type { KochavaApp } from '../world/kochava.js';
import { hashText } from '../world/dice.js';
import type { LinksKey } from './access.js';
import { mayRead } from './access.js';
import type { Campaign, Group, Link, Tracker } from './records.js';
import { notFound } from './refusal.js';
import { seed } from './seeds.js';

/** Groups, campaigns and links of every account, for as long as the stand-in runs. */
export class LinksStore {
  groups: Group[] = [];
  campaigns: Campaign[] = [];
  links: Link[] = [];
  private readonly last = { group: 0, campaign: 0, link: 0, tracker: 0 };

  constructor() {
    this.reset();
  }

  /** Back to the demo's. */
  reset(): void {
    [this.groups, this.campaigns, this.links] = [[], [], []];
    Object.assign(this.last, { group: 4832, campaign: 5180, link: 102_700, tracker: 13_034_035_000 });
    seed(this);
  }

  nextId(of: 'group' | 'campaign' | 'link'): number {
    return ++this.last[of];
  }

  newTracker(): Tracker {
    const id = ++this.last.tracker;
    const legacyId = [0, 1]
      .map((part) => hashText(`${id}/${part}`).toString(16).padStart(8, '0'))
      .join('')
      .slice(0, 13);
    return { id, legacyId, clicks: 0, installs: 0 };
  }

  /** A group that the key may read; any other does not exist for it. */
  group(key: LinksKey, id: unknown): Group {
    const group = this.groups.find((candidate) => candidate.id === id);
    if (!group || !mayRead(key, group.account.id)) throw notFound('App Group');
    return group;
  }

  link(key: LinksKey, id: unknown): Link {
    const link = this.links.find((candidate) => candidate.id === id);
    if (!link || !mayRead(key, link.group.account.id)) throw notFound('SmartLink');
    return link;
  }

  campaign(group: Group, id: unknown): Campaign {
    const campaign = this.campaigns.find((candidate) => candidate.id === id && candidate.group === group);
    if (!campaign) throw notFound('App Group Campaign');
    return campaign;
  }

  activeLinks(group: Group): Link[] {
    return this.links.filter((link) => link.group === group && link.isActive);
  }

  /** The group that an app is in; an archived one holds nothing any more. */
  groupOf(app: KochavaApp): Group | undefined {
    return this.groups.find((group) => group.isActive && group.apps.includes(app));
  }
}
