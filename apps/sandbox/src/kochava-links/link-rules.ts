import type { KochavaApp } from '../world/kochava.js';
import type { Body } from './input.js';
import { isObject } from './input.js';
import type { Campaign, Group, Link } from './records.js';
import { LinksRefusal } from './refusal.js';
import type { LinksStore } from './store.js';

export function appInGroup(group: Group, appId: unknown): KochavaApp {
  const app = group.apps.find(({ id }) => id === appId);
  if (!app) throw new LinksRefusal(400, `App ${String(appId)} does not belong to the App Group`);
  return app;
}

/** Web destinations learn of the click; those that know already are left alone. */
export function destinationOf(platform: string, url: unknown, field: string): string {
  if (typeof url !== 'string' || !/^[a-z][a-z0-9+.-]*:\S+$/i.test(url) || /^(?:javascript|data):/i.test(url)) {
    throw new LinksRefusal(400, `${field} must be a URL`);
  }
  if (platform !== 'web' || url.includes('ko_click_id=')) return url;
  return `${url}${url.includes('?') ? '&' : '?'}ko_click_id={click_id}`;
}

export function eventsIn(value: unknown): string[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value) && value.every((event) => typeof event === 'string')) return value;
  throw new LinksRefusal(400, 'routes_by_app > events must be a list of strings');
}

export function paramsIn(value: unknown): Link['params'] {
  if (value === undefined || value === null) return [];
  const isParam = (param: unknown): param is { key: string; value: string } =>
    isObject(param) && typeof param.key === 'string' && param.key !== '' && typeof param.value === 'string';
  if (!Array.isArray(value) || !value.every(isParam))
    throw new LinksRefusal(400, 'custom_params must have keys and values');
  return value.map((param) => ({ key: param.key, value: param.value }));
}

/** The document swaps the two fields in its tables: a number is the price wherever it stands. */
export function pricingIn(body: Body, stood: { pricing: string; price: number }): { pricing: string; price: number } {
  let [pricing, price] = [body.network_pricing, body.network_price];
  if (typeof pricing === 'number' && typeof price === 'string') [pricing, price] = [price, pricing];
  const name = pricing === undefined ? stood.pricing : String(pricing ?? '').toLowerCase();
  if (!['', 'cpc', 'cpi', 'cpm', 'cpa'].includes(name))
    throw new LinksRefusal(400, 'network_pricing must be cpc, cpi, cpm or cpa');
  const amount = price === undefined ? stood.price : (price ?? 0);
  if (typeof amount !== 'number' || !(amount >= 0)) throw new LinksRefusal(400, 'network_price must be 0 or more');
  return { pricing: name, price: amount };
}

export function takenName(store: LinksStore, group: Group, name: string, except?: Link): void {
  const other = store.activeLinks(group).find((link) => link.name === name && link !== except);
  if (other) throw new LinksRefusal(409, `A SmartLink named ${name} already exists in the App Group`);
}

export function newCampaign(store: LinksStore, group: Group, name: string, now: number): Campaign {
  takenCampaign(store, group, name);
  const campaign = { id: store.nextId('campaign'), group, name, isDeleted: false, created: now, updated: now };
  store.campaigns.push(campaign);
  return campaign;
}

export function takenCampaign(store: LinksStore, group: Group, name: string, except?: Campaign): void {
  const isTaken = store.campaigns.some(
    (campaign) => campaign.group === group && campaign.name === name && !campaign.isDeleted && campaign !== except,
  );
  if (isTaken) throw new LinksRefusal(409, `An App Group Campaign named ${name} already exists`);
}

/**
 * "Only one of app_group_campaign_id or app_group_campaign_name is required." An update may hold both as they were read.
 */
export function chosenCampaign(store: LinksStore, group: Group, body: Body, now: number, stood?: Campaign): Campaign {
  const { app_group_campaign_id: id, app_group_campaign_name: name } = body;
  const [hasId, hasName] = [id !== undefined && id !== null, typeof name === 'string' && name !== ''];
  if (stood && hasId && hasName && id === stood.id && name === stood.name) return stood;
  if (hasId && hasName) {
    throw new LinksRefusal(400, 'Only one of app_group_campaign_id and app_group_campaign_name may be given');
  }
  if (hasId) {
    const campaign = store.campaigns.find((candidate) => candidate.id === id && candidate.group === group);
    if (!campaign || campaign.isDeleted)
      throw new LinksRefusal(400, 'app_group_campaign_id is unknown in this App Group');
    return campaign;
  }
  if (hasName) return newCampaign(store, group, name as string, now);
  if (stood) return stood;
  throw new LinksRefusal(400, 'One of app_group_campaign_id and app_group_campaign_name is required');
}
