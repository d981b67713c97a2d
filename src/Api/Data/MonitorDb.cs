using Npgsql;
using RlsChat.Api.Auth;

namespace RlsChat.Api.Data;

/// <summary>
/// The only door to schema <c>monitor</c>: one statement in the role monitor, which reads nobody's rows. As in
/// <see cref="UserDb"/>, identity and statement are one batch and one transaction. Whether the person may
/// look, PostgreSQL says in the first and holds to in the second: without the permission the views are empty.
/// </summary>
internal sealed class MonitorDb
{
    private readonly DataSources _sources;
    private readonly Operations _operations;
    private readonly Caller _caller;
    private readonly Request _request;

    private MonitorDb(DataSources sources, Operations operations, Caller caller, Request request) =>
        (_sources, _operations, _caller, _request) = (sources, operations, caller, request);

    public static ValueTask<MonitorDb> BindAsync(HttpContext context) => new(new MonitorDb(
        context.RequestServices.GetRequiredService<DataSources>(),
        context.RequestServices.GetRequiredService<Operations>(),
        Caller.From(context.User),
        Request.Of(context)));

    /// <summary>All rows.</summary>
    /// <exception cref="NotPermittedException">The person may not look.</exception>
    /// <exception cref="SessionEndedException">A token was shown whose session has ended.</exception>
    public Task<List<T>> Query<T>(string sql) =>
        _operations.Run(_request, _caller.Uid, sql, () => Once<T>(sql));

    private async Task<List<T>> Once<T>(string sql)
    {
        await using var connection = await _sources.Monitor.OpenConnectionAsync(_request.Stop);
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { Identity(), new(sql) } };
        await using var reader = await batch.ExecuteReaderAsync(_request.Stop);
        await reader.ReadAsync(_request.Stop);
        var (known, permitted) = (!reader.IsDBNull(reader.FieldCount - 2), reader.GetBoolean(reader.FieldCount - 1));
        if (_caller.Uid is not null && !known)
        {
            throw new SessionEndedException();
        }

        if (!permitted)
        {
            throw new NotPermittedException();
        }

        await reader.NextResultAsync(_request.Stop);
        var (rows, parse) = (new List<T>(), reader.Parser<T>());
        while (await reader.ReadAsync(_request.Stop))
        {
            rows.Add(parse(reader)!);
        }

        return rows;
    }

    /// <summary>Its last columns are who the database believes it is, and whether they may look.</summary>
    private NpgsqlBatchCommand Identity()
    {
        var command = new NpgsqlBatchCommand(
            """
            select set_config('role', 'monitor', true), set_config('auth.uid', $1, true),
              set_config('auth.session', $2, true), set_config('transaction_read_only', 'on', true),
              auth.uid(), auth.can_view_monitoring()
            """);
        command.Parameters.Add(((Arg)(_caller.Uid?.ToString() ?? "")).Parameter);
        command.Parameters.Add(((Arg)(_caller.Session ?? "")).Parameter);
        return command;
    }
}
