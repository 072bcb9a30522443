import { idOf, isObject, type JsonObject, plain, textOf } from '#libs/upstream-http';
import { flagOf } from './values.js';
import type {
  KochavaPostback,
  KochavaPostbackContext,
  KochavaPostbackField,
  KochavaPostbackTemplate,
} from './types.js';

/** An answer that is not what the Postbacks API says. Its message is a clause about the answer, and names no value of it. */
export class Unreadable extends Error {}

/** `data` is a list in every answer of the document; a single object is taken for a list of one. */
export function readData(data: unknown): JsonObject[] {
  const list = Array.isArray(data) ? data : isObject(data) && 'id' in data ? [data] : undefined;
  if (!list) throw new Unreadable('its data is not a list');
  if (!list.every(isObject)) throw new Unreadable('its data holds something that is no object');
  return list;
}

function id(value: unknown, what: string): string {
  const read = idOf(value);
  if (read === undefined) throw new Unreadable(`${what} is not a whole number`);
  return read;
}

/** PHP writes an empty object as `[]`. */
function readContext(value: unknown): KochavaPostbackContext {
  if (value === undefined || value === null || (Array.isArray(value) && value.length === 0)) return {};
  if (!isObject(value)) throw new Unreadable('the context of a postback is no object');
  return plain(value) as KochavaPostbackContext;
}

/** Sections "Get Trigger", "List Triggers": one trigger. Throws Unreadable. */
export function readPostback(trigger: JsonObject): KochavaPostback {
  const type = textOf(trigger.type);
  if (!type) throw new Unreadable('a postback has no type');
  const filter = textOf(trigger.filter_str);
  const created = Number(textOf(trigger.date_created) ?? 0);
  return {
    id: id(trigger.id, 'the id of a postback'),
    appId: id(trigger.app_id, 'the app_id of a postback'),
    type: type.toLowerCase(),
    title: textOf(trigger.title) ?? '',
    templateId: id(trigger.template_id, 'the template_id of a postback'),
    ...(filter && { filter }),
    active: flagOf(trigger.active),
    context: readContext(trigger.context),
    ...(created > 0 && created < 8.64e12 && { createdAt: new Date(created * 1000) }),
  };
}

function readField(meta: unknown): KochavaPostbackField {
  const input = isObject(meta) ? meta.input : undefined;
  if (!isObject(meta) || !isObject(input)) throw new Unreadable('a field of a template has no input');
  const fieldId = textOf(input.id);
  if (!fieldId) throw new Unreadable('a field of a template has no id');
  const label = isObject(meta.label) ? meta.label : {};
  const description = textOf(label.description);
  return {
    id: fieldId,
    name: textOf(label.name) ?? fieldId,
    ...(description && { description }),
    type: textOf(input.type) ?? 'text',
    required: flagOf(input.required),
    ...(input.default_value !== undefined && { defaultValue: plain(input.default_value) }),
    options: (Array.isArray(input.options) ? input.options : []).map((option) => {
      const { value, label: shown } = isObject(option) ? option : { value: option, label: undefined };
      return { value: plain(value), label: textOf(shown) ?? textOf(value) ?? '' };
    }),
  };
}

/** Section "Get Template": one template. Throws Unreadable. */
export function readTemplate(template: JsonObject): KochavaPostbackTemplate {
  const meta = template.context_meta ?? [];
  // PHP writes a list with gaps as an object.
  const fields = Array.isArray(meta) ? meta : isObject(meta) ? Object.values(meta) : undefined;
  if (!fields) throw new Unreadable('the context_meta of a template is no list');
  const networkId = idOf(template.network_id);
  const platform = textOf(template.platform)?.toLowerCase();
  return {
    id: id(template.id, 'the id of a template'),
    ...(networkId && { networkId }),
    name: textOf(template.name) ?? '',
    ...(platform && { platform }),
    fields: fields.map(readField),
  };
}
