using Npgsql;
using NpgsqlTypes;

namespace RlsChat.Bench;

/// <summary>A person who posts into a chat, one message after the other.</summary>
internal interface IWriter : IAsyncDisposable
{
    /// <summary>How many it posted until then.</summary>
    Task<int> Post(Func<bool> isOver);
}

/// <summary>On a connection of its own, by the batch that the API sends.</summary>
internal sealed class Writer(NpgsqlConnection connection, Guid person, string secret, Guid chat) : IWriter
{
    public static async Task<Writer> Open(LiveWorld world, int number)
    {
        var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(world.Server.ConnectionString("rlschat_api", world.Server.Secrets.Api))
            {
                Pooling = false,
                MaxAutoPrepare = 100,
                AutoPrepareMinUsages = 2,
                NoResetOnClose = true,
                Enlist = false,
            }.ConnectionString);
        await connection.OpenAsync();
        return new Writer(connection, LiveWorld.Id("person", number), LiveWorld.Secret(number), LiveWorld.Id("chat", number));
    }

    public async Task<int> Post(Func<bool> isOver)
    {
        var posted = 0;
        for (; !isOver(); posted++)
        {
            await using var batch = new NpgsqlBatch(connection)
            {
                BatchCommands =
                {
                    Command(
                        """
                        select set_config('role', $1, true), set_config('auth.uid', $2, true), set_config('auth.session', $3, true),
                          auth.uid()
                        """, "regular_user", person.ToString(), secret),
                    Command(
                        """
                        insert into public."Message" ("id", "chatId", "role", "parts", "attachments")
                        select coalesce($2, gen_random_uuid()), c."id", $3, $4, coalesce($5, '[]')
                        from public."Chat" c
                        where c."id" = $1
                        returning "id", "chatId", "userId", "role", "parts", "attachments", "createdAt", "version"
                        """, chat, null, "user", new Json("""[{"type":"text","text":"How is row-level security done properly?"}]"""), new Json(null)),
                },
            };
            await using var reader = await batch.ExecuteReaderAsync();
            await reader.NextResultAsync();
            if (!await reader.ReadAsync())
            {
                throw new InvalidOperationException("nothing was posted");
            }
        }

        return posted;
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();

    private static NpgsqlBatchCommand Command(string sql, params object?[] args)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var arg in args)
        {
            command.Parameters.Add(arg switch
            {
                Json json => new NpgsqlParameter { Value = (object?)json.Text ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Json },
                null => new NpgsqlParameter { Value = DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid },
                _ => new NpgsqlParameter { Value = arg },
            });
        }

        return command;
    }

    private sealed record Json(string? Text);
}
