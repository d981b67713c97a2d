using System.Text;
using System.Text.RegularExpressions;
using Npgsql;
using RlsChat.Database;

namespace RlsChat.Tests.Rls.Installing;

/// <summary>The part of db/README.md that a migrated database prints: its roles, tables, views, functions and error codes.</summary>
internal sealed partial class DatabaseIndex(NpgsqlConnection connection)
{
    private const string Marker = "<!-- From here on `make docs-database` writes this page. -->\n";

    private static readonly string[] OfOneTable = ["policies", "triggers"];

    // In db/README.md, relative to it.
    private static readonly Dictionary<(string Kind, string Schema, string Name, string Table), string> Files = MigrationPlan.Ordered(Script.Embedded)
        .SelectMany(script => Declarations.Of([script]).Select(d => (d.Kind, d.Schema, d.Name, d.Kind == "routine" ? "" : d.Detail, File: script.Name[3..])))
        .GroupBy(of => (of.Kind, of.Schema, of.Name, of.Item4)).ToDictionary(of => of.Key, of => of.Last().File);

    private static readonly List<(string Schema, string Name, string File)> Tables = [.. MigrationPlan.Ordered(Script.Embedded)
        .SelectMany(script => CreateTable().Matches(script.Sql).Select(m => (m.Groups["schema"].Value, m.Groups["name"].Value, script.Name[3..])))];

    /// <summary>The page with what the database says now.</summary>
    public async Task<string> Fill(string page)
    {
        var end = page.IndexOf(Marker, StringComparison.Ordinal) + Marker.Length;
        Assert.True(end >= Marker.Length, $"db/README.md has no line {Marker}");
        return page[..end] + await Roles() + await OfTables() + await Views() + await Functions() + await Errors();
    }

    private async Task<string> Roles() => Section("Roles", "role | member of | purpose", await Lines(
        """
        select format('[`%1$s`](roles/%1$s.sql)%2$s | %3$s | %4$s', r.rolname, case when r.rolcanlogin then ', a login' end,
          (select string_agg(format('`%s`', m.roleid::regrole), ', ' order by m.roleid::regrole::text collate "C")
            from pg_auth_members m where m.member = r.oid and m.roleid::regrole::text = any($1)),
          shobj_description(r.oid, 'pg_authid'))
        from pg_roles r where r.rolname = any($1) order by r.rolname collate "C"
        """,
        (object)Script.Embedded.Where(script => script.Folder == "roles").Select(script => Path.GetFileNameWithoutExtension(script.Name)).ToArray()));

    private async Task<string> OfTables()
    {
        var page = new StringBuilder(Section("Tables", "table | what it holds", await Lines(
            """
            select format('[`%s.%s`](#%s) | %s', n.nspname, c.relname, lower(n.nspname || c.relname), obj_description(c.oid, 'pg_class'))
            from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where n.nspname in ('public', 'app_private') and c.relkind in ('r', 'p')
            order by n.nspname = 'app_private', c.relname collate "C"
            """)));
        page.Append((await Lines(OfEveryTable)).Single());
        foreach (var (schema, name, file) in Tables)
        {
            var table = $"{schema}.\"{name}\"";
            var other = OfOneTable.Select(folder => $"{folder}/{name}.sql").Where(path => Script.Embedded.Any(script => script.Name == $"db/{path}")).Prepend(file);
            page.Append($"\n### {schema}.{name}\n\n{(await Lines("select obj_description($1::regclass)", table)).Single()}\n\n")
                .Append($"{string.Join(" · ", other.Select(path => $"[{path}]({path})"))}\n\n```\n")
                .AppendJoin("", (await Lines(OfTable, table)).Select(line => line.TrimEnd() + "\n")).Append("```\n");
        }

        return page.ToString();
    }

