namespace RlsChat.Api.Data;

/// <summary>
/// The only door to the functions that mint identities, by a login that can do nothing else. One
/// function, one round trip.
/// </summary>
internal sealed class SignInDb(DataSources sources, Operations operations, string operation, CancellationToken stop)
{
    public static ValueTask<SignInDb> BindAsync(HttpContext context) => new(new SignInDb(
        context.RequestServices.GetRequiredService<DataSources>(),
        context.RequestServices.GetRequiredService<Operations>(),
        context.OperationName(),
        context.RequestAborted));

    /// <summary>The function's one row, or default when there is none.</summary>
    public Task<T?> Call<T>(string sql, params ReadOnlySpan<Arg> args)
    {
        var kept = args.ToArray();
        return operations.Run(operation, null, () => Once<T>(sql, kept), stop);
    }

    private async Task<T?> Once<T>(string sql, Arg[] args)
    {
        await using var command = sources.SignIn.CreateCommand(sql);
        foreach (var arg in args)
        {
            command.Parameters.Add(arg.Parameter);
        }

        await using var reader = await command.ExecuteReaderAsync(stop);
        var row = await reader.ReadAsync(stop) ? reader.Parser<T>()(reader) : default;
        while (await reader.ReadAsync(stop) || await reader.NextResultAsync(stop)) { }
        return row;
    }
}
