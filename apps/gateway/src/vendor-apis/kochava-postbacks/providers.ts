import { PostbacksDoor } from './postbacks.door.js';
import { WhosePostback } from './whose-postback.js';
import { WrittenPostbacks } from './written-postbacks.js';

/** What the door of Kochava's Postbacks API is made of. */
export const KOCHAVA_POSTBACKS_DOOR = [WhosePostback, WrittenPostbacks, PostbacksDoor];
