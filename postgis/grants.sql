-- What the role named by the setting app.role may do: read everything, write
-- rows, change nothing that is append-only, and no DDL.
DO $$
DECLARE
    app text := current_setting('app.role');
    relation text;
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA gridpatrol TO %I', app);
    EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA gridpatrol TO %I', app);
    FOR relation IN
        SELECT tablename FROM pg_tables WHERE schemaname = 'gridpatrol' AND tablename <> 'goose_db_version'
    LOOP
        EXECUTE format('GRANT INSERT ON gridpatrol.%I TO %I', relation, app);
        IF relation IN ('revisions', 'areas', 'area_codes', 'area_lineage', 'plan_steps', 'imports', 'import_areas',
                        'duty_versions', 'decisions', 'report_events', 'audit', 'audit_seals', 'erasures', 'secrets') THEN
            EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON gridpatrol.%I FROM %I', relation, app);
        ELSE
            EXECUTE format('GRANT UPDATE, DELETE ON gridpatrol.%I TO %I', relation, app);
        END IF;
    END LOOP;
    -- Months of fixes come and go by these alone.
    EXECUTE format('GRANT EXECUTE ON FUNCTION gridpatrol.make_track_partition(timestamptz), gridpatrol.drop_track_partitions(timestamptz) TO %I', app);
END $$;
