import { LinksDoor } from './links.door.js';
import { ReadLinks } from './read-links.js';
import { WrittenGroups } from './written-groups.js';
import { WrittenLinks } from './written-links.js';

/** What the door of Kochava's Links API is made of. */
export const KOCHAVA_LINKS_DOOR = [ReadLinks, WrittenGroups, WrittenLinks, LinksDoor];
