export type Store = 'ios' | 'android';

/** An operating system and a device type that occur together. */
export interface DeviceProfile {
  osName: string;
  deviceType: string;
  share: number;
}

export const DEVICE_PROFILES: Record<Store, readonly DeviceProfile[]> = {
  ios: [
    { osName: 'ios', deviceType: 'phone', share: 0.79 },
    { osName: 'ios', deviceType: 'tablet', share: 0.16 },
    { osName: 'ios', deviceType: 'ipod', share: 0.03 },
    { osName: 'macos', deviceType: 'mac', share: 0.02 },
  ],
  android: [
    { osName: 'android', deviceType: 'phone', share: 0.87 },
    { osName: 'android', deviceType: 'tablet', share: 0.09 },
    { osName: 'android', deviceType: 'tv', share: 0.03 },
    { osName: 'windows', deviceType: 'pc', share: 0.01 },
  ],
};
