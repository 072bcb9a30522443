import type { CallSignal, UpstreamHttp, VendorCredential } from '#libs/upstream-http';
import { type JsonObject, UpstreamError } from '#libs/upstream-http';
import { ask, type CallSettings, type Question, type Told } from './ask.js';
import { checkIds, createBody, updateBody } from './request.js';
import type {
  KochavaPostback,
  KochavaPostbackAnswer,
  KochavaPostbackChanges,
  KochavaPostbackList,
  KochavaPostbackTemplates,
  KochavaPostbackUpdated,
  KochavaRemarks,
  NewKochavaPostback,
} from './types.js';
import { Unreadable, readData, readPostback, readTemplate } from './wire.js';

export interface KochavaPostbacksClientOptions {
  /** `https://api.kochava.com`, or where a stand-in listens. */
  baseUrl: string;
  /** Calls under way at once for one key. Default: no bound. */
  maxConcurrent?: number;
  /** Most pages of one list; a longer one is UpstreamError `too-large`. Default 200, of 50 entries at Kochava. */
  maxPages?: number;
}

export interface KochavaPostbacksCallOptions {
  /** Aborted when nobody waits for the answer any more. */
  signal?: CallSignal;
  /** Milliseconds for the whole method: retries and further pages included. */
  deadlineMs?: number;
}

/**
 * Kochava's Postbacks API (Premium Publisher API), https://api.kochava.com. Reads are safe to repeat; writes are sent
 * once, because an answer that was lost does not tell what was done. Throws InvalidPostbacksRequest before anything is
 * sent, UpstreamError afterwards: `conflict` where Kochava calls it a duplicate, by whatever status.
 */
export class KochavaPostbacksClient {
  readonly #http: UpstreamHttp;
  readonly #options: KochavaPostbacksClientOptions;

  constructor(http: UpstreamHttp, options: KochavaPostbacksClientOptions) {
    this.#http = http;
    this.#options = options;
  }

  /** "Get Template": GET /apps/{appId}/postbacks/templates. Safe to repeat. */
  async templates(
    credential: VendorCredential,
    appId: string,
    options: KochavaPostbacksCallOptions = {},
  ): Promise<KochavaPostbackTemplates> {
    checkIds({ appId });
    const path = `/apps/${appId}/postbacks/templates`;
    const { items, remarks } = await this.#pages('templates', credential, path, options, readTemplate);
    return { templates: items, ...remarks };
  }

  /** "Get Pending Setup": GET /apps/{appId}/postbacks/incomplete. Safe to repeat. */
  async incomplete(
    credential: VendorCredential,
    appId: string,
    options: KochavaPostbacksCallOptions = {},
  ): Promise<KochavaPostbackTemplates> {
    checkIds({ appId });
    const path = `/apps/${appId}/postbacks/incomplete`;
    const { items, remarks } = await this.#pages('incomplete', credential, path, options, readTemplate);
    return { templates: items, ...remarks };
  }

  /** "List Triggers": GET /apps/{appId}/postbacks, every page. Safe to repeat. */
  async list(
    credential: VendorCredential,
    appId: string,
    options: KochavaPostbacksCallOptions = {},
  ): Promise<KochavaPostbackList> {
    checkIds({ appId });
    const read = (trigger: JsonObject) => ofApp(readPostback(trigger), appId);
    const { items, remarks } = await this.#pages('list', credential, `/apps/${appId}/postbacks`, options, read);
    return { postbacks: items, ...remarks };
  }

  /** "Get Trigger": GET /apps/{appId}/postbacks/{id}. UpstreamError `not-found` where the app has none. Safe to repeat. */
  async get(
    credential: VendorCredential,
    appId: string,
    postbackId: string,
    options: KochavaPostbacksCallOptions = {},
  ): Promise<KochavaPostbackAnswer> {
    checkIds({ appId, postbackId });
    const path = `/apps/${appId}/postbacks/${postbackId}`;
    const told = await this.#ask({ operation: 'get', method: 'GET', path }, credential, options);
    const postback = told.read((data) => {
      const [trigger] = readData(data);
      return trigger && same(ofApp(readPostback(trigger), appId), postbackId);
    });
    if (!postback) throw told.error('not-found', 'Kochava knows no such postback in this app.');
    return { postback, ...told.remarks };
  }

  /**
   * "Create the Trigger": POST /postbacks. NOT safe to repeat: where the answer is lost (`sent`), read the list. Check
   * the context with `contextProblems` first; this checks what holds for every template.
   */
  async create(
    credential: VendorCredential,
    request: NewKochavaPostback,
    options: KochavaPostbacksCallOptions = {},
  ): Promise<KochavaPostbackAnswer> {
    const question: Question = { operation: 'create', method: 'POST', path: '/postbacks', body: createBody(request) };
    const told = await this.#ask(question, credential, options);
    const postback = told.read((data) => {
      const [trigger] = readData(data);
      if (!trigger) throw new Unreadable('it does not hold what was created');
      return ofApp(readPostback(trigger), request.appId);
    });
    return { postback, ...told.remarks };
  }

