// A report's file as Kochava's install details are: a header, then rows of which no two are alike. The same every time.
const COLUMNS = [
  ...['install_id', 'date', 'timestamp_utc', 'app_guid', 'platform', 'traffic_verified', 'network', 'network_name'],
  ...['campaign', 'campaign_id', 'tracker', 'tracker_guid', 'site', 'creative', 'country', 'region', 'city'],
  ...['device_id', 'device_version', 'app_version', 'revenue_usd'],
];
const NETWORKS = ['Google Ads ACI', 'Apple Search Ads', 'Meta', 'TikTok For Business', 'Unity Ads', 'AppLovin'];
const PLACES = [
  'de,Berlin,Berlin',
  'us,California,San Jose',
  'br,São Paulo,São Paulo',
  'fr,Île-de-France,Paris',
].concat(...Array.from({ length: 8 }, (_, index) => `us,Texas,Springfield ${index}`));
/** In one row of twenty, as campaigns' names are where somebody was free to choose them. */
const QUOTED = '"Spring Sale, ""Reloaded"""';

const hex = (number, digits) => (Math.imul(number, 2654435761) >>> 0).toString(16).padStart(digits, '0').slice(-digits);

function rowOf(index) {
  const at = new Date(Date.UTC(2025, 0, 1) + index * 13_000).toISOString();
  const network = index % NETWORKS.length;
  const campaign = index % 20 === 7 ? QUOTED : `${NETWORKS[network]} prospecting ${index % 90}`;
  const guid = `ko${NETWORKS[network].toLowerCase().replaceAll(' ', '-')}${hex(network + 1, 8)}`;
  return [
    ...[`KI${hex(index, 8)}${hex(index + 7, 8)}`, at.slice(0, 10), at.slice(0, 19).replace('T', ' ')],
    ...['koorbit-runner-ios-k3x9', 'ios', index % 3 ? 'true' : 'false', 100 + network, NETWORKS[network], campaign],
    ...[7000 + (index % 90), `Tracker ${index % 400}`, `${guid}${index % 400}`, `site-${hex(index % 5000, 6)}`],
    ...[`creative_${index % 60}.mp4`, PLACES[index % PLACES.length]],
    `${hex(index, 8)}-${hex(index + 1, 4)}-4${hex(index, 3)}-a${hex(index + 2, 3)}-${hex(index + 3, 8)}${hex(index, 4)}`,
    ...[
      `iPhone14;${index % 7}-iOS-17.${index % 6}`,
      `3.${index % 12}.0`,
      index % 9 ? '' : ((index % 5000) / 100).toFixed(2),
    ],
  ].join(',');
}

/** The file in bytes: about 250 for each row. */
export function reportFile(rows) {
  const pieces = [`${COLUMNS.join(',')}\n`];
  for (let index = 0; index < rows; index++) pieces.push(rowOf(index), '\n');
  return Buffer.from(pieces.join(''));
}
