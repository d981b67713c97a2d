using Dapper;
using Npgsql;

namespace RlsChat.Api.Data;

/// <summary>
/// The canary is a person who cannot sign in and whose rows, all under one id, nobody else may see. If an anonymous
/// caller sees one of them, the policies do not work.
/// </summary>
internal static class Canary
{
    /// <summary>The id of the canary, and of its chat and everything in it.</summary>
    public static readonly Guid Id = new(RlsChat.Database.Explaining.Caller.Canary);

    public static async Task<List<string>> Findings(NpgsqlConnection connection, CancellationToken stop) =>
        await IsThere(connection, stop) switch
        {
            true =>
            [
                .. await Seen(connection, "anonymous", "", "anonymous", stop),
                .. await Seen(connection, "regular_user", "", "regular_user without an identity", stop),
                .. await Seen(connection, "regular_user", Id.ToString(), "someone who claims to be the canary, without its session", stop),
            ],
            false => ["the canary's rows are missing, so that nobody sees them proves nothing: run make db-apply-functions"],
            // Without the view the database was never migrated, which is another finding.
            null => [],
        };

    private static async Task<bool?> IsThere(NpgsqlConnection connection, CancellationToken stop)
    {
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new NpgsqlBatchCommand("select set_config('role', 'monitor', true)"),
                new NpgsqlBatchCommand("select present from monitor.canary"),
            },
        };
        try
        {
            await using var reader = await batch.ExecuteReaderAsync(stop);
            await reader.NextResultAsync(stop);
            return await reader.ReadAsync(stop) && reader.GetBoolean(0);
        }
        catch (PostgresException e) when (e.SqlState
            is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName
            or PostgresErrorCodes.InsufficientPrivilege or PostgresErrorCodes.InvalidParameterValue)
        {
            return null;
        }
    }

    private static async Task<List<string>> Seen(
        NpgsqlConnection connection, string role, string claim, string who, CancellationToken stop)
    {
        // Only readable uuid columns that begin an index, so that it stays fast.
        var questions = (await connection.QueryAsync<string>(new CommandDefinition(
            """
            select format('select %L where exists (select from public.%I where %I = $1)', format('public.%I', c.relname), c.relname, a.attname)
            from pg_class c
            join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.atttypid = 'uuid'::regtype
            where c.relnamespace = to_regnamespace('public') and c.relkind in ('r', 'p', 'v')
              and has_column_privilege(@role, c.oid, a.attnum, 'select')
              and (c.relkind = 'v' or exists (select from pg_index i where i.indrelid = c.oid and i.indkey[0] = a.attnum))
            """.Replace("@role", $"'{role}'", StringComparison.Ordinal), cancellationToken: stop))).ToList();
        if (questions.Count == 0)
        {
            return [];
        }

        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new NpgsqlBatchCommand("select set_config('role', $1, true), set_config('auth.uid', $2, true), set_config('auth.session', '', true)")
                {
                    Parameters = { new() { Value = role }, new() { Value = claim } },
                },
                new NpgsqlBatchCommand(string.Join("\nunion ", questions)) { Parameters = { new() { Value = Id } } },
            },
        };
        var findings = new List<string>();
        try
        {
            await using var reader = await batch.ExecuteReaderAsync(stop);
            await reader.NextResultAsync(stop);
            while (await reader.ReadAsync(stop))
            {
                findings.Add($"{reader.GetString(0)}: {who} sees the canary's row");
            }
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            findings.Add($"the login cannot ask as {role}: {e.MessageText}");
        }

        return findings;
    }
}