  /**
   * "Update a Trigger": PATCH /postbacks/{id}. Names no app: make sure first, with `get`, whose postback it is. Sent
   * once. The document shows no body of the answer: `postback` is there when Kochava sends it.
   */
  async update(
    credential: VendorCredential,
    postbackId: string,
    changes: KochavaPostbackChanges,
    options: KochavaPostbacksCallOptions = {},
  ): Promise<KochavaPostbackUpdated> {
    checkIds({ postbackId });
    const body = updateBody(changes);
    const question: Question = { operation: 'update', method: 'PATCH', path: `/postbacks/${postbackId}`, body };
    const told = await this.#ask(question, credential, options);
    const postback = told.read((data) => {
      const [trigger] = data === undefined ? [] : readData(data);
      return trigger && same(readPostback(trigger), postbackId);
    });
    return { ...(postback && { postback }), ...told.remarks };
  }

  /**
   * "Deleting Triggers": DELETE /postbacks/{id}, whose answer has no body in the document. Names no app: make sure first,
   * with `get`, whose postback it is. Sent once: a second deletion would answer 404 about the first one's success.
   */
  async delete(
    credential: VendorCredential,
    postbackId: string,
    options: KochavaPostbacksCallOptions = {},
  ): Promise<KochavaRemarks> {
    checkIds({ postbackId });
    const question: Question = { operation: 'delete', method: 'DELETE', path: `/postbacks/${postbackId}` };
    return (await this.#ask(question, credential, options)).remarks;
  }

  /**
   * Does Kochava accept this key? Only 401 means no: an app that the key may not see still shows an accepted key. Without
   * an answer that tells, throws UpstreamError.
   *
   * @param appId an app to ask about; every call of this API names one
   */
  async verify(
    credential: VendorCredential,
    appId = '1',
    options: KochavaPostbacksCallOptions = {},
  ): Promise<{ valid: boolean; message: string }> {
    checkIds({ appId });
    try {
      await this.#ask({ operation: 'verify', method: 'GET', path: `/apps/${appId}/postbacks` }, credential, options);
      return { valid: true, message: 'Kochava accepts the Authentication Key.' };
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      if (error.failure === 'credential') return { valid: false, message: error.message };
      if (error.kind !== 'refusal' || error.failure === 'rate-limited' || error.failure === 'unavailable') throw error;
      return { valid: true, message: `Kochava accepts the Authentication Key, and says: ${error.message}` };
    }
  }

  /** A list by its `nextToken`s, to the end; an entry that moved between two pages is there once. */
  async #pages<T extends { id: string }>(
    operation: string,
    credential: VendorCredential,
    path: string,
    options: KochavaPostbacksCallOptions,
    read: (entry: JsonObject) => T,
  ): Promise<{ items: T[]; remarks: KochavaRemarks }> {
    const { maxPages = 200 } = this.#options;
    const endsAt = options.deadlineMs === undefined ? undefined : performance.now() + options.deadlineMs;
    const items = new Map<string, T>();
    const remarks: KochavaRemarks = { messages: [], warnings: [] };
    const tokens = new Set<string>();
    let told: Told | undefined;
    do {
      const query = told?.nextToken === undefined ? undefined : ([['pageToken', told.nextToken]] as const);
      const deadlineMs = endsAt === undefined ? undefined : Math.max(1, endsAt - performance.now());
      told = await this.#ask({ operation, method: 'GET', path, query }, credential, { ...options, deadlineMs });
      for (const item of told.read((data) => readData(data).map(read))) {
        if (!items.has(item.id)) items.set(item.id, item);
      }
      remarks.messages.push(...told.remarks.messages);
      remarks.warnings.push(...told.remarks.warnings);
      if (told.nextToken !== undefined) {
        if (tokens.has(told.nextToken)) throw told.error('malformed', "The pages of Kochava's list lead in a circle.");
        tokens.add(told.nextToken);
        if (tokens.size >= maxPages) throw told.error('too-large', `Kochava's list has over ${maxPages} pages.`);
      }
    } while (told.nextToken !== undefined);
    return { items: [...items.values()], remarks };
  }

  #ask(question: Question, credential: VendorCredential, options: KochavaPostbacksCallOptions): Promise<Told> {
    const { baseUrl, maxConcurrent } = this.#options;
    const settings: CallSettings = { baseUrl, maxConcurrent, signal: options.signal, deadlineMs: options.deadlineMs };
    return ask(this.#http, question, credential, settings);
  }
}

function ofApp(postback: KochavaPostback, appId: string): KochavaPostback {
  if (postback.appId !== appId) throw new Unreadable('it holds a postback of another app');
  return postback;
}

function same(postback: KochavaPostback, postbackId: string): KochavaPostback {
  if (postback.id !== postbackId) throw new Unreadable('it holds another postback than was asked for');
  return postback;
}
