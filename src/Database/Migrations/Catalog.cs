using Npgsql;

namespace RlsChat.Database;

// Whether a thing exists, asked of the catalogue itself: to_regclass raises "permission denied" for a
// schema that the login may not use.
internal static class Catalog
{
    public static Task<bool> TableExists(NpgsqlConnection connection, string schema, string name) =>
        connection.Scalar<bool>(
            """
            select exists (
              select from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
              where n.nspname = $1 and c.relname = $2)
            """,
            schema, name);

    public static Task<bool> FunctionExists(NpgsqlConnection connection, string schema, string name) =>
        connection.Scalar<bool>(
            """
            select exists (
              select from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
              where n.nspname = $1 and p.proname = $2)
            """,
            schema, name);

    public static Task<bool> RoleExists(NpgsqlConnection connection, string name) =>
        connection.Scalar<bool>("select exists (select from pg_catalog.pg_roles where rolname = $1)", name);
}
