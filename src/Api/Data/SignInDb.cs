using RlsChat.Api.Auth;

namespace RlsChat.Api.Data;

/// <summary>
/// Calls the functions that issue identities, by a login that can execute nothing else: one function, one round trip.
/// </summary>
internal sealed class SignInDb
{
    private readonly OperationRunner _runner;
    private readonly DatabaseOperation _operation;
    private readonly CallerBatch _batch;

    private SignInDb(OperationRunner runner, DatabaseOperation operation, CallerBatch batch, string? client) =>
        (_runner, _operation, _batch, Client) = (runner, operation, batch, client);

    /// <summary>The client that a session is opened or refreshed for, from its User-Agent header.</summary>
    public string? Client { get; }

    public static ValueTask<SignInDb> BindAsync(HttpContext context)
    {
        var operation = DatabaseOperation.Of(context);
        var sources = context.RequestServices.GetRequiredService<DataSources>();
        return new(new SignInDb(
            context.RequestServices.GetRequiredService<OperationRunner>(),
            operation,
            new CallerBatch(() => sources.SignIn, default, operation.Stop) { Freshness = operation.Freshness },
            UserAgent.Excerpt(context.Request.Headers.UserAgent)));
    }

    /// <summary>The same as a signed-in caller, for functions that ask who that is.</summary>
    public SignInDb As(Caller caller) => new(_runner, _operation, _batch with { Caller = caller }, Client);

    /// <summary>The same for work that continues after the response.</summary>
    public SignInDb AfterRequest() => new(
        _runner, _operation with { Stop = CancellationToken.None, Time = null }, _batch with { Stop = CancellationToken.None }, Client);

    /// <summary>The function's one row, or default when there is none.</summary>
    /// <exception cref="SessionEndedException">The caller's session has ended.</exception>
    public Task<T?> Call<T>(string sql, params ReadOnlySpan<Arg> args)
    {
        var values = args.ToArray();
        return _runner.ExecuteWithRetry(_operation, _batch.Caller.Uid, sql, () => _batch.Execute(
            reader => reader.ReadOne<T>(_operation.Stop), CallerBatch.Statement(sql, values)));
    }
}
