using Npgsql;
using RlsChat.Api.Auth;

namespace RlsChat.Api.Data;

/// <summary>
/// The only door to people's data: runs one statement as whoever is asking. The identity and the
/// statement travel in one batch, which is one round trip and one transaction; everything that is
/// set is set for that transaction alone. What the person may see, PostgreSQL decides.
/// </summary>
internal sealed class UserDb
{
    private readonly DataSources _sources;
    private readonly Operations _operations;
    private readonly Caller _caller;
    private readonly string _operation;
    private readonly bool _reads;
    private readonly CancellationToken _stop;

    internal UserDb(
        DataSources sources, Operations operations, Caller caller, string operation, bool reads, CancellationToken stop) =>
        (_sources, _operations, _caller, _operation, _reads, _stop) =
            (sources, operations, caller, operation, reads, stop);

    /// <summary>Binds a handler's parameter: the caller of this request; a GET may only read.</summary>
    public static ValueTask<UserDb> BindAsync(HttpContext context) => new(new UserDb(
        context.RequestServices.GetRequiredService<DataSources>(),
        context.RequestServices.GetRequiredService<Operations>(),
        Caller.From(context.User),
        context.OperationName(),
        HttpMethods.IsGet(context.Request.Method),
        context.RequestAborted));

    /// <summary>The same, as someone who has just signed in.</summary>
    public UserDb As(Caller caller) => new(_sources, _operations, caller, _operation, _reads, _stop);

    /// <summary>Whether nobody in particular is asking.</summary>
    public bool IsAnonymous => _caller.Uid is null;

    /// <summary>All rows.</summary>
    public Task<List<T>> Query<T>(string sql, params ReadOnlySpan<Arg> args) =>
        Run(sql, args, async (reader, _) =>
        {
            var (rows, parse) = (new List<T>(), reader.Parser<T>());
            while (await reader.ReadAsync(_stop))
            {
                rows.Add(parse(reader)!);
            }

            return rows;
        });

    /// <summary>
    /// The children of one row, by an outer join: null when that row is hidden or absent; a row
    /// whose first column is null stands for a parent without children.
    /// </summary>
    public Task<List<T>?> QueryChildren<T>(string sql, params ReadOnlySpan<Arg> args) where T : class =>
        Run(sql, args, async (reader, _) =>
        {
            List<T>? rows = null;
            var parse = reader.Parser<T>();
            while (await reader.ReadAsync(_stop))
            {
                rows ??= [];
                if (parse(reader) is { } row)
                {
                    rows.Add(row);
                }
            }

            return rows;
        });

    /// <summary>The first row, or default when there is none.</summary>
    public Task<T?> QuerySingleOrDefault<T>(string sql, params ReadOnlySpan<Arg> args) =>
        Run(sql, args, async (reader, _) => await reader.ReadAsync(_stop) ? reader.Parser<T>()(reader) : default);

    /// <summary>How many rows the statement touched.</summary>
    public Task<int> Execute(string sql, params ReadOnlySpan<Arg> args) =>
        Run(sql, args, (_, statement) => Task.FromResult((int)statement.RecordsAffected));

    /// <summary>
    /// An update or delete of one row. The statement's one row says first whether the person can
    /// read the row in question, then what the change returned, or nulls when it touched nothing.
    /// </summary>
    public Task<Changed<T>> Change<T>(string sql, params ReadOnlySpan<Arg> args) =>
        Run(sql, args, async (reader, _) =>
        {
            await reader.ReadAsync(_stop);
            var readable = reader.GetBoolean(0);
            return new Changed<T>(reader.Parser<T>(start: 1)(reader), readable);
        });

    private Task<T> Run<T>(string sql, ReadOnlySpan<Arg> args, Func<NpgsqlDataReader, NpgsqlBatchCommand, Task<T>> read)
    {
        var kept = args.ToArray();
        return _operations.Run(_operation, _caller.Uid, () => Once(sql, kept, read), _stop);
    }

    private async Task<T> Once<T>(string sql, Arg[] args, Func<NpgsqlDataReader, NpgsqlBatchCommand, Task<T>> read)
    {
        var source = _caller.Uid is null ? _sources.Anonymous : _sources.RegularUser;
        await using var connection = await source.OpenConnectionAsync(_stop);
        var statement = Statement(sql, args);
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { Identity(), statement } };
        bool? known = null;
        try
        {
            await using var reader = await batch.ExecuteReaderAsync(_stop);
            await reader.ReadAsync(_stop);
            known = !reader.IsDBNull(reader.FieldCount - 1);
            await reader.NextResultAsync(_stop);
            var result = await read(reader, statement);
            // Deferred constraints speak after the last row: nothing is true before the end.
            while (await reader.ReadAsync(_stop) || await reader.NextResultAsync(_stop)) { }
            return known is true || _caller.Uid is null ? result : throw new SessionEndedException();
        }
        catch (PostgresException) when (known is false && _caller.Uid is not null)
        {
            throw new SessionEndedException();
        }
    }

    /// <summary>Says who is asking, for this transaction; its last column is what the database believes.</summary>
    private NpgsqlBatchCommand Identity() => Statement(
        _reads
            ? """
              select set_config('role', $1, true), set_config('auth.uid', $2, true), set_config('auth.session', $3, true),
                set_config('transaction_read_only', 'on', true), auth.uid()
              """
            : """
              select set_config('role', $1, true), set_config('auth.uid', $2, true), set_config('auth.session', $3, true),
                auth.uid()
              """,
        [_caller.Uid is null ? "anonymous" : "regular_user", _caller.Uid?.ToString() ?? "", _caller.Session ?? ""]);

    private static NpgsqlBatchCommand Statement(string sql, Arg[] args)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var arg in args)
        {
            command.Parameters.Add(arg.Parameter);
        }

        return command;
    }
}

/// <summary>What an update or delete of one row came to.</summary>
/// <param name="Row">What it returned, or null when it touched nothing.</param>
/// <param name="Readable">Whether the person can read the row: tells "not yours to change" from "no such thing".</param>
internal readonly record struct Changed<T>(T? Row, bool Readable);
