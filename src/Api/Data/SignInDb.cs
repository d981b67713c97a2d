using Npgsql;
using RlsChat.Api.Auth;

namespace RlsChat.Api.Data;

/// <summary>
/// The only door to the functions that mint identities, by a login that can do nothing else. One
/// function, one round trip.
/// </summary>
internal sealed class SignInDb
{
    private readonly DataSources _sources;
    private readonly Operations _operations;
    private readonly Caller _caller;
    private readonly Request _request;

    internal SignInDb(DataSources sources, Operations operations, Caller caller, Request request, string? client) =>
        (_sources, _operations, _caller, _request, Client) = (sources, operations, caller, request, client);

    /// <summary>The client that a session is opened or refreshed for, as far as it says so.</summary>
    public string? Client { get; }

    public static ValueTask<SignInDb> BindAsync(HttpContext context) => new(new SignInDb(
        context.RequestServices.GetRequiredService<DataSources>(),
        context.RequestServices.GetRequiredService<Operations>(),
        default,
        Request.Of(context),
        UserAgent.Excerpt(context.Request.Headers.UserAgent)));

    /// <summary>The same, as somebody who is signed in, for functions that ask who that is.</summary>
    public SignInDb As(Caller caller) => new(_sources, _operations, caller, _request, Client);

    /// <summary>The same, for what goes on after the request has been answered.</summary>
    public SignInDb AfterRequest() =>
        new(_sources, _operations, _caller, _request with { Stop = CancellationToken.None, Time = null }, Client);

    /// <summary>The function's one row, or default when there is none.</summary>
    /// <exception cref="SessionEndedException">Somebody is said to be signed in, and is not.</exception>
    public Task<T?> Call<T>(string sql, params ReadOnlySpan<Arg> args)
    {
        var kept = args.ToArray();
        return _operations.Run(_request, _caller.Uid, sql, () => Once<T>(sql, kept));
    }

    private async Task<T?> Once<T>(string sql, Arg[] args)
    {
        await using var connection = await _sources.SignIn.OpenConnectionAsync(_request.Stop);
        await using var batch = new NpgsqlBatch(connection);
        if (_caller.Uid is not null)
        {
            batch.BatchCommands.Add(Statement(
                """select set_config('auth.uid', $1, true), set_config('auth.session', $2, true), auth.uid()""",
                [_caller.Uid.ToString(), _caller.Session]));
        }

        batch.BatchCommands.Add(Statement(sql, args));
        await using var reader = await batch.ExecuteReaderAsync(_request.Stop);
        if (_caller.Uid is not null)
        {
            await reader.ReadAsync(_request.Stop);
            if (await reader.IsDBNullAsync(reader.FieldCount - 1, _request.Stop))
            {
                throw new SessionEndedException();
            }

            await reader.NextResultAsync(_request.Stop);
        }

        var row = await reader.ReadAsync(_request.Stop) ? reader.Parser<T>()(reader) : default;
        while (await reader.ReadAsync(_request.Stop) || await reader.NextResultAsync(_request.Stop)) { }
        return row;
    }

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