    private async Task<string> Views() => Section("Views", "view | runs as | who may read it | what it shows", (await Lines(
        """
        select format('%s.%s|%s | %s | %s', n.nspname, c.relname,
          case when c.reloptions::text ~ 'security_invoker=(true|on)' then 'caller' else format('`%s`', c.relowner::regrole) end,
          (select string_agg(distinct format('`%s`', g.grantee::regrole), ', ' order by format('`%s`', g.grantee::regrole))
            from (
              select c.relacl as acl
              union all select a.attacl from pg_attribute a where a.attrelid = c.oid) l
            cross join aclexplode(l.acl) g
            where g.privilege_type = 'SELECT' and g.grantee not in (c.relowner, 'rlschat_owner'::regrole, 'rlschat_backup'::regrole)),
          obj_description(c.oid))
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname in ('public', 'auth', 'app_private', 'monitor') and c.relkind = 'v'
        order by n.nspname, c.relname collate "C"
        """)).Select(line => line.Split('|', 2)).Select(parts => $"[`{parts[0]}`]({File("view", parts[0])}) | {parts[1]}"));

    private async Task<string> Functions()
    {
        var page = new StringBuilder("\n## Functions\n");
        var functions = (await Lines(OfFunctions)).Select(line => line.Split('|', 5)).ToLookup(parts => Path.GetDirectoryName(File("routine", parts[0]))!);
        foreach (var folder in functions.OrderBy(folder => folder.Key, StringComparer.Ordinal))
        {
            page.Append(Section($"# {folder.Key}", "function | runs as | who may call it | what it does", folder
                .Select(parts => $"[`{parts[0]}`]({File("routine", parts[0])})`{parts[1]}` | {parts[2]} | {parts[3]} | {parts[4]}")));
        }

        return page.ToString();
    }

    private async Task<string> Errors() => Section("Error codes", "code | message | functions that raise it", await Lines(
        """
        select format('`%s` | %s | %s', code, message, string_agg(distinct format('`%s.%s`', n.nspname, p.proname), ', '))
        from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        cross join regexp_matches(p.prosrc, $re$raise exception '([^']*)'\s+using errcode = '(RC\d+)'$re$, 'g') m
        cross join lateral (values (m[2], m[1])) as e (code, message)
        where n.nspname in ('public', 'auth', 'app_private', 'monitor')
        group by code, message order by code collate "C", message collate "C"
        """));

    private static string File(string kind, string name) => Files[(kind, name.Split('.')[0], name.Split('.')[1], "")];

    private static string Section(string title, string columns, IEnumerable<string> lines) =>
        $"\n##{(title[0] == '#' ? title : $" {title}")}\n\n{columns}\n{Regex.Replace(columns, "[^|]+", " --- ").Trim()}\n"
        + string.Concat(lines.Select(line => $"{line.TrimEnd()}\n"));

    private async Task<List<string>> Lines(string sql, params object[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in parameters)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        var lines = new List<string>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            lines.Add(reader.GetString(0));
        }

