-- The two roles of Healing Curve, for the database this is run in. Run it as a superuser; safe to run again.
--
-- healing_curve_owner  owns every table; only `manage.py migrate` and a restore sign in with it
-- healing_curve_app    reads and writes rows; web, worker, beat and deliver sign in with it
--
-- The application's own role can neither switch off the triggers that keep history nor empty a table: it owns nothing.
-- Passwords are set apart from this file: ALTER ROLE ... PASSWORD '...'.

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'healing_curve_owner') THEN
        CREATE ROLE healing_curve_owner LOGIN;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'healing_curve_app') THEN
        CREATE ROLE healing_curve_app LOGIN;
    END IF;
    EXECUTE format('ALTER DATABASE %I OWNER TO healing_curve_owner', current_database());
END
$$;

-- What an installation with a single role left behind: each of its tables, sequences, views and functions.
DO $$
DECLARE
    one record;
BEGIN
    FOR one IN
        SELECT format('ALTER TABLE %s OWNER TO healing_curve_owner', oid::regclass) AS statement
        FROM pg_class
        WHERE relnamespace = 'public'::regnamespace
          AND relkind IN ('r', 'p', 'v', 'm')
          AND relowner <> 'healing_curve_owner'::regrole
          AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e')
        UNION ALL
        SELECT format('ALTER SEQUENCE %s OWNER TO healing_curve_owner', oid::regclass)
        FROM pg_class
        WHERE relnamespace = 'public'::regnamespace
          AND relkind = 'S'
          AND relowner <> 'healing_curve_owner'::regrole
          -- A sequence that belongs to a column goes along with its table.
          AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype IN ('a', 'i', 'e'))
        UNION ALL
        SELECT format('ALTER FUNCTION %s OWNER TO healing_curve_owner', oid::regprocedure)
        FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace
          AND proowner <> 'healing_curve_owner'::regrole
          AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
    LOOP
        EXECUTE one.statement;
    END LOOP;
END
$$;

GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO healing_curve_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO healing_curve_app;
-- The same for every table that a later version adds.
ALTER DEFAULT PRIVILEGES FOR ROLE healing_curve_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO healing_curve_app;
ALTER DEFAULT PRIVILEGES FOR ROLE healing_curve_owner IN SCHEMA public
    GRANT USAGE, SELECT ON SEQUENCES TO healing_curve_app;
