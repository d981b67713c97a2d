using static RlsChat.Tests.Mutants.Catalogue.Installed;

namespace RlsChat.Tests.Mutants.Catalogue;

/// <summary>Grants that reach further: to the whole table, to another role, to everybody, by default.</summary>
internal static class Grants
{
    private static readonly string[] Verbs = ["select", "insert", "update", "delete"];

    private sealed record Grant(string Table, string Grantee, string Verb, string[]? Columns);

    private sealed record Default(string Creator);

    private sealed record Usage(string Schema, string Role, bool CanUse, bool CanCreate);

    public static IEnumerable<Mutant> Of(Installed database)
    {
        var grants = database.Rows<Grant>(
            """
            select c.relname as "Table", pg_get_userbyid(g.grantee)::text as "Grantee", lower(g.privilege_type) as "Verb",
              array_agg(g.attname::text order by g.attname collate "C") filter (where g.attname is not null) as "Columns"
            from pg_class c cross join lateral (
              select grantee, privilege_type, null as attname from aclexplode(c.relacl)
              union all
              select x.grantee, x.privilege_type, a.attname
              from pg_attribute a cross join aclexplode(a.attacl) x where a.attrelid = c.oid) g
            where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'v') and g.grantee <> c.relowner and g.grantee <> 0
            group by 1, 2, 3 order by c.relname collate "C", 2, 3
            """).ToList();
        var tables = grants.Select(g => g.Table).Distinct().ToList();
        return [.. grants.SelectMany(g => Wider(g, grants)), .. Ungranted(tables, grants), .. Defaults(database), .. Schemas(database)];
    }

    private static IEnumerable<Mutant> Wider(Grant grant, List<Grant> all)
    {
        if (grant.Columns is not null && !(grant.Verb == "select" && grant.Grantee == "rlschat_backup"))
        {
            yield return Made("table-wide grant", grant.Table, grant.Verb, null, grant.Grantee);
        }

        if (grant.Grantee == "regular_user" && !all.Any(g => g.Table == grant.Table && g.Verb == grant.Verb && g.Grantee == "anonymous"))
        {
            yield return Made("grant to another role", grant.Table, grant.Verb, grant.Columns, "anonymous");
        }
    }

    // What nobody, or only a function's owner, may do to a table.
    private static IEnumerable<Mutant> Ungranted(List<string> tables, List<Grant> grants) =>
        from table in tables
        from verb in Verbs
        from role in (string[])["regular_user", "identity_definer", "sign_in_definer"]
        // It owns that view.
        where (table, role) != ("Colleague", "identity_definer")
            && !grants.Any(g => g.Table == table && g.Verb == verb && g.Grantee == role)
        select Made("grant to another role", table, verb, null, role);

    private static IEnumerable<Mutant> Defaults(Installed database) =>
        from d in database.Rows<Default>(
            """
            select distinct defaclrole::regrole::text as "Creator" from pg_default_acl
            where defaclobjtype = 'f' and defaclnamespace = 0 order by 1
            """)
        let sql = $"alter default privileges for role {d.Creator} grant execute on functions to public"
        select new Mutant($"default privileges of {d.Creator}: execute to public", "default privileges", "pg_default_acl", sql, sql);

    private static IEnumerable<Mutant> Schemas(Installed database)
    {
        foreach (var usage in database.Rows<Usage>(
            """
            select n.nspname as "Schema", r.rolname as "Role",
              has_schema_privilege(r.oid, n.oid, 'usage') as "CanUse", has_schema_privilege(r.oid, n.oid, 'create') as "CanCreate"
            from pg_namespace n, pg_roles r
            where n.nspname in ('public', 'auth', 'app_private', 'monitor', 'extensions')
              and r.rolname in ('anonymous', 'regular_user', 'monitor', 'identity_definer', 'sign_in_definer', 'rlschat_api', 'rlschat_auth', 'rlschat_live')
            order by 1, 2
            """))
        {
            foreach (var verb in new[] { usage.CanUse ? null : "usage", usage.CanCreate ? null : "create" }.OfType<string>())
            {
                var sql = $"grant {verb} on schema {usage.Schema} to {usage.Role}";
                yield return new Mutant($"schema {usage.Schema}: {verb} to {usage.Role}", "schema grant", usage.Schema, sql, sql);
            }
        }
    }

    private static Mutant Made(string kind, string table, string verb, string[]? columns, string role)
    {
        var list = columns is null ? "" : $" ({string.Join(", ", columns.Select(Quoted))})";
        var sql = $"grant {verb}{list} on public.{Quoted(table)} to {role}";
        return new Mutant($"grant {table}: {verb}{(columns is null ? "" : " of the same columns")} to {role}", kind, table, sql, sql);
    }
}