        return lines;
    }

    // What OfTable leaves out.
    private const string OfEveryTable = """
        select format(E'\n`rlschat_backup` may read every row of each table (policy `select_backup`), and `builtin_definer` reads and makes the '
          'canary row (`function_select_canary`,\n`function_insert_canary`) of %s. These are left out below, and so are the casts that PostgreSQL adds.\n',
          string_agg(format('`%s`', c.relname), ', ' order by c.relname collate "C"))
        from pg_policy p join pg_class c on c.oid = p.polrelid where p.polname = 'function_select_canary'
        """;

    // Columns, constraints, indexes, grants, policies and triggers; what the name of the table and of a type says twice is left out.
    private const string OfTable = """
        with t as (select $1::regclass as oid), line as (
          select 1 as part, a.attnum::text as place, a.attname::text as name, concat_ws(' ',
            replace(replace(format_type(a.atttypid, a.atttypmod), 'character varying', 'varchar'), ' without time zone', ''),
            case when a.attnotnull then 'not null' end,
            'default ' || pg_get_expr(d.adbin, d.adrelid),
            case when a.attstattarget = 0 then 'statistics 0' end,
            case a.attidentity when 'a' then 'generated always as identity' when 'd' then 'generated by default as identity' end,
            '-- ' || col_description(a.attrelid, a.attnum)) as text
          from t join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
          left join pg_attrdef d on d.adrelid = t.oid and d.adnum = a.attnum
          union all
          select 2, translate(c.contype::text, 'pufxc', '12345') || c.conname, c.conname, regexp_replace(pg_get_constraintdef(c.oid), '\s+', ' ', 'g')
          from t join pg_constraint c on c.conrelid = t.oid and c.contype in ('p', 'u', 'f', 'x', 'c')
          union all
          select 3, i.indexrelid::regclass::text, c.relname,
            regexp_replace(pg_get_indexdef(i.indexrelid), 'CREATE (UNIQUE )?INDEX .* ON \S+ USING btree', '\1INDEX')
          from t join pg_index i on i.indrelid = t.oid join pg_class c on c.oid = i.indexrelid
          where not exists (select from pg_constraint k where k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x'))
          union all
          select 4, g.grantee, g.grantee, string_agg(g.what, ', ' order by g.what collate "C")
          from (
            select x.grantee::regrole::text as grantee, lower(x.privilege_type) as what
            from t join pg_class c using (oid) cross join aclexplode(c.relacl) x
            union all
            select x.grantee::regrole::text, format('%s (%s)', lower(x.privilege_type), string_agg(a.attname, ', ' order by a.attnum))
            from t join pg_attribute a on a.attrelid = t.oid cross join aclexplode(a.attacl) x
            group by x.grantee, x.privilege_type) g
          where g.grantee not in ('rlschat_owner', 'rlschat_backup') and not (g.grantee = 'builtin_definer' and exists (
            select from t join pg_policy p on p.polrelid = t.oid and p.polname = 'function_select_canary'))
          group by g.grantee
          union all
          select 5, translate(p.polcmd::text, 'rawd*', '12345') || p.polname, p.polname,
            concat_ws(' ', case p.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end,
              case when not p.polpermissive then '(restrictive)' end, 'to',
              (select string_agg(case r when 0 then 'public' else r::regrole::text end, ', ' order by r::regrole::text collate "C") from unnest(p.polroles) r))
              || coalesce(': ' || obj_description(p.oid, 'pg_policy'), '')
          from t join pg_policy p on p.polrelid = t.oid
          where p.polname not in ('select_backup', 'function_select_canary', 'function_insert_canary')
          union all
          select 6, g.tgname, g.tgname, regexp_replace(pg_get_triggerdef(g.oid),
            'CREATE (?:CONSTRAINT )?TRIGGER \S+ (.*?) ON .* FOR EACH (ROW|STATEMENT) .*EXECUTE FUNCTION (.*)$', '\1, each \2: \3')
          from t join pg_trigger g on g.tgrelid = t.oid and not g.tgisinternal
        )
        select case when row_number() over (partition by part order by place collate "C") = 1 and part > 1
            then format(E'\n%s\n', (array['', 'constraints', 'indexes', 'grants', 'policies', 'triggers'])[part]) else '' end
          || format('  %s  %s', rpad(name, max(length(name)) over ()), case when part > 3 then text
            else regexp_replace(text, '::(text|character varying|json|jsonb|timestamp without time zone)(\[\])?', '', 'g') end)
        from line order by part, case when part = 1 then lpad(place, 4, '0') else place end collate "C"
        """;

    private const string OfFunctions = """
        select format('%s.%s|(%s)%s|%s|%s|%s', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid),
          ' → ' || nullif(pg_get_function_result(p.oid), 'trigger'), case when p.prosecdef then format('`%s`', p.proowner::regrole) else 'caller' end,
          (select string_agg(case g.grantee when 0 then 'public' else format('`%s`', g.grantee::regrole) end, ', '
              order by g.grantee::regrole::text collate "C")
            from aclexplode(p.proacl) g where g.privilege_type = 'EXECUTE' and g.grantee <> p.proowner),
          obj_description(p.oid, 'pg_proc'))
        from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        where n.nspname in ('public', 'auth', 'app_private', 'monitor')
        order by p.proname collate "C", n.nspname
        """;

    [GeneratedRegex("""^create table (?<schema>\w+)\."?(?<name>\w+)"? \(""", RegexOptions.Multiline)]
    private static partial Regex CreateTable();
}
