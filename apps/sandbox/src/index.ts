export type { Sandbox, SandboxOptions } from './sandbox.js';
export { startSandbox } from './sandbox.js';
export type { LoggedRequest } from './request-log.js';
export type { Misbehaviour, MisbehaviourRule } from './misbehave/rules.js';
export { CONTROL_PATH } from './control.js';
export type { AppSpec, EventSpec } from './world/apps.js';
export { FOREIGN_APPS, ORBIT_RUNNER_ANDROID, ORBIT_RUNNER_IOS, SMALL_APPS } from './world/apps.js';
export { COUNTRIES, REGIONS } from './world/places.js';
export { DEMO_USER, FOREIGN_USER, LIMITED_USER } from './adjust/access.js';
export type { Tracker } from './world/trackers.js';
export type { App, World } from './world/world.js';
export { growWorld } from './world/world.js';
export type { KochavaAccount, KochavaApp } from './world/kochava.js';
export {
  KOCHAVA_DEMO_ACCOUNT,
  KOCHAVA_FOREIGN_ACCOUNT,
  KOCHAVA_ORBIT_RUNNER_ANDROID,
  KOCHAVA_ORBIT_RUNNER_IOS,
  KOCHAVA_ORBIT_RUNNER_WEB,
} from './world/kochava.js';
export { DEMO_POSTBACKS_KEY, FOREIGN_POSTBACKS_KEY } from './kochava-postbacks/access.js';
export { DEMO_REPORTING_KEY, FOREIGN_REPORTING_KEY, SECOND_REPORTING_KEY } from './kochava-reporting/access.js';
export type { ReportingSettings } from './kochava-reporting/stand-in.js';
export { AGENCY_LINKS_KEY, DEMO_LINKS_KEY, FOREIGN_LINKS_KEY } from './kochava-links/access.js';
