import type { Provider } from '@nestjs/common';
import { PostbacksDoor } from './postbacks.door.js';
import { WhosePostback } from './whose-postback.js';
import { WrittenPostbacks } from './written-postbacks.js';

/** What stands behind the door of the Postbacks API. */
export const KOCHAVA_POSTBACKS_DOOR: Provider[] = [WhosePostback, WrittenPostbacks, PostbacksDoor];
