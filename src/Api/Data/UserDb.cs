using Npgsql;
using RlsChat.Api.Auth;
using RlsChat.Api.Telemetry;

namespace RlsChat.Api.Data;

/// <summary>
/// The only door to people's data: runs one statement as whoever is asking. The identity and the
/// statement travel in one batch, which is one round trip and one transaction; everything that is
/// set is set for that transaction alone. What the person may see, PostgreSQL decides.
/// </summary>
internal sealed partial class UserDb
{
    private readonly DataSources _sources;
    private readonly Operations _operations;
    private readonly Caller _caller;
    private readonly Request _request;

    internal UserDb(DataSources sources, Operations operations, Caller caller, Request request) =>
        (_sources, _operations, _caller, _request) = (sources, operations, caller, request);

    /// <summary>Binds a handler's parameter: the caller of this request; GET and HEAD may only read.</summary>
    public static ValueTask<UserDb> BindAsync(HttpContext context) => new(new UserDb(
        context.RequestServices.GetRequiredService<DataSources>(),
        context.RequestServices.GetRequiredService<Operations>(),
        Caller.From(context.User),
        Request.Of(context)));

    /// <summary>The same, as someone who has just signed in.</summary>
    public UserDb As(Caller caller) => new(_sources, _operations, caller, _request);

    /// <summary>Whether nobody in particular is asking.</summary>
    public bool IsAnonymous => _caller.Uid is null;

    /// <summary>All rows.</summary>
    public Task<List<T>> Query<T>(string sql, params ReadOnlySpan<Arg> args) =>
        Run(sql, args, async (reader, _) =>
        {
            var (rows, parse) = (new List<T>(), reader.Parser<T>());
            while (await reader.ReadAsync(_request.Stop))
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
            while (await reader.ReadAsync(_request.Stop))
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
        Run(sql, args, async (reader, _) => await reader.ReadAsync(_request.Stop) ? reader.Parser<T>()(reader) : default);

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
            await reader.ReadAsync(_request.Stop);
            var readable = reader.GetBoolean(0);
            return new Changed<T>(reader.Parser<T>(start: 1)(reader), readable);
        });

    private NpgsqlDataSource Source => _caller.Uid is null ? _sources.Anonymous : _sources.RegularUser;

    private Task<T> Run<T>(string sql, ReadOnlySpan<Arg> args, Func<NpgsqlDataReader, NpgsqlBatchCommand, Task<T>> read)
    {
        var kept = args.ToArray();
        return _operations.Run(_request, _caller.Uid, sql, () => Once(sql, kept, read));
    }

    private async Task<T> Once<T>(string sql, Arg[] args, Func<NpgsqlDataReader, NpgsqlBatchCommand, Task<T>> read)
    {
        await using var connection = await Source.OpenConnectionAsync(_request.Stop);
        return await Ask(connection, Statement(sql, args), read);
    }

    private async Task<T> Ask<T>(
        NpgsqlConnection connection, NpgsqlBatchCommand statement, Func<NpgsqlDataReader, NpgsqlBatchCommand, Task<T>> read,
        NpgsqlBatchCommand? before = null)
    {
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { Identity() } };
        if (before is not null)
        {
            batch.BatchCommands.Add(before);
        }

        batch.BatchCommands.Add(statement);
        bool? known = null;
        try
        {
            await using var reader = await batch.ExecuteReaderAsync(_request.Stop);
            await reader.ReadAsync(_request.Stop);
            known = !reader.IsDBNull(reader.FieldCount - 1);
            await reader.NextResultAsync(_request.Stop);
            var result = await read(reader, statement);
            // Deferred constraints speak after the last row: nothing is true before the end.
            while (await reader.ReadAsync(_request.Stop) || await reader.NextResultAsync(_request.Stop)) { }
            return known is true || _caller.Uid is null ? result : throw new SessionEndedException();
        }
        catch (PostgresException) when (known is false && _caller.Uid is not null)
        {
            throw new SessionEndedException();
        }
        // Npgsql lost its place in the answers of a backend that was being killed, and closes the connection (its issue
        // 5803). It says so by a bare Exception: to the person it is a connection that ended.
        catch (Exception e) when (e.GetType() == typeof(Exception))
        {
            throw new NpgsqlException("The connection ended in the middle of an answer.", new IOException(e.Message, e));
        }
    }

    /// <summary>Says who is asking, for this transaction; its last column is what the database believes.</summary>
    private NpgsqlBatchCommand Identity() => Statement(
        _request.Reads
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
internal readonly record struct Changed<T>(T? Row, bool Readable) : IOutcome
{
    public Outcome Outcome => Row is not null ? Outcome.Yes : Readable ? Outcome.Denied : Outcome.Hidden;
}
