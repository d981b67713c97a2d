using Dapper;
using Npgsql;

namespace RlsChat.Api.Data;

/// <summary>Checks that row-level security is enabled and forced on every table of people, and that each has a policy.</summary>
internal static class Tables
{
    private sealed record Protection(string Name, bool Enabled, bool Forced, bool HasPolicies);

    public static async Task<List<string>> Findings(NpgsqlConnection connection, CancellationToken stop)
    {
        var tables = await connection.QueryAsync<Protection>(new CommandDefinition(
            """
            select format('public.%I', c.relname) as "name", c.relrowsecurity as "enabled", c.relforcerowsecurity as "forced",
              exists (select from pg_policy p where p.polrelid = c.oid) as "hasPolicies"
            from pg_class c
            where c.relnamespace = to_regnamespace('public') and c.relkind in ('r', 'p')
            order by 1
            """, cancellationToken: stop));
        return
        [
            .. tables.Where(table => !table.Enabled).Select(table => $"{table.Name}: row-level security is not enabled"),
            .. tables.Where(table => !table.Forced).Select(table => $"{table.Name}: row-level security is not forced"),
            .. tables.Where(table => !table.HasPolicies).Select(table => $"{table.Name}: it has no policy"),
        ];
    }
}
