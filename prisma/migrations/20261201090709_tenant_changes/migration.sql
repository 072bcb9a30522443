-- CreateTable
CREATE TABLE "tenant_changes" (
    "id" BIGSERIAL NOT NULL,
    "tenant_id" UUID,
    "changed_by" BIGINT NOT NULL DEFAULT (pg_current_xact_id())::text::bigint,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "tenant_changes_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "tenant_changes_changed_by_idx" ON "tenant_changes"("changed_by");

-- CreateIndex
CREATE INDEX "tenant_changes_at_idx" ON "tenant_changes"("at");

-- Whose rows have changed, for replicas that keep them in memory. Only what may change an answer counts: a key's last use
-- does not, and a new key was kept by nobody. Who lost a row is told as well as who has it now. NULL is every tenant.
-- Prisma's engine cuts this file at every semicolon: inside a function, \x3b is one.
CREATE FUNCTION note_tenant_changes() RETURNS trigger LANGUAGE plpgsql AS E'
BEGIN
  IF TG_OP = \'TRUNCATE\' THEN
    INSERT INTO tenant_changes (tenant_id) VALUES (NULL)\x3b
  ELSIF TG_TABLE_NAME = \'tenants\' THEN
    INSERT INTO tenant_changes (tenant_id) SELECT DISTINCT id FROM changed\x3b
  ELSIF TG_OP = \'UPDATE\' THEN
    INSERT INTO tenant_changes (tenant_id) SELECT tenant_id FROM was UNION SELECT tenant_id FROM changed\x3b
  ELSE
    INSERT INTO tenant_changes (tenant_id) SELECT DISTINCT tenant_id FROM changed\x3b
  END IF\x3b
  RETURN NULL\x3b
END';

CREATE FUNCTION note_key_change() RETURNS trigger LANGUAGE plpgsql AS E'
BEGIN
  INSERT INTO tenant_changes (tenant_id) SELECT OLD.tenant_id UNION SELECT NEW.tenant_id\x3b
  RETURN NULL\x3b
END';

CREATE TRIGGER tenants_updated AFTER UPDATE ON tenants REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION note_tenant_changes();
CREATE TRIGGER tenants_deleted AFTER DELETE ON tenants REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION note_tenant_changes();
CREATE TRIGGER tenants_truncated AFTER TRUNCATE ON tenants
  FOR EACH STATEMENT EXECUTE FUNCTION note_tenant_changes();

CREATE TRIGGER api_keys_updated AFTER UPDATE OF tenant_id, name, hash, scopes, every_app, app_ids, expires_at,
    requests_per_minute, revoked_at, replaced_by_id ON api_keys
  FOR EACH ROW EXECUTE FUNCTION note_key_change();
CREATE TRIGGER api_keys_deleted AFTER DELETE ON api_keys REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION note_tenant_changes();
CREATE TRIGGER api_keys_truncated AFTER TRUNCATE ON api_keys
  FOR EACH STATEMENT EXECUTE FUNCTION note_tenant_changes();

CREATE TRIGGER apps_inserted AFTER INSERT ON apps REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION note_tenant_changes();
CREATE TRIGGER apps_updated AFTER UPDATE ON apps REFERENCING OLD TABLE AS was NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION note_tenant_changes();
CREATE TRIGGER apps_deleted AFTER DELETE ON apps REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION note_tenant_changes();
CREATE TRIGGER apps_truncated AFTER TRUNCATE ON apps
  FOR EACH STATEMENT EXECUTE FUNCTION note_tenant_changes();

CREATE TRIGGER credentials_inserted AFTER INSERT ON credentials REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION note_tenant_changes();
CREATE TRIGGER credentials_updated AFTER UPDATE ON credentials REFERENCING OLD TABLE AS was NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION note_tenant_changes();
CREATE TRIGGER credentials_deleted AFTER DELETE ON credentials REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION note_tenant_changes();
CREATE TRIGGER credentials_truncated AFTER TRUNCATE ON credentials
  FOR EACH STATEMENT EXECUTE FUNCTION note_tenant_changes();

CREATE TRIGGER network_aliases_inserted AFTER INSERT ON network_aliases REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION note_tenant_changes();
CREATE TRIGGER network_aliases_updated AFTER UPDATE ON network_aliases REFERENCING OLD TABLE AS was NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION note_tenant_changes();
CREATE TRIGGER network_aliases_deleted AFTER DELETE ON network_aliases REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION note_tenant_changes();
CREATE TRIGGER network_aliases_truncated AFTER TRUNCATE ON network_aliases
  FOR EACH STATEMENT EXECUTE FUNCTION note_tenant_changes();

CREATE TRIGGER tenant_changes_truncated AFTER TRUNCATE ON tenant_changes
  FOR EACH STATEMENT EXECUTE FUNCTION note_tenant_changes();
