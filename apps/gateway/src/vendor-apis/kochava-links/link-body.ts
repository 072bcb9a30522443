import { badInput } from '#libs/domain';
import { fieldsIn, idOf, idsNamed, isFields, type JsonFields, valueOf } from '../json-fields.js';

/** What stands around a link in an answer. */
const ENVELOPE = new Set(['status', 'is_agency', 'data']);

/** A link as it is written: alone, or as the answer to a GET that holds it (FACTS §5.37). */
export class LinkBody {
  private constructor(
    /** As it is sent on; undefined for an empty body. */
    readonly sent: JsonFields | undefined,
    /** The link itself. */
    readonly fields: JsonFields,
  ) {}

  /** BAD_USER_INPUT where fields of a link stand both in `data` and beside it. */
  static read(body: string): LinkBody {
    const sent = fieldsIn(body);
    if (!sent) return new LinkBody(undefined, {});
    const data = valueOf(sent, 'data');
    if (data === undefined) return new LinkBody(sent, sent);
    const beside = Object.keys(sent).filter((name) => !ENVELOPE.has(name.trim().toLowerCase()));
    if (!isFields(data) || beside.length > 0) {
      throw badInput([{ pointer: '/data', detail: 'must be the link, with nothing of it beside data' }]);
    }
    return new LinkBody(sent, data);
  }

  /** Every app that it names, the catch-all's too. */
  apps(): string[] {
    return [...new Set(idsNamed(this.fields, 'app_id'))];
  }

  /** BAD_USER_INPUT where it names two. */
  oneGroup(): string | undefined {
    const [group, ...others] = new Set(idsNamed(this.fields, 'app_group_id'));
    if (others.length > 0) throw badInput([{ pointer: '/app_group_id', detail: 'names two groups: name one' }]);
    return group;
  }

  /** `name`: a new one, unless it is the one that stands. */
  campaign(): { id: string | undefined; name: unknown } {
    const name = valueOf(this.fields, 'app_group_campaign_name') ?? undefined;
    return { id: idOf(this.fields, 'app_group_campaign_id'), name: name === '' ? undefined : name };
  }

  /** BAD_USER_INPUT for the id of a tracker of another link's, which a server might change in its place. */
  mustHoldNoTrackerBut(known: readonly string[]): void {
    const { default: catchAll, routes } = {
      default: valueOf(this.fields, 'default'),
      routes: valueOf(this.fields, 'routes_by_app'),
    };
    const strange = [...idsNamed(catchAll, 'id'), ...idsNamed(routes, 'id')].find((id) => !known.includes(id));
    if (strange !== undefined) {
      throw badInput([
        { pointer: '/routes_by_app', detail: `names tracker ${strange}, which is not one of this link` },
      ]);
    }
  }
}
