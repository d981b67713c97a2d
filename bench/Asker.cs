using Npgsql;
using NpgsqlTypes;

namespace RlsChat.Bench;

/// <summary>One connection that asks as the API does: identity and statement in one pipelined, prepared batch.</summary>
internal sealed class Asker(NpgsqlConnection connection, Form form) : IAsyncDisposable
{
    public Form Form => form;

    public NpgsqlConnection Connection => connection;

    public static async Task<Asker> Open(string connectionString, Form form)
    {
        var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        return new Asker(connection, form);
    }

    /// <summary>The rows, each as text; null when the database gave up.</summary>
    public async Task<List<string>?> Ask(Question question, Subject subject)
    {
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands = { Identity(subject), Statement(question, subject) },
        };
        try
        {
            await using var reader = await batch.ExecuteReaderAsync();
            await reader.NextResultAsync();
            var rows = new List<string>();
            var values = new object[reader.FieldCount];
            while (await reader.ReadAsync())
            {
                reader.GetValues(values);
                rows.Add(string.Join('|', values));
            }

            return rows;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.QueryCanceled)
        {
            return null;
        }
    }

    public NpgsqlBatchCommand Identity(Subject subject)
    {
        var command = new NpgsqlBatchCommand($"""
            select set_config('role', $1, true), set_config('auth.uid', $2, true),
              set_config('auth.session', $3, true)
              {(form.Verified ? ", auth.uid()" : "")} {(form.Hinted ? ", set_config('bench.chat', $4, true)" : "")}
            """);
        List<string> settings =
            [subject.Person is null ? form.Stranger : form.Person, $"{subject.Person}", subject.Secret ?? ""];
        if (form.Hinted)
        {
            settings.Add($"{subject.Chat}");
        }

        foreach (var setting in settings)
        {
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = setting });
        }

        return command;
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();

    private NpgsqlBatchCommand Statement(Question question, Subject subject)
    {
        var command = new NpgsqlBatchCommand(form.ByHand ? question.ByHand : question.Sql);
        foreach (var argument in question.Arguments(subject, form.ByHand))
        {
            command.Parameters.Add(new NpgsqlParameter<Guid?> { TypedValue = argument, NpgsqlDbType = NpgsqlDbType.Uuid });
        }

        return command;
    }
}
