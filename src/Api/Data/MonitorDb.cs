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
        (_runner, _operation, _batch) = (runner, operation, new CallerBatch(sources.Monitor, caller, operation.Stop)
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
    public async Task<List<T>> Query<T>(string sql) =>
        (await _runner.ExecuteWithRetry(_operation, _batch.Caller.Uid, sql, () => _batch.Execute(
            reader => reader.ReadAll<T>(_operation.Stop), CallerBatch.Statement(sql, []))))!;
}
