import type { CohortPeriod } from '../world/cohorts.js';

/** Translations that do not follow from the name. */
const SPECIAL: Record<string, string> = {
  click_conversion_rate: 'Conversion',
  first_events: 'First_events',
  daus: 'Daily Active Users',
  waus: 'Weekly Active Users',
  maus: 'Monthly Active Users',
  os_name: 'OS Name',
};
/** Names that the vendor leaves as they are. */
const UNTRANSLATED =
  /^(impressions|ctr|uninstalls|limit_ad_.*|rejected_.*|(install|click|impression)_cost|cost|paid_(installs|clicks|impressions)|ecp[cmi])$/;

/** `lifetime_value` as the vendor says it to people: `Lifetime Value`. */
export function humanName(name: string): string {
  if (UNTRANSLATED.test(name)) return name;
  if (SPECIAL[name] !== undefined) return SPECIAL[name];
  const words = name
    .split('_')
    .map((word) => (word === 'per' || word === 'in' ? word : word.charAt(0).toUpperCase() + word.slice(1)));
  return words.join(' ');
}

/** Headline of the period column: `Weeks after Install`. */
export function humanPeriod(period: CohortPeriod): string {
  return `${humanName(period)}s after Install`;
}
