using Npgsql;
using RlsChat.Tests.Api.Fixtures;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Api.Live;

/// <summary>The rows that a person may see, as the policies decide, without a function of delivery.</summary>
/// <param name="Chats">The chats that they see.</param>
/// <param name="Theirs">Those of them that are their own or their organization's.</param>
/// <param name="Organization">Where they are a member.</param>
internal sealed record VisibleRows(HashSet<Guid> Chats, HashSet<Guid> Theirs, Guid? Organization);

/// <summary>A row of the outbox.</summary>
internal sealed record OutboxRow(long Id, string Kind, Guid Row, Guid? Chat, Guid? Organization, string? Visibility)
{
    public bool IsDeletion => Kind.EndsWith(".deleted", StringComparison.Ordinal) || Kind == "member.left";
}

/// <summary>One connection on which people act one after the other, and on which is asked what is so.</summary>
internal sealed class ActingConnection(NpgsqlConnection connection) : IAsyncDisposable
{
    public static async Task<ActingConnection> Of(TestDatabase database)
    {
        var connection = new NpgsqlConnection(database.OwnerConnectionString);
        await connection.OpenAsync();
        return new(connection);
    }

    /// <summary>One statement as that person; nulls when the policies, or the rules, do not let them.</summary>
    public async Task<object?> Do(Person person, string sql, params object[] args)
    {
        try
        {
            var rows = await As(person, sql, reader => reader.IsDBNull(0) ? null : reader.GetValue(0), args);
            return rows.Count > 0 ? rows[0] : null;
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.InsufficientPrivilege
            or PostgresErrorCodes.UniqueViolation || e.SqlState.StartsWith("RC", StringComparison.Ordinal))
        {
            return null;
        }
    }

    public async Task<VisibleRows> VisibleRows(Person person)
    {
        var rows = await As(person,
            """
            select c."id", coalesce(c."organizationId" = o, c."organizationId" is null and c."userId" = auth.uid()), o
            from (select auth.organization_id()) m (o) left join public."Chat" c on true
            """,
            reader => (Chat: Id(reader, 0), Theirs: !reader.IsDBNull(1) && reader.GetBoolean(1), Organization: Id(reader, 2)));
        return new(
            [.. rows.Where(row => row.Chat is not null).Select(row => row.Chat!.Value)],
            [.. rows.Where(row => row is { Chat: not null, Theirs: true }).Select(row => row.Chat!.Value)],
            rows[0].Organization);
    }

    /// <summary>The rows of the outbox after that number.</summary>
    public async Task<List<OutboxRow>> Since(long last)
    {
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new("set local role rlschat_backup"),
                new("""select "id", "kind", "rowId", "chatId", "organizationId", "visibility" from public."Event" where "id" > $1 order by "id" """)
                {
                    Parameters = { new() { Value = last } },
                },
            },
        };
        return await All(batch, reader => new OutboxRow(reader.GetInt64(0), reader.GetString(1), reader.GetGuid(2), Id(reader, 3), Id(reader, 4),
            reader.IsDBNull(5) ? null : reader.GetString(5)));
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();

    private async Task<List<T>> As<T>(Person person, string sql, Func<NpgsqlDataReader, T> read, params object[] args)
    {
        var statement = new NpgsqlBatchCommand(sql);
        foreach (var arg in args)
        {
            statement.Parameters.Add(new() { Value = arg });
        }

        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new("select set_config('role', $1, true), set_config('auth.uid', $2, true)")
                {
                    Parameters =
                    {
                        new() { Value = person.AccessToken.Length == 0 ? "anonymous" : "regular_user" },
                        new() { Value = person.AccessToken.Length == 0 ? "" : person.Id.ToString() },
                    },
                },
                statement,
            },
        };
        return await All(batch, read);
    }

    private static async Task<List<T>> All<T>(NpgsqlBatch batch, Func<NpgsqlDataReader, T> read)
    {
        var rows = new List<T>();
        await using var reader = await batch.ExecuteReaderAsync();
        // The last statement is the one that asks.
        if (batch.BatchCommands[0].CommandText.StartsWith("select", StringComparison.Ordinal))
        {
            await reader.NextResultAsync();
        }

        while (await reader.ReadAsync())
        {
            rows.Add(read(reader));
        }

        while (await reader.NextResultAsync()) { }
        return rows;
    }

    private static Guid? Id(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetGuid(column);
}
