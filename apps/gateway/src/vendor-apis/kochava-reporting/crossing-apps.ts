/** Fields of what an audience is made of, or is sent by. */
export const OF_AUDIENCES = ['filter_set_id', 'analytics', 'activation_partner_id', 'partner_audience_id'];

/** A report that has one of these is not about its app alone, at whatever endpoint. */
export const CROSSING_APPS = ['sql_kquery', ...OF_AUDIENCES];
