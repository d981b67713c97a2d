using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace RlsChat.Database;

// The contents of a database, read in one transaction.
internal static class Inventory
{
    // Tables and sequences, except those of the server and of extensions.
    private const string Ours = """
        n.nspname !~ '^pg_' and n.nspname <> 'information_schema' and not exists (
          select from pg_catalog.pg_depend d
          where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
        """;

    /// <summary>
    /// Tables of which rlschat_backup would see only a part, with the reason: pg_dump would succeed
    /// and the dump would lack rows.
    /// </summary>
    public static Task<List<string>> Hidden(NpgsqlConnection connection) =>
        connection.Query(
            row => row.GetString(0),
            $"""
            select format('%I.%I %s', n.nspname, c.relname, w.why)
            from pg_catalog.pg_class c
            join pg_catalog.pg_namespace n on n.oid = c.relnamespace
            cross join lateral (
              select count(*) filter (where p.polpermissive and 'rlschat_backup'::regrole = any (p.polroles)
                  and pg_catalog.pg_get_expr(p.polqual, p.polrelid) = 'true') > 0 as opens,
                count(*) filter (where not p.polpermissive
                  and p.polroles && array[0::oid, 'rlschat_backup'::regrole]) > 0 as narrows
              from pg_catalog.pg_policy p
              where p.polrelid = c.oid and p.polcmd in ('r', '*')) as p
            cross join lateral (values
              (not has_schema_privilege('rlschat_backup', n.oid, 'usage')
                or not case c.relkind when 'S' then has_sequence_privilege('rlschat_backup', c.oid, 'select')
                  else has_table_privilege('rlschat_backup', c.oid, 'select') end, 'is not readable by it'),
              (c.relrowsecurity and not p.opens, 'has no policy that shows it every row'),
              (c.relrowsecurity and p.narrows, 'has a restrictive policy that applies to it')) as w (holds, why)
            where c.relkind in ('r', 'p', 'S') and w.holds and {Ours}
            order by 1
            """);

    /// <summary>The number of rows of each table that the current role sees.</summary>
    public static async Task<SortedDictionary<string, long>> Rows(NpgsqlConnection connection)
    {
        var rows = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var table in await Relations(connection, 'r'))
        {
            rows[table] = await connection.Scalar<long>($"select count(*) from {table}");
        }

        return rows;
    }

    /// <summary>The next number of each sequence, for the current role.</summary>
    public static async Task<SortedDictionary<string, long>> Sequences(NpgsqlConnection connection)
    {
        var sequences = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var sequence in await Relations(connection, 'S'))
        {
            sequences[sequence] = await connection.Scalar<long>(
                $"select last_value + case when is_called then 1 else 0 end from {sequence}");
        }

        return sequences;
    }

    /// <summary>The definitions that access depends on, each as the SHA-256 of its normal form; for rlschat_owner.</summary>
    public static async Task<SortedDictionary<string, string>> Definitions(NpgsqlConnection connection)
    {
        var rows = await connection.Query(
            row => (Name: $"{row.GetString(0)} {row.GetString(1)}", Definition: row.Text(2) ?? ""),
            "select kind, name, definition from app_private.definitions()");
        return new SortedDictionary<string, string>(
            rows.ToDictionary(row => row.Name, row => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Reprint.Normal(row.Definition))))),
            StringComparer.Ordinal);
    }

    /// <summary>The grants of rlschat_owner on schema public, as statements.</summary>
    public static Task<List<string>> PublicGrants(NpgsqlConnection connection) =>
        connection.Query(
            row => row.GetString(0),
            """
            select format('grant %s on schema public to %s%s', lower(a.privilege_type),
              case a.grantee when 0 then 'public' else a.grantee::regrole::text end,
              case when a.is_grantable then ' with grant option' end)
            from pg_catalog.pg_namespace n, pg_catalog.aclexplode(n.nspacl) a
            where n.nspname = 'public' and a.grantor = 'rlschat_owner'::regrole
            order by 1
            """);

    /// <summary>
    /// Everything in a database that a new one does not have. A restoration needs an empty
    /// database.
    /// </summary>
    public static Task<List<string>> Anything(NpgsqlConnection connection) =>
        connection.Query(
            row => row.GetString(0),
            """
            select format('schema %I', nspname) from pg_catalog.pg_namespace
            where nspname !~ '^pg_' and nspname not in ('information_schema', 'public')
            union all
            select format('%I.%I', n.nspname, c.relname)
            from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
            where n.nspname = 'public'
            union all
            select p.oid::regprocedure::text from pg_catalog.pg_proc p
            where p.pronamespace = 'public'::regnamespace
            union all
            select format('type %s', t.oid::regtype) from pg_catalog.pg_type t
            where t.typnamespace = 'public'::regnamespace and t.typrelid = 0
            order by 1
            """);

    private static Task<List<string>> Relations(NpgsqlConnection connection, char kind) =>
        connection.Query(
            row => row.GetString(0),
            $"""
            select format('%I.%I', n.nspname, c.relname)
            from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
            where c.relkind = '{kind}' and {Ours}
            order by 1
            """);
}
