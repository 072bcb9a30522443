/** One link with native links, as the vendor's page "retrieve a specific SmartLink" shows it, cut to two apps. */
export const LINK_DATA = {
  id: 102746,
  guid: 's83nfmw5c',
  subdomain: 'your_brand_name',
  app_group_id: 4833,
  app_group_campaign_id: 5221,
  app_group_campaign_name: 'New Campaign Name',
  network_pricing: 'cpi',
  network_price: 0.99,
  path: 'myApp://',
  network_id: 3881,
  custom_params: [{ key: 'example_key_1', value: 'example_value_1' }],
  is_active: true,
  name: 'My SmartLink Name',
  click_url: 'https://your_brand_name.smart.link/s83nfmw5c?example_key_1=example_value_1',
  impression_url: 'https://your_brand_name.smart.link/imp/s83nfmw5c?example_key_1=example_value_1',
  app_group_name: 'My App Group Name',
  network_name: 'SmartLinks',
  account_name: 'My Account Name',
  default: {
    id: 13034035378,
    name: 'Catch-all tracker for smartlink My SmartLink Name',
    app_id: 24171,
    destination_url: 'https://www.mywebsitedestination.com/',
    app_guid: 'kosdfdsa-ios-4fkz131i',
    legacy_tracker_id: 'e0872b2dc77fc',
    campaign_id: 13033554261,
    app_name: 'My App Name',
    app_platform: 'ios',
    click_count: 3,
    install_count: 1,
  },
  routes_by_app: [
    {
      app_id: 24171,
      app_guid: 'kosasfdsa-4fkz131i',
      app_name: 'My App Name',
      app_platform: 'ios',
      events: ['_Install', 'Checkout Start'],
      routes: [
        {
          id: 13034035379,
          name: 'My iOS Tracker Name',
          destination_url: 'https://apps.apple.com/us/app/myapp/id123456789',
          legacy_tracker_id: '9c5b611c15719',
          campaign_id: 13033554261,
          click_count: 2,
          install_count: 1,
          rules: { platform_in: ['ios'] },
          native_link: 'ios',
          is_default: true,
        },
      ],
    },
    {
      app_id: 38581,
      app_guid: 'kosdfdsfds-j87qn6',
      app_name: 'My App Name',
      app_platform: 'web',
      events: ['Trial Page Visit'],
      routes: [
        {
          id: 13034035381,
          name: 'My Web Tracker Name',
          destination_url: 'https://www.mywebsitedestination.com/?ko_click_id={click_id}',
          reengagement_url: 'myApp://web',
          legacy_tracker_id: '43c96859d8945',
          campaign_id: 13033554263,
          click_count: 1,
          install_count: 0,
          rules: { platform_in: ['Web'] },
          is_default: true,
        },
      ],
    },
  ],
  created_dttm: 1587067601,
  last_updated_dttm: 1587068893,
  click_count: 3,
  install_count: 1,
  editable: true,
};

/** The same with fields and digits that nobody models. */
export const LINK_TEXT = JSON.stringify(LINK_DATA)
  .replace('"id":13034035379', '"weight":12345678901234567890,"id":9007199254740993')
  .replace('"network_price":0.99', '"network_price":0.990')
  .replace('"editable":true', '"editable":true,"__proto__":{"x":1e400},"flags":[null,{"a":[]}]');

export const enveloped = (data: unknown): string =>
  `{"status":200,"is_agency":false,"data":${typeof data === 'string' ? data : JSON.stringify(data)}}`;

export const GROUP_DATA = {
  id: 4833,
  name: 'My App Group Name',
  account_id: 5899,
  apps: [
    { app_id: 24171, name: 'My App Name - iOS', platform: 'ios', eligible_for_smartlinks: true },
    { app_id: 38581, name: 'My App Name - Web', platform: 'Web' },
    { app_id: 15, name: 'My App Name - Roku', platform: 'roku' },
  ],
  created_dttm: 1571244640,
  last_updated_dttm: 1571244640,
  is_active: true,
  eligible_for_smartlinks: true,
};
