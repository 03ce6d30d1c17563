/** Objects of users in a database: 0 for one that nothing has been put into. What belongs to an extension does not count. */
export const countObjects = [
  ['pg_class', 'relnamespace'],
  ['pg_proc', 'pronamespace'],
  ['pg_type', 'typnamespace'],
]
  .map(
    ([catalog, namespace]) =>
      `(SELECT count(*) FROM ${catalog} c JOIN pg_namespace n ON n.oid = c.${namespace}
        WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND NOT EXISTS (SELECT FROM pg_depend d
          WHERE d.classid = '${catalog}'::regclass AND d.objid = c.oid AND d.deptype IN ('e', 'i')))`,
  )
  .concat(
    `(SELECT count(*) FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'public'))`,
    '(SELECT count(*) FROM pg_largeobject_metadata)',
  )
  .join(' + ')
  .replace(/^/, 'SELECT ')

/** Takes everything out of a database that pg_dump puts into one, and leaves it as it is created. */
export const dropObjects = `DO $unsilo$
DECLARE one record; hasPublic boolean := to_regnamespace('public') IS NOT NULL;
BEGIN
  FOR one IN SELECT evtname FROM pg_event_trigger LOOP EXECUTE format('DROP EVENT TRIGGER %I CASCADE', one.evtname); END LOOP;
  FOR one IN SELECT pubname FROM pg_publication LOOP EXECUTE format('DROP PUBLICATION %I', one.pubname); END LOOP;
  FOR one IN SELECT extname FROM pg_extension WHERE extname <> 'plpgsql' LOOP
    EXECUTE format('DROP EXTENSION IF EXISTS %I CASCADE', one.extname);
  END LOOP;
  FOR one IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' LOOP
    EXECUTE format('DROP SCHEMA %I CASCADE', one.nspname);
  END LOOP;
  PERFORM lo_unlink(oid) FROM pg_largeobject_metadata;
  IF hasPublic THEN
    CREATE SCHEMA public;
    COMMENT ON SCHEMA public IS 'standard public schema';
    GRANT USAGE ON SCHEMA public TO PUBLIC;
    IF current_setting('server_version_num')::int >= 150000 THEN ALTER SCHEMA public OWNER TO pg_database_owner;
    ELSE GRANT CREATE ON SCHEMA public TO PUBLIC;
    END IF;
  END IF;
END $unsilo$`
