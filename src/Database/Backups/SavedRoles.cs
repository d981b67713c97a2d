using Npgsql;

namespace RlsChat.Database;

// Roles belong to the server, so no dump of a database holds them. Those of this system come from
// db/roles; the others that the database names, or that can become one of ours, from the backup.
internal static class SavedRoles
{
    /// <summary>The roles to save, in an order in which they can be made.</summary>
    public static Task<List<SavedRole>> Read(NpgsqlConnection connection) =>
        connection.Query(
            row => new SavedRole(
                row.GetString(0), row.GetString(1), row.Text(2),
                [.. row.GetFieldValue<string[]>(3)], [.. row.GetFieldValue<string[]>(4)]),
            """
            with recursive named (oid) as (
              select d.refobjid from pg_catalog.pg_shdepend d
              where d.refclassid = 'pg_catalog.pg_authid'::regclass
                and (d.dbid = (select oid from pg_catalog.pg_database where datname = current_database())
                  or d.classid = 'pg_catalog.pg_database'::regclass
                    and d.objid = (select oid from pg_catalog.pg_database where datname = current_database()))
              union
              select (split_part(name, ' ', 1))::regrole
              from app_private.definitions() where kind = 'role'
              union
              select m.member from pg_catalog.pg_auth_members m join named on named.oid = m.roleid
            )
            select r.rolname::text, concat_ws(' ',
                case when r.rolcanlogin then 'login' else 'nologin' end,
                case when r.rolinherit then 'inherit' else 'noinherit' end,
                case when r.rolcreaterole then 'createrole' else 'nocreaterole' end,
                case when r.rolcreatedb then 'createdb' else 'nocreatedb' end,
                'connection limit ' || r.rolconnlimit,
                'valid until ' || quote_literal(r.rolvaliduntil::text)),
              pg_catalog.shobj_description(r.oid, 'pg_authid'),
              coalesce((select s.setconfig from pg_catalog.pg_db_role_setting s
                where s.setrole = r.oid and s.setdatabase = 0), '{}'),
              coalesce((select array_agg(distinct m.roleid::regrole::text) from pg_catalog.pg_auth_members m
                where m.member = r.oid and m.roleid in (select oid from named)), '{}')
            from pg_catalog.pg_roles r
            where r.oid in (select oid from named) and not r.rolsuper and r.rolname !~ '^pg_'
              -- Whoever installs there is somebody else.
              and r.rolname <> session_user
              and r.oid <> (select datdba from pg_catalog.pg_database where datname = current_database())
            order by r.rolname
            """);

    /// <summary>Makes what is not there. A login has no password until somebody gives it one.</summary>
    /// <returns>The logins that were made.</returns>
    public static async Task<List<string>> Make(NpgsqlConnection connection, IReadOnlyList<SavedRole> roles)
    {
        var made = new List<SavedRole>();
        foreach (var role in roles)
        {
            if (!await Catalog.RoleExists(connection, role.Name))
            {
                await connection.Execute($"create role {Statements.Name(role.Name)} {role.Attributes}");
                made.Add(role);
            }
        }

        foreach (var role in made)
        {
            if (role.Comment is { } comment)
            {
                await connection.Execute($"comment on role {Statements.Name(role.Name)} is {Statements.Literal(comment)}");
            }

            foreach (var setting in role.Settings.Select(setting => setting.Split('=', 2)))
            {
                // A list of names is kept as it was written, quotes and all.
                var value = setting[0] is "search_path" or "temp_tablespaces" ? setting[1] : Statements.Literal(setting[1]);
                await connection.Execute($"alter role {Statements.Name(role.Name)} set {Statements.Name(setting[0])} to {value}");
            }

            foreach (var group in role.MemberOf)
            {
                await connection.Execute($"grant {group} to {Statements.Name(role.Name)}");
            }
        }

        return [.. made.Where(role => role.Attributes.StartsWith("login", StringComparison.Ordinal)).Select(role => role.Name)];
    }
}
