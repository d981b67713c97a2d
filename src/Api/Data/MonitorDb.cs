using Npgsql;
using RlsChat.Api.Auth;

namespace RlsChat.Api.Data;

/// <summary>
/// Runs one statement on schema <c>monitor</c> in the role monitor, which can read nobody's rows. PostgreSQL decides
/// whether the caller may look; without that permission the views are empty.
/// </summary>
internal sealed class MonitorDb
{
    private readonly OperationRunner _runner;
    private readonly DatabaseOperation _operation;
    private readonly CallerBatch _batch;

    private MonitorDb(DataSources sources, OperationRunner runner, Caller caller, DatabaseOperation operation) =>
        (_runner, _operation, _batch) = (runner, operation, new CallerBatch(() => sources.Monitor, caller, operation.Stop)
        {
            Role = "monitor",
            ReadOnly = true,
            Permission = "auth.can_view_monitoring()",
        });

    public static ValueTask<MonitorDb> BindAsync(HttpContext context) => new(new MonitorDb(
        context.RequestServices.GetRequiredService<DataSources>(),
        context.RequestServices.GetRequiredService<OperationRunner>(),
        Caller.From(context.User),
        DatabaseOperation.Of(context)));

    /// <summary>All rows.</summary>
    /// <exception cref="NotPermittedException">The caller may not look.</exception>
    /// <exception cref="SessionEndedException">The session of the access token has ended.</exception>
    public Task<List<T>> Query<T>(string sql) => Run(_batch, sql, reader => reader.ReadAll<T>(_operation.Stop));

    /// <summary>Writes a question about somebody's access into the audit; the person's id, or null if there is none.</summary>
    /// <inheritdoc cref="Query{T}"/>
    public Task<Guid?> Record(AuditedQuestion about) => Run(
        _batch with { ReadOnly = false }, "select monitor.record_inquiry($1, $2, $3, $4)", reader => reader.ReadOne<Guid?>(_operation.Stop),
        about.Action, about.Person, about.Target, about.Key);

    private Task<T> Run<T>(CallerBatch batch, string sql, Func<NpgsqlDataReader, Task<T>> read, params Arg[] args) =>
        _runner.ExecuteWithRetry(_operation, batch.Caller.Uid, sql, () => batch.Execute(read, CallerBatch.Statement(sql, args)));
}
