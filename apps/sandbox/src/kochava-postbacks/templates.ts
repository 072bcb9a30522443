/** One field of a template, as the document shows it: required is true, false or `"true"`, and sometimes left out. */
export interface TemplateField {
  label: { name: string; description: string };
  input: {
    id: string;
    type: 'text' | 'select';
    required?: boolean | 'true';
    default_value?: string | number;
    options?: readonly { value: string | number; label: string }[];
  };
}

export interface Template {
  id: number;
  network_id: number;
  /** Empty: for every platform. */
  platform: string;
  name: string;
  context_meta: readonly TemplateField[];
}

const text = (id: string, name: string, description: string, required: boolean | 'true' = false): TemplateField => ({
  label: { name, description },
  input: { id, type: 'text', required, default_value: '' },
});

const fingerprint = (network: string): TemplateField => ({
  label: { name: 'Fingerprint Lookback', description: 'The lookback window for fingerprint reconciliation.' },
  input: {
    id: `cpi_${network}_fingerprint_lookback_window`,
    type: 'select',
    required: 'true',
    default_value: '7',
    options: [1, 2, 3, 5, 7, 14, 30].map((value) => ({ value, label: value === 1 ? '1 day' : `${value} days` })),
  },
});

const deviceId = (network: string): TemplateField => ({
  label: { name: 'Device ID Lookback', description: 'The lookback window for device reconciliation.' },
  input: {
    id: `cpi_${network}_device_id_lookback_window`,
    type: 'select',
    required: false,
    default_value: '30',
    options: ['1', '7', '14', '30', '60', '90'].map((value) => ({ value, label: `${value} days` })),
  },
});

// The document leaves `required` out of these two.
const DELAY: TemplateField = {
  label: { name: 'Delivery Delay', description: 'Automatically delay postback delivery for this time duration' },
  input: {
    id: 'deferred_for',
    type: 'select',
    default_value: 0,
    options: [
      { value: 0, label: 'Realtime Delivery' },
      { value: 30_000, label: '30 Second Delay' },
      { value: 300_000, label: '5 Minute Delay' },
      { value: 3_600_000, label: '1 Hour Delay' },
    ],
  },
};
const RETRIES: TemplateField = {
  label: { name: 'Retry Attempts', description: 'Max times to attempt redelivery in event of posting failure' },
  input: {
    id: 'max_delivery_attempts',
    type: 'select',
    default_value: 3,
    options: [
      { value: 0, label: 'Do Not Retry' },
      { value: 1, label: '1 Attempt' },
      { value: 3, label: '3 Attempts' },
      { value: 5, label: '5 Attempts' },
    ],
  },
};

const destination = (id: string): TemplateField =>
  text(id, 'Destination URL', 'Kochava sends a GET request to this URL.', true);

const template = (
  id: number,
  networkId: number,
  name: string,
  platform: string,
  ...fields: TemplateField[]
): Template => ({
  id,
  network_id: networkId,
  platform,
  name,
  context_meta: [...fields, DELAY, RETRIES],
});

/** Kochava has thousands; these are enough to look real, one for each way in which the document's samples differ. */
export const TEMPLATES: readonly Template[] = [
  template(3373, 3881, 'Custom Postback', '', destination('cpi_mostback_url')),
  template(2209, 3, 'mmDSP', '', text('cpi_jumptap_app_id', 'App ID', 'Provided by mmDSP'), fingerprint('jumptap')),
  template(2602, 412, 'OpenX Performance', '', fingerprint('openxperformance'), deviceId('openxperformance')),
  template(
    2710,
    254,
    'Google Ads ACI',
    'android',
    text('cpi_google_link_id', 'Link ID', 'From your Google Ads account.', 'true'),
    deviceId('google'),
  ),
  template(
    2711,
    254,
    'Google Ads ACI',
    'ios',
    text('cpi_google_link_id', 'Link ID', 'From your Google Ads account.', 'true'),
    deviceId('google'),
  ),
  template(
    2805,
    34,
    'Facebook Installs',
    '',
    text('cpi_facebook_app_id', 'Facebook App ID', 'From your Facebook developer account.', true),
  ),
  template(
    2806,
    34,
    'Instagram Installs',
    '',
    text('cpi_facebook_app_id', 'Facebook App ID', 'From your Facebook developer account.', true),
  ),
  template(2933, 257, 'Apple Search Ads', 'ios', text('cpi_asa_org_id', 'Organization ID', 'From Apple Search Ads.')),
  template(
    3011,
    190,
    'Unity Ads',
    '',
    text('cpi_unity_game_id', 'Game ID', 'From the Unity dashboard.', true),
    fingerprint('unity'),
  ),
  template(
    3127,
    1207,
    'Smith, Jones & Co',
    '',
    destination('cpi_smithjones_mostback_url'),
    text('cpi_smithjones_advertiser', 'Advertiser', 'Provided by Smith, Jones & Co'),
  ),
  template(
    3240,
    771,
    'Vungle',
    '',
    text('cpi_vungle_app_id', 'Application ID', 'Provided by Vungle', 'true'),
    fingerprint('vungle'),
  ),
  template(3391, 902, 'Company Data Lake', '', destination('cpi_datalake_mostback_url')),
];

/** Templates of networks that run for the two large apps, and whose set-up nobody has finished. */
export const PENDING_TEMPLATES: readonly number[] = [3011, 3240];
